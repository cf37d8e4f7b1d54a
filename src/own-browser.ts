/**
 * Headers as Node or the web's `Headers` hold them. In a plain object the names are in lower case,
 * as in Node.
 */
export type HeaderSource = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a server knows about the connection of a request. */
export interface Connection {
  /** Host and port, as in the Host header, or `:authority` in HTTP/2. */
  readonly host: string;
  /** The address at the other end of the socket. Undefined if it is not known. */
  readonly peer?: string | undefined;
  /** The version of HTTP: "1.1" or "2.0". Undefined if it is not known. */
  readonly httpVersion?: string | undefined;
  /** All headers of the request. */
  readonly headers?: HeaderSource | undefined;
}

/** A connection, or one whose headers are pairs of names and values. */
type Received = Omit<Connection, "headers"> & {
  readonly headers?: HeaderSource | Iterable<readonly [string, string]> | undefined;
};

/**
 * localhost, *.localhost, 127.0.0.0/8, [::1] and IPv4 loopback mapped into IPv6; with or without a
 * port.
 */
const LOOPBACK_HOST =
  /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[(?:::1|::ffff:127(?:\.\d{1,3}){3}|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})\])\.?(?::\d+)?$/i;
const LOOPBACK_ADDRESS = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/i;
/** Headers in which proxies name the visitor's address. */
export const CLIENT_ADDRESS: RegExp =
  /^(?:x-(?:original-)?forwarded-for|x-real-ip|cf-connecting-ip(?:v6)?|(?:[a-z]+-)*client-ip)$/i;
/** These, and others that proxies and content delivery networks add, and browsers do not send. */
const PROXY_HEADER = new RegExp(
  `${CLIENT_ADDRESS.source}|^(?:forwarded|via|x-forwarded(?:-.*)?|cf-.*|cdn-loop|x-amzn-trace-id|x-envoy-.*)$`,
  "i",
);
/** What all browsers send. To look for these here is faster than to search them for a proxy's. */
const ORDINARY: ReadonlySet<string> = new Set(
  (
    "accept accept-encoding accept-language cache-control connection content-length content-type cookie host " +
    "if-modified-since if-none-match origin pragma priority referer sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform " +
    "sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user upgrade-insecure-requests user-agent"
  ).split(" "),
);

/**
 * Whether a request certainly came from a browser on the same machine, without a proxy. Only then
 * may a developer get a cookie that is not Secure, and see the toolbar.
 *
 * The host alone proves nothing. A proxy such as nginx rewrites it to its own upstream,
 * "127.0.0.1:3000", so that every visitor from the internet looks local. So the other end of the
 * socket must be this machine as well, and nothing may indicate a proxy. A fact that is not known
 * counts as a no.
 */
export function isOwnBrowser(connection: Received): boolean {
  return isLoopbackHost(connection.host) && isLoopbackAddress(connection.peer) && proxySign(connection) === undefined;
}

/**
 * Whether a Host header names this machine. `0.0.0.0` and `[::]` do not: browsers treat neither as
 * trustworthy.
 */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOST.test(host);
}

/** Whether an address is one of this machine's loopback interface. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && LOOPBACK_ADDRESS.test(address);
}

/**
 * The sign that a proxy forwarded the request, as a few words for a message. Undefined if there is
 * none.
 *
 * HTTP/1.0 is such a sign: no browser speaks it, and nginx does by default.
 */
export function proxySign({ httpVersion, headers }: Pick<Received, "httpVersion" | "headers">): string | undefined {
  if (httpVersion !== "1.1" && !(httpVersion?.startsWith("2") ?? false)) {
    return httpVersion === undefined
      ? "the version of HTTP is not known"
      : `HTTP/${httpVersion.replace(/[^\d.]/g, "?")}`;
  }
  if (headers === undefined) return "the headers are not known";
  const name = namesOf(headers).find((each) => !ORDINARY.has(each) && PROXY_HEADER.test(each));
  return name === undefined ? undefined : `the header ${name.toLowerCase()}`;
}

/**
 * The value of one header, by its name in lower case. If it came more than once, the first value.
 */
export function headerOf(headers: HeaderSource | undefined, name: string): string | undefined {
  if (headers === undefined) return undefined;
  if (isHeaders(headers)) return headers.get(name) ?? undefined;
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

function namesOf(headers: NonNullable<Received["headers"]>): readonly string[] {
  // The first byte of a page under development waits for this, and a list is read fastest so.
  if (Array.isArray(headers)) return (headers as readonly (readonly [string, string])[]).map((pair) => pair[0]);
  return Symbol.iterator in headers ? Array.from(headers, (pair) => pair[0]) : Object.keys(headers);
}

function isHeaders(headers: HeaderSource): headers is Headers {
  return typeof headers.get === "function" && typeof headers.keys === "function";
}
