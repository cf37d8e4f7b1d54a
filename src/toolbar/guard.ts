import { BlockList, isIP, isIPv6 } from "node:net";
import { isPromise } from "node:util/types";
import { InvalidOptionError } from "../errors.ts";
import { isLoopbackHost, isOwnBrowser, proxySign } from "../own-browser.ts";

/** What the toolbar needs to know of a request that came in. */
export interface ToolbarRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly url: string;
  /**
   * The value of a header, by its name in lower case; several of one name are joined by a comma
   * (cookies by a semicolon).
   */
  readonly header: (name: string) => string | undefined;
  /** All headers, for the record and for the guard. */
  readonly headers: Iterable<readonly [string, string]>;
  /**
   * The address at the other end of the socket. Undefined where the server does not tell it: then
   * the toolbar is not shown.
   */
  readonly remoteAddress: string | undefined;
  /**
   * The version of HTTP: "1.1" or "2.0". Undefined where the server does not tell it: then the
   * toolbar is not shown.
   */
  readonly httpVersion: string | undefined;
}

/** Who may see the toolbar. */
export interface GuardOptions {
  /** Names of hosts, beside `localhost` and `*.localhost`, under which the server is reached. */
  readonly hosts: readonly string[];
  /**
   * Addresses or networks (`10.0.0.7`, `172.17.0.0/16`), beside this machine, from which the
   * toolbar may be seen; and proxies.
   */
  readonly allow: readonly string[];
  /** Asked last, for every request that has passed all else. */
  readonly authorize?: ((request: ToolbarRequest) => unknown) | undefined;
}

/** The answer of the guard: allowed; or why not, and what a developer can do, if anything. */
export type GuardVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string; readonly fix?: string | undefined };

const ALLOWED: GuardVerdict = { allowed: true };
/** Headers in which proxies name the visitor's address. */
const CLIENT_ADDRESS = /^(?:x-(?:original-)?forwarded-for|x-real-ip|cf-connecting-ip(?:v6)?|(?:[a-z]+-)*client-ip)$/;

/**
 * The one check before everything under the toolbar's prefix.
 *
 * A loopback peer alone would not do. A page of any website can send requests to this machine: by a
 * name of its own that it points here (DNS rebinding, hence the check of Host), or without reading
 * the answer (hence Sec-Fetch-Site). And a proxy on this machine makes every visitor of the
 * internet a loopback peer. So a request that may have come through a proxy is refused, unless the
 * proxy is listed in `allow` and has told for whom it speaks.
 */
export class Guard {
  readonly #allow = new BlockList();
  readonly #loopback = new BlockList();
  readonly #hosts: ReadonlySet<string>;
  readonly #authorize: GuardOptions["authorize"];

