import { BlockList, isIP, isIPv6 } from "node:net";
import { isPromise } from "node:util/types";
import { InvalidOptionError } from "../errors.ts";
import { CLIENT_ADDRESS, isLoopbackHost, isOwnBrowser, proxySign } from "../own-browser.ts";

/** The data of a request that the toolbar needs. */
export interface ToolbarRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly url: string;
  /**
   * The value of a header, by its name in lower case. Several values are joined by a comma, those
   * of Cookie by a semicolon.
   */
  readonly header: (name: string) => string | undefined;
  /** All headers, for the record and for the guard. */
  readonly headers: Iterable<readonly [string, string]>;
  /**
   * The address at the other end of the socket. Undefined if the server does not report it; the
   * toolbar is then not shown.
   */
  readonly remoteAddress: string | undefined;
  /**
   * The version of HTTP: "1.1" or "2.0". Undefined if the server does not report it; the toolbar is
   * then not shown.
   */
  readonly httpVersion: string | undefined;
  /**
   * The path under which the framework has mounted the toolbar, without a slash at the end: "/app".
   * Default: none.
   */
  readonly mount?: string | undefined;
  /** Whether the connection is encrypted. Undefined if the server does not report it. */
  readonly secure?: boolean | undefined;
}

/** Who may see the toolbar. */
export interface GuardOptions {
  /** Host names of the server, in addition to `localhost` and `*.localhost`. */
  readonly hosts: readonly string[];
  /**
   * Addresses or networks (`10.0.0.7`, `172.17.0.0/16`) that may see the toolbar, in addition to
   * this machine; and proxies.
   */
  readonly allow: readonly string[];
  /** Called last, for every request that has passed all other checks. */
  readonly authorize?: ((request: ToolbarRequest) => unknown) | undefined;
}

/** The guard's decision: allowed; or the reason why not, and the fix, if there is one. */
export type GuardVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string; readonly fix?: string | undefined };

/** Who has made a request. The request itself is not in it: panels are given recordings. */
export interface Visitor {
  /** Whether the visitor may see the toolbar. */
  readonly verdict: GuardVerdict;
  /** The address of the record, with the host if the visitor may see it: it is checked then. */
  readonly recordAddress: () => string;
}

const ALLOWED: GuardVerdict = { allowed: true };

/**
 * Decides who may see the toolbar and its own pages.
 *
 * A check for a loopback peer is not enough. A page of any website can send requests to this
 * machine. With DNS rebinding, it does so under a host name of its own, so Host is checked. It can
 * also send a request without reading the answer, so Sec-Fetch-Site is checked. And behind a proxy
 * on this machine, every visitor of the internet is a loopback peer. So a request that may have
 * come through a proxy is refused, unless `allow` lists the proxy and the request names its client.
 */
export class Guard {
  readonly #allow = new BlockList();
  readonly #loopback = new BlockList();
  readonly #hosts: ReadonlySet<string>;
  readonly #authorize: GuardOptions["authorize"];

