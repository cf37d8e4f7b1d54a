import { BlockList, isIP, isIPv6 } from "node:net";
import { InvalidOptionError } from "../errors.ts";

/** What the toolbar needs to know of a request that came in. */
export interface ToolbarRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly url: string;
  /** The value of a header, by its name in lower case; several of one name are joined by a comma (cookies by a semicolon). */
  readonly header: (name: string) => string | undefined;
  /** All headers, for the record. */
  readonly headers: Iterable<readonly [string, string]>;
  /** The address at the other end of the socket. */
  readonly remoteAddress: string | undefined;
}

/** Who may see the toolbar. */
export interface GuardOptions {
  /** Names of hosts, beside `localhost`, `*.localhost` and bare addresses, under which the server is reached. */
  readonly hosts: readonly string[];
  /** Addresses or networks (`10.0.0.7`, `172.17.0.0/16`), beside this machine, from which the toolbar may be seen. */
  readonly allow: readonly string[];
  /** Asked last, for every request that has passed all else. */
  readonly authorize?: ((request: ToolbarRequest) => boolean) | undefined;
}

/** The answer of the guard: nothing to object, or what it objects to and how to allow it. */
export type GuardVerdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

const ALLOWED: GuardVerdict = { allowed: true };

/**
 * The one door of everything under the toolbar's prefix.
 *
 * Loopback peers alone would not do: a page of any website can send requests to this machine, by a name of its own that it
 * points here (DNS rebinding, hence the check of Host) or without reading the answer (hence Sec-Fetch-Site).
 */
export class Guard {
  readonly #allow = new BlockList();
  readonly #hosts: ReadonlySet<string>;
  readonly #authorize: GuardOptions["authorize"];

  /** @throws InvalidOptionError for what is no host name, address or network. */
  constructor({ hosts, allow, authorize }: GuardOptions) {
    this.#authorize = authorize;
    this.#hosts = new Set(hosts.map(checkedHost));
    this.#allow.addSubnet("127.0.0.0", 8, "ipv4");
    this.#allow.addAddress("::1", "ipv6");
    for (const entry of allow) addAddresses(this.#allow, entry);
  }

  /** Whether this request may have one of the toolbar's own pages. */
  admits(request: ToolbarRequest): GuardVerdict {
    if (request.method !== "GET") return refused(`The toolbar answers GET only.`);
    const site = request.header("sec-fetch-site");
    // Absent: no browser, or a browser on a plain http address that is not this machine. The rest decides then.
    if (site !== undefined && site !== "same-origin" && site !== "none") return refused("The request was made by a page of another site.");
    return this.mayView(request);
  }

  /** Whether whoever sent this request may see a toolbar in the answer. */
  mayView(request: ToolbarRequest): GuardVerdict {
    for (const address of [request.remoteAddress, ...forwardedFor(request)]) {
      if (address === undefined) return refused("The address of the visitor is not known.");
      if (!this.#knows(address)) {
        return refused(
          `The visitor's address is ${printable(address)}, not this machine. To allow it: new Toolbar({ allow: ["${printable(address)}"] }).`,
        );
      }
    }
    const host = hostName(request.header("host"));
    if (host === undefined) return refused("The request names no host.");
    if (host !== "localhost" && !host.endsWith(".localhost") && isIP(host) === 0 && !this.#hosts.has(host)) {
      return refused(`The server was called by the name ${printable(host)}. To allow it: new Toolbar({ hosts: ["${printable(host)}"] }).`);
    }
    if (this.#authorize !== undefined && !isYes(this.#authorize(request))) return refused("The option authorize said no.");
    return ALLOWED;
  }

  #knows(address: string): boolean {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
    const family = isIP(plain);
    return family !== 0 && this.#allow.check(plain, family === 6 ? "ipv6" : "ipv4");
  }
}

/** A function that was written in JavaScript may answer anything; a promise, above all, is not a yes. */
function isYes(answer: unknown): boolean {
  return answer === true;
}

function refused(reason: string): GuardVerdict {
  return { allowed: false, reason };
}

/** A proxy on this machine makes every visitor a loopback peer; where it tells whom it speaks for, that address counts too. */
function forwardedFor(request: ToolbarRequest): readonly string[] {
  const list = (name: string): readonly string[] => (request.header(name) ?? "").split(",").map((part) => part.trim());
  const forwarded = list("forwarded").flatMap((part) => [...part.matchAll(/(?:^|;)\s*for="?([^";]*)/gi)].map((match) => match[1] ?? ""));
  return [...list("x-forwarded-for"), ...list("x-real-ip"), ...forwarded].filter((entry) => entry !== "").map(withoutPort);
}

function withoutPort(address: string): string {
  if (address.startsWith("[")) return address.slice(1, address.indexOf("]"));
  return isIPv6(address) ? address : address.replace(/:\d+$/, "");
}

/** The name in a Host header, in lower case and without the port; an IPv6 address without its brackets. */
function hostName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
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