  /** @throws InvalidOptionError for what is no host name, address or network. */
  constructor({ hosts, allow, authorize }: GuardOptions) {
    this.#authorize = authorize;
    this.#hosts = new Set(hosts.map(checkedHost));
    this.#loopback.addSubnet("127.0.0.0", 8, "ipv4");
    this.#loopback.addAddress("::1", "ipv6");
    for (const entry of allow) addAddresses(this.#allow, entry);
  }

  /** Whether this request may have one of the toolbar's own pages. */
  admits(request: ToolbarRequest): GuardVerdict {
    if (request.method !== "GET") return refused(`The toolbar answers GET only.`);
    const site = request.header("sec-fetch-site");
    if (site !== undefined && site !== "same-origin" && site !== "none") return refused("The request was made by a page of another site.");
    // Absent: no browser, an old one, or one on a plain http address that is not this machine. Then
    // an Origin must be this server's.
    const origin = request.header("origin");
    if (site === undefined && origin !== undefined && URL.parse(origin)?.host !== request.header("host")) {
      return refused("The request was made by a page of another site.");
    }
    return this.mayView(request);
  }

  /** Whether a toolbar may be put into the answer to this request. */
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
        "This server does not tell it. Serve the application by Node's http, on Hono with @hono/node-server.",
      );
    }
    const names = [request.header("host"), ...forwardedHosts(request)];
    const headers = Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value]));
    const connection = { host: names[0] ?? "", peer, httpVersion, headers };
    const forwarded = forwardedFor(request);
    if (names.length === 1 && forwarded.length === 0 && isOwnBrowser(connection)) return ALLOWED;

    const stranger = [peer, ...forwarded].find((address) => !isIn(this.#loopback, address) && !isIn(this.#allow, address));
    if (stranger !== undefined) {
      const address = printable(stranger);
      return refused(
        `The visitor's address is ${address}, not this machine.`,
        isIP(stranger) === 0 ? undefined : `To allow it: new Toolbar({ allow: ["${address}"] }).`,
      );
    }
    const listed = isIn(this.#allow, peer);
    const sign = proxySign(connection) ?? (forwarded.length === 0 ? undefined : "a header that names another visitor");
    if (sign !== undefined && (!listed || forwarded.length === 0)) {
      return refused(
        `The request may have come through a proxy (${sign}), and then the visitor may be anybody.`,
        forwarded.length === 0
          ? "Open the address of the server itself."
          : `If the proxy sets X-Forwarded-For itself, allow it: new Toolbar({ allow: ["${printable(peer)}"] }).`,
      );
    }
    return this.#passedHosts(names, listed);
  }

  #passedHosts(headers: readonly (string | undefined)[], listed: boolean): GuardVerdict {
    for (const header of headers) {
      const host = hostName(header);
      if (header === undefined || host === undefined) return refused("The request names no host.");
      // A bare address cannot be rebound. But from this machine only a proxy calls by an address
      // that is not this machine's own.
      if (isLoopbackHost(header) || this.#hosts.has(host) || (listed && isIP(host) !== 0)) continue;
      return refused(
        `The server was called by the name ${printable(host)}.`,
        `To allow it: new Toolbar({ hosts: ["${printable(host)}"] }).`,
      );
    }
    return ALLOWED;
  }

  #asked(authorize: (request: ToolbarRequest) => unknown, request: ToolbarRequest): GuardVerdict {
    try {
      const answer = authorize(request);
      if (answer === true) return ALLOWED;
      if (!isPromise(answer)) return refused("The option authorize said no.");
      // A rejection that nobody waits for would end the process.
      answer.catch(() => {});
      return refused("The option authorize said no.", "It returned a promise, which counts as a no. It must return true at once.");
    } catch {
      return refused("The option authorize failed.", "It threw an exception, which counts as a no.");
    }
  }
}

function isIn(list: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 6 ? "ipv6" : "ipv4");
}

function refused(reason: string, fix?: string): GuardVerdict {
  return { allowed: false, reason, fix };
}

/** The addresses for which a proxy says that it speaks, all along the way. */
function forwardedFor(request: ToolbarRequest): readonly string[] {
  const plain = [...request.headers].filter(([name]) => CLIENT_ADDRESS.test(name.toLowerCase())).flatMap(([, value]) => listOf(value));
  return [...plain, ...forwardedValues(request, "for")].filter((entry) => entry !== "").map(withoutPort);
}

/** The names under which a visitor has called the proxy. */
function forwardedHosts(request: ToolbarRequest): readonly string[] {
  const plain = listOf(request.header("x-forwarded-host") ?? "");
  return [...plain, ...forwardedValues(request, "host")].filter((entry) => entry !== "");
}

/** The values of one parameter of the header Forwarded (RFC 7239). */
function forwardedValues(request: ToolbarRequest, parameter: "for" | "host"): readonly string[] {
  const pattern = new RegExp(`(?:^|;)\\s*${parameter}="?([^";]*)`, "gi");
  return listOf(request.header("forwarded") ?? "").flatMap((part) => [...part.matchAll(pattern)].map((match) => match[1] ?? ""));
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
    throw new InvalidOptionError(`The toolbar's hosts are bare names such as "dev.example.test", without protocol and port.`);
  }
  return name;
}

function addAddresses(list: BlockList, entry: string): void {
  const [address = "", prefix, ...rest] = entry.split("/");
  const family = isIP(address);
  const bits = prefix === undefined ? undefined : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (family === 0 || rest.length > 0 || (bits !== undefined && !(bits <= (family === 6 ? 128 : 32)))) {
    throw new InvalidOptionError(
      `The toolbar's option allow lists addresses ("10.0.0.7") and networks ("172.17.0.0/16"); it holds something else.`,
    );
  }
  const type = family === 6 ? "ipv6" : "ipv4";
  if (bits === undefined) list.addAddress(address, type);
  else list.addSubnet(address, bits, type);
}

/** A stranger's text, fit to stand in a message. */
function printable(text: string): string {
  return text.replace(/[^\w.:-]/g, "?").slice(0, 100);
}