  /** @throws InvalidOptionError for an invalid host name, address or network. */
  constructor({ hosts, allow, authorize }: GuardOptions) {
    this.#authorize = authorize;
    this.#hosts = new Set(hosts.map(checkedHost));
    this.#loopback.addSubnet("127.0.0.0", 8, "ipv4");
    this.#loopback.addAddress("::1", "ipv6");
    for (const entry of allow) addAddresses(this.#allow, entry);
  }

  /** Whether the toolbar may answer this request with one of its own pages. */
  admits(request: ToolbarRequest): GuardVerdict {
    if (request.method !== "GET") return refused(`The toolbar answers GET only.`);
    const site = request.header("sec-fetch-site");
    if (site !== undefined && site !== "same-origin" && site !== "none")
      return refused("The request was made by a page of another site.");
    if (site === undefined && isFromElsewhere(request))
      return refused("The request was made by a page of another site.");
    return this.mayView(request);
  }

  /** Whether the answer to this request may contain the toolbar. */
  mayView(request: ToolbarRequest): GuardVerdict {
    const verdict = this.#passedVisitor(request);
    if (!verdict.allowed || this.#authorize === undefined) return verdict;
    return this.#asked(this.#authorize, request);
  }

  #passedVisitor(request: ToolbarRequest): GuardVerdict {
    const { remoteAddress: peer, httpVersion } = request;
    if (peer === undefined) {
      return refused(
        "The address of the visitor is not known.",
        "This server does not report it. Fix: serve the application with node:http, and on Hono with @hono/node-server, " +
          "Bun.serve({ fetch: app.fetch }) or Deno.serve(app.fetch). With latchkey/web, pass { address } as the third argument.",
      );
    }
    const host = request.header("host");
    const connection = { host: host ?? "", peer, httpVersion, headers: request.headers };
    // Then no header of a proxy names another visitor or host either.
    if (isOwnBrowser(connection)) return ALLOWED;

    const names = [host, ...forwardedHosts(request)];
    const forwarded = forwardedFor(request);
    const outsider = [peer, ...forwarded].find(
      (address) => !isIn(this.#loopback, address) && !isIn(this.#allow, address),
    );
    if (outsider !== undefined) {
      const address = printable(outsider);
      return refused(
        `The visitor's address is ${address}, not this machine.`,
        isIP(outsider) === 0 ? undefined : `Fix: to allow it, new Toolbar({ allow: ["${address}"] }).`,
      );
    }
    const listed = isIn(this.#allow, peer);
    const sign = proxySign(connection) ?? (forwarded.length === 0 ? undefined : "a header that names another visitor");
    if (sign !== undefined && (!listed || forwarded.length === 0)) {
      return refused(
        `The request may have come through a proxy (${sign}), so the visitor may not be on this machine.`,
        forwarded.length === 0
          ? "Fix: open the address of the server itself, not of the proxy."
          : `Fix: if the proxy sets X-Forwarded-For itself, allow it: new Toolbar({ allow: ["${printable(peer)}"] }).`,
      );
    }
    return this.#passedHosts(names, listed);
  }

  #passedHosts(headers: readonly (string | undefined)[], listed: boolean): GuardVerdict {
    for (const header of headers) {
      const host = hostName(header);
      if (header === undefined || host === undefined) return refused("The request has no valid Host header.");
      // DNS rebinding needs a name, so a bare address is safe. But from this machine, only a proxy
      // uses an address other than loopback.
      if (isLoopbackHost(header) || this.#hosts.has(host) || (listed && isIP(host) !== 0)) continue;
      return refused(
        `The request was for the host name ${printable(host)}, which is not in the option hosts.`,
        `Fix: to allow it, new Toolbar({ hosts: ["${printable(host)}"] }).`,
      );
    }
    return ALLOWED;
  }

  #asked(authorize: (request: ToolbarRequest) => unknown, request: ToolbarRequest): GuardVerdict {
    try {
      const answer = authorize(request);
      if (answer === true) return ALLOWED;
      if (!isPromise(answer)) return refused("The option authorize did not return true.");
      // An unhandled rejection would end the process.
      answer.catch(() => {});
      return refused(
        "The option authorize did not return true.",
        "It returned a promise, which counts as no. Fix: return true synchronously.",
      );
    } catch {
      return refused("The option authorize failed.", "It threw an exception, which counts as no.");
    }
  }
}

/**
 * Whether the headers name a page of another server. Without Sec-Fetch-Site it is not a browser, an
 * old one, or one on plain HTTP to another machine. Then an Origin or a Referer, if there is one,
 * must be this server's.
 */
function isFromElsewhere(request: ToolbarRequest): boolean {
  const isOther = (page: string | undefined): boolean =>
    page !== undefined && page !== "" && URL.parse(page)?.host !== request.header("host")?.toLowerCase();
  if (isOther(request.header("origin"))) return true;
  // A proxy in `allow` may write its upstream's name into Host, so that no page of this server has
  // it.
  return forwardedFor(request).length === 0 && isOther(request.header("referer"));
}

function isIn(list: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 6 ? "ipv6" : "ipv4");
}

function refused(reason: string, fix?: string): GuardVerdict {
  return { allowed: false, reason, fix };
}

/** The client addresses that proxies have added to the request. */
function forwardedFor(request: ToolbarRequest): readonly string[] {
  const plain = [...request.headers]
    .filter(([name]) => CLIENT_ADDRESS.test(name))
    .flatMap(([, value]) => listOf(value));
  return [...plain, ...forwardedValues(request, "for")].filter((entry) => entry !== "").map(withoutPort);
}

/** The host names that proxies have added to the request. */
function forwardedHosts(request: ToolbarRequest): readonly string[] {
  const header = request.header("x-forwarded-host");
  const plain = header === undefined ? [] : listOf(header);
  return [...plain, ...forwardedValues(request, "host")].filter((entry) => entry !== "");
}

/** The values of one parameter of the header Forwarded (RFC 7239). */
function forwardedValues(request: ToolbarRequest, parameter: "for" | "host"): readonly string[] {
  const header = request.header("forwarded");
  if (header === undefined) return [];
  const pattern = new RegExp(`(?:^|;)\\s*${parameter}="?([^";]*)`, "gi");
  return listOf(header).flatMap((part) => [...part.matchAll(pattern)].map((match) => match[1] ?? ""));
}

function listOf(header: string): readonly string[] {
  return header.split(",").map((part) => part.trim());
}

function withoutPort(address: string): string {
  if (address.startsWith("[")) return address.slice(1, address.indexOf("]"));
  return isIPv6(address) ? address : address.replace(/:\d+$/, "");
}

/**
 * The name in a Host header, in lower case and without the port; an IPv6 address without its
 * brackets.
 */
function hostName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2]?.replace(/\.$/, ""))?.toLowerCase();
}

function checkedHost(host: string): string {
  const name = hostName(host);
  if (name === undefined || name !== host.toLowerCase()) {
    throw new InvalidOptionError(
      `Toolbar's option hosts lists bare names, without protocol and port. It got ${JSON.stringify(host)}. Fix: hosts: ["dev.example.test"].`,
    );
  }
  return name;
}

function addAddresses(list: BlockList, entry: string): void {
  const [address = "", prefix, ...rest] = entry.split("/");
  const family = isIP(address);
  const bits = prefix === undefined ? undefined : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (family === 0 || rest.length > 0 || (bits !== undefined && !(bits <= (family === 6 ? 128 : 32)))) {
    throw new InvalidOptionError(
      `Toolbar's option allow lists addresses and networks. It got ${JSON.stringify(entry)}. Fix: allow: ["10.0.0.7", "172.17.0.0/16"].`,
    );
  }
  const type = family === 6 ? "ipv6" : "ipv4";
  if (bits === undefined) list.addAddress(address, type);
  else list.addSubnet(address, bits, type);
}

/** Makes a text from a request safe for a message. */
function printable(text: string): string {
  return text.replace(/[^\w.:-]/g, "?").slice(0, 100);
}
