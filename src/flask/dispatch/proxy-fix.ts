import type { Context, MiddlewareHandler } from "hono";
import { VISITOR_ORIGIN } from "../../adapters/hono/visitor-origin.ts";
import { InvalidOptionError } from "../../index.ts";
import { checkOptions, kindOf } from "../../options.ts";
import { HTTPException } from "../errors/http-exception.ts";

/** How many proxies in front of the application set each header. With 0 the header is ignored. */
export interface ProxyFixOptions {
  /** `X-Forwarded-For`: the visitor's address, `request.remoteAddr`. Default: 1. */
  readonly xFor?: number | undefined;
  /**
   * `X-Forwarded-Proto`: `request.scheme`, and so `isSecure` and addresses of `urlFor`. Default: 1.
   */
  readonly xProto?: number | undefined;
  /** `X-Forwarded-Host`: `request.host`. Default: 0. */
  readonly xHost?: number | undefined;
  /** `X-Forwarded-Port`: the port in `request.host`. Default: 0. */
  readonly xPort?: number | undefined;
  /**
   * `X-Forwarded-Prefix`: what the proxy has taken off the beginning of the path. It is
   * `request.scriptRoot`, and what `urlFor` begins with. Default: 0.
   */
  readonly xPrefix?: number | undefined;
}

/** What the proxies say of a request. */
export interface Reported {
  readonly url: URL;
  readonly address: string;
  readonly root?: string;
  readonly remoteAddr?: string;
}

const NAMES = ["xFor", "xProto", "xHost", "xPort", "xPrefix"] as const;
const REPORTED: unique symbol = Symbol("latchkey.reported");
/** Host and port of an address. A name may have an underscore, as in a network of containers. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
const PREFIX = /^\/(?!\/)[^?#\\\s]*$/;

/**
 * Believes the headers of the proxies in front of the application, as Werkzeug's ProxyFix does:
 * scheme, host and address of the request are those that the visitor's browser has. Without it they
 * are those of the connection from the proxy.
 *
 * Use it only behind proxies that set these headers, with their number: an address that is counted
 * wrongly can be claimed by anybody. The debug toolbar does not believe them.
 *
 * @throws InvalidOptionError for an unknown option, and for anything but a number of proxies.
 * @example
 * ```ts
 * app.use(proxyFix({ xFor: 1, xProto: 1, xHost: 1 }));
 * ```
 */
export function proxyFix(options: ProxyFixOptions = {}): MiddlewareHandler {
  checkOptions("proxyFix", options, NAMES);
  const numbers = Object.fromEntries(
    NAMES.map((name) => [name, checked(name, options[name] ?? (name === "xFor" || name === "xProto" ? 1 : 0))]),
  ) as Readonly<Record<(typeof NAMES)[number], number>>;
  return async function proxyFix(c, next) {
    const { headers } = c.req.raw;
    const of = (name: (typeof NAMES)[number], header: string): string | undefined =>
      lastOf(headers.get(`x-forwarded-${header}`), numbers[name]);
    const remoteAddr = of("xFor", "for");
    const scheme = of("xProto", "proto");
    const host = of("xHost", "host");
    const port = of("xPort", "port");
    const prefix = of("xPrefix", "prefix");
    const root = prefix?.replace(/\/+$/, "");
    const url = urlOf(c.req.raw.url, { scheme, host, port });
    // Such a value would be in addresses of pages. No proxy sends it.
    if (url === undefined || (prefix !== undefined && !PREFIX.test(prefix)))
      return new HTTPException(400, "A proxy's header cannot be understood.").toResponse();
    note(c, {
      url,
      address: `${url.origin}${root ?? ""}${url.pathname}${url.search}`,
      ...(remoteAddr === undefined ? {} : { remoteAddr }),
      ...(root === undefined ? {} : { root }),
    });
    return await next();
  };
}

/** What `proxyFix` has found out about a request; undefined without it. */
export function reportedOf(c: Context): Reported | undefined {
  return c.get(REPORTED as never) as Reported | undefined;
}

function note(c: Context, reported: Reported): void {
  c.set(REPORTED as never, reported as never);
  c.set(VISITOR_ORIGIN as never, reported.url.origin as never);
}

/** The address with what the proxies say; undefined if that is no address. */
function urlOf(own: string, said: Readonly<Record<"scheme" | "host" | "port", string | undefined>>): URL | undefined {
  const before = new URL(own);
  const scheme = said.scheme?.toLowerCase() ?? before.protocol.slice(0, -1);
  const named = said.host ?? before.host;
  const host = said.port === undefined ? named : `${named.replace(/:\d+$/, "")}:${said.port}`;
  // Not by the setters of URL, which keep a port that was not said.
  const address = `${scheme}://${host}${before.pathname}${before.search}`;
  return /^https?$/.test(scheme) && HOST.test(host) && URL.canParse(address) ? new URL(address) : undefined;
}

/**
 * The value that the outermost of so many trusted proxies has added; undefined if there are fewer.
 */
function lastOf(header: string | null, trusted: number): string | undefined {
  if (header === null || trusted === 0) return undefined;
  const values = header.split(",").map((each) => each.trim().replace(/^"(.*)"$/, "$1"));
  return values.filter((each) => each !== "").at(-trusted);
}

function checked(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new InvalidOptionError(
    `The option ${name} of proxyFix is the number of proxies that set this header: 0, 1, 2 … It got ${typeof value === "number" ? value : kindOf(value)}. Fix: ${name}: 1.`,
  );
}
