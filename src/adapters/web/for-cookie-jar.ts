import { parseSetCookie } from "cookie";
import { InvalidOptionError } from "../../errors.ts";
import { kindOf } from "../../options.ts";
import type { HeaderPair } from "../../sessions/data/header-pair.ts";

/** The attributes of a cookie, as the cookie jars of frameworks take them. */
export interface JarCookieAttributes {
  readonly path: string;
  readonly domain?: string;
  /** Seconds. Absent for a cookie that ends with the browser's window. */
  readonly maxAge?: number;
  readonly expires?: Date;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite?: "lax" | "strict" | "none";
  readonly partitioned?: boolean;
}

/** A cookie as data. */
export interface JarCookie {
  readonly name: string;
  readonly value: string;
  readonly attributes: JarCookieAttributes;
}

/** What `commit` gives, for a framework that has a cookie jar. */
export interface JarHeaders {
  /** The session's own cookie comes last, so that a jar with one cookie for each name keeps it. */
  readonly cookies: readonly JarCookie[];
  /** All other headers: Vary, Cache-Control, Clear-Site-Data. They are appended to the answer. */
  readonly headers: readonly HeaderPair[];
}

/**
 * Takes what `manager.commit` gives apart, into cookies as data and the other headers. It is for
 * frameworks that send cookies by a jar of their own, such as `cookies().set(name, value, options)`
 * of Next.js, SvelteKit and Astro.
 *
 * @throws InvalidOptionError for anything but a list of headers.
 * @example
 * ```ts
 * const current = await manager.load(request);
 * const { cookies, headers } = forCookieJar(await manager.commit(current));
 * for (const { name, value, attributes } of cookies) jar.set(name, value, attributes);
 * ```
 */
export function forCookieJar(headers: readonly HeaderPair[]): JarHeaders {
  if (!Array.isArray(headers))
    throw new InvalidOptionError(
      `forCookieJar takes the headers that manager.commit gives. It got ${kindOf(headers)}. ` +
        "Fix: forCookieJar(await manager.commit(session)).",
    );
  const isCookie = ([name]: HeaderPair): boolean => name.toLowerCase() === "set-cookie";
  return {
    cookies: headers
      .filter(isCookie)
      .map(([, line]) => cookieOf(line))
      .toSorted((one, other) => Number(isElsewhere(other)) - Number(isElsewhere(one))),
    headers: headers.filter((header) => !isCookie(header)),
  };
}

/** Whether a line expires the cookie in another scope. Such lines are short, without Expires. */
function isElsewhere({ attributes }: JarCookie): boolean {
  return attributes.maxAge === 0 && attributes.expires === undefined;
}

function cookieOf(line: string): JarCookie {
  const { name, value = "", ...found } = parseSetCookie(line, { decode: (text) => text });
  const { path = "/", domain, maxAge, expires, httpOnly = false, secure = false, sameSite, partitioned } = found;
  return {
    name,
    value,
    attributes: {
      path,
      ...(domain === undefined ? {} : { domain }),
      ...(maxAge === undefined ? {} : { maxAge }),
      ...(expires === undefined ? {} : { expires }),
      // Said in both cases: some jars add the attribute where nothing is said.
      httpOnly,
      secure,
      ...(typeof sameSite === "string" ? { sameSite } : {}),
      ...(partitioned === true ? { partitioned } : {}),
    },
  };
}
