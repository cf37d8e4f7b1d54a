import { describe, expect, test } from "vitest";
import { Guard, type GuardOptions, type ToolbarRequest } from "../../src/toolbar/guard.ts";

interface Given {
  readonly method?: string;
  readonly peer?: string | undefined;
  readonly version?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

function request({ method = "GET", headers = {}, ...rest }: Given): ToolbarRequest {
  const all: Record<string, string> = { host: "localhost:3000", ...headers };
  if (all["host"] === "") delete all["host"];
  return {
    method,
    url: "/_latchkey/exchanges",
    header: (name) => all[name],
    headers: Object.entries(all),
    remoteAddress: "peer" in rest ? rest.peer : "127.0.0.1",
    httpVersion: "version" in rest ? rest.version : "1.1",
  };
}

const guard = (options: Partial<GuardOptions> = {}): Guard => new Guard({ hosts: [], allow: [], ...options });
const admits = (given: Given, options?: Partial<GuardOptions>): boolean =>
  guard(options).admits(request(given)).allowed;

describe("the guard of the toolbar's pages", () => {
  test.each<[string, Given]>([
    ["IPv4 loopback", { peer: "127.0.0.1" }],
    ["another address of the loopback network", { peer: "127.8.9.10" }],
    ["IPv6 loopback", { peer: "::1" }],
    ["IPv4 loopback in its IPv6 form", { peer: "::ffff:127.0.0.1" }],
    ["the host localhost without a port", { headers: { host: "localhost" } }],
    ["a name under localhost", { headers: { host: "shop.localhost:8080" } }],
    ["a host in capitals", { headers: { host: "LOCALHOST:80" } }],
    ["a bare IPv4 address", { headers: { host: "127.0.0.1:5000" } }],
    ["a bare IPv6 address", { headers: { host: "[::1]:5000" } }],
    ["a request of the page itself", { headers: { "sec-fetch-site": "same-origin" } }],
    ["an address that was typed in", { headers: { "sec-fetch-site": "none" } }],
    ["HTTP/2", { version: "2.0" }],
    ["the host localhost as a full name", { headers: { host: "localhost.:3000" } }],
    ["an IPv4 loopback host in its IPv6 form", { headers: { host: "[::ffff:127.0.0.1]:3000" } }],
    ["the same as browsers write it", { headers: { host: "[::ffff:7f00:1]:3000" } }],
    ["an Origin of this server, from a browser that tells no site", { headers: { origin: "http://localhost:3000" } }],
    ["a Referer of this server", { headers: { referer: "http://localhost:3000/cart?x=1" } }],
    [
      "a Referer of this server, with capitals in Host",
      { headers: { host: "LOCALHOST:3000", referer: "http://localhost:3000/" } },
    ],
    [
      "a foreign Referer, where the browser says that the site is this one",
      { headers: { referer: "https://evil.test/", "sec-fetch-site": "same-origin" } },
    ],
  ])("lets in %s", (_, given) => {
    expect(admits(given)).toBe(true);
  });

  test.each<[string, Given]>([
    ["POST", { method: "POST" }],
    ["HEAD", { method: "HEAD" }],
    ["a peer in the local network", { peer: "192.168.1.20" }],
    ["a peer of the world", { peer: "203.0.113.9" }],
    ["a peer whose address only begins like loopback", { peer: "127.0.0.1.evil.test" }],
    ["an unknown peer", { peer: undefined }],
    ["a page of another site", { headers: { "sec-fetch-site": "cross-site" } }],
    ["a page on another port of this machine", { headers: { "sec-fetch-site": "same-site" } }],
    ["a host name that somebody pointed here", { headers: { host: "rebind.evil.test:3000" } }],
    ["a host name that ends like localhost", { headers: { host: "evillocalhost" } }],
    ["a host name that begins like localhost", { headers: { host: "localhost.evil.test" } }],
    ["an address written in another way", { headers: { host: "0x7f.1" } }],
    ["a host with a user name", { headers: { host: "localhost@evil.test" } }],
    ["two hosts", { headers: { host: "localhost, evil.test" } }],
    ["no host", { headers: { host: "" } }],
    ["a proxy that speaks for a stranger", { headers: { "x-forwarded-for": "203.0.113.9" } }],
    [
      "a proxy that speaks for a stranger behind this machine",
      { headers: { "x-forwarded-for": "127.0.0.1, 203.0.113.9" } },
    ],
    ["a stranger in Forwarded", { headers: { forwarded: 'proto=https;for="[2001:db8::7]:4711"' } }],
    ["a stranger in X-Real-IP", { headers: { "x-real-ip": "203.0.113.9" } }],
    ["a proxy that hides for whom it speaks", { headers: { forwarded: "for=_hidden" } }],
    [
      "B1: nginx as it comes, which speaks HTTP/1.0 and sends its upstream's name",
      { version: "1.0", headers: { host: "localhost:3000" } },
    ],
    ["B1: the same by an address", { version: "1.0", headers: { host: "127.0.0.1:3000", connection: "close" } }],
    ["B1: a version of HTTP that is not known", { version: undefined }],
    [
      "B1: a proxy that says that it speaks for this machine, and is not in allow",
      { headers: { "x-forwarded-for": "127.0.0.1" } },
    ],
    ["B1: a public address in Host, which only a proxy hands on to this machine", { headers: { host: "203.0.113.7" } }],
    ["an Origin of another site, from a browser that tells no site", { headers: { origin: "https://evil.test" } }],
    ["an Origin of another port", { headers: { origin: "http://localhost:4000" } }],
    ["an opaque Origin", { headers: { origin: "null" } }],
    ["a Referer of another site, from a browser that tells no site", { headers: { referer: "https://evil.test/a" } }],
    ["a Referer of another port", { headers: { referer: "http://localhost:4000/" } }],
    ...[
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-proto",
      "x-forwarded-port",
      "x-forwarded-server",
      "x-original-forwarded-for",
      "x-real-ip",
      "x-client-ip",
      "true-client-ip",
      "fly-client-ip",
      "fastly-client-ip",
      "cf-connecting-ip",
      "cf-ray",
      "forwarded",
      "via",
    ].map((name): [string, Given] => [`B1: a request with ${name}`, { headers: { [name]: "127.0.0.1" } }]),
  ])("keeps out %s", (_, given) => {
    expect(admits(given)).toBe(false);
  });

  test("lets in addresses, networks and hosts that are named", () => {
    const options = { allow: ["172.17.0.0/16", "10.0.0.7", "2001:db8::/32"], hosts: ["dev.example.test"] };
    expect(
      ["172.17.0.1", "172.17.255.254", "10.0.0.7", "::ffff:10.0.0.7", "2001:db8::1"].map((peer) =>
        admits({ peer }, options),
      ),
    ).not.toContain(false);
    expect(["172.18.0.1", "10.0.0.8", "2001:db9::1"].map((peer) => admits({ peer }, options))).not.toContain(true);
    expect(admits({ headers: { host: "Dev.Example.Test:8443" } }, options)).toBe(true);
    expect(admits({ headers: { host: "www.dev.example.test" } }, options)).toBe(false);
    expect(admits({ peer: "172.17.0.1", headers: { host: "192.168.99.100:3000" } }, options)).toBe(true);
  });

  test("B1: lets in a proxy only if allow names it, and only for visitors whom it names and who may see the toolbar", () => {
    const proxied = (headers: Given["headers"], allow: readonly string[], version = "1.1"): boolean =>
      admits({ version, headers: { ...headers } }, { allow });
    const own = { "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https", via: "1.1 caddy" };
    expect(proxied(own, ["127.0.0.1"])).toBe(true);
    expect(proxied({ ...own, "x-forwarded-for": "10.0.0.7" }, ["127.0.0.1", "10.0.0.7"])).toBe(true);
    expect(proxied(own, ["127.0.0.1"], "1.0")).toBe(true);
    // It may have written its upstream's name into Host.
    expect(proxied({ ...own, referer: "http://shop.example/" }, ["127.0.0.1"])).toBe(true);
    const refused: [Given["headers"], readonly string[], string?][] = [
      [own, []],
      [own, ["10.0.0.7"]],
      [{ ...own, "x-forwarded-for": "203.0.113.9" }, ["127.0.0.1"]],
      [{ ...own, "x-forwarded-for": "127.0.0.1, 203.0.113.9" }, ["127.0.0.1"]],
      [{ ...own, "cf-connecting-ip": "203.0.113.9" }, ["127.0.0.1"]],
      [{ ...own, "x-forwarded-host": "rebind.evil.test" }, ["127.0.0.1"]],
      [{ forwarded: "for=127.0.0.1;host=rebind.evil.test" }, ["127.0.0.1"]],
      // A proxy that names no client may act for any visitor.
      [{}, ["127.0.0.1"], "1.0"],
      [{ via: "1.1 caddy" }, ["127.0.0.1"]],
      [{ "x-forwarded-proto": "https" }, ["127.0.0.1"]],
      [{ "x-forwarded-for": "" }, ["127.0.0.1"]],
    ];
    expect(refused.filter((given) => proxied(...given))).toEqual([]);
  });

  test("B1: authorize does not let in what came through a proxy", () => {
    expect(admits({ version: "1.0" }, { authorize: () => true })).toBe(false);
    expect(admits({ headers: { "x-forwarded-proto": "https" } }, { authorize: () => true })).toBe(false);
  });

  test("says the exact option that would let the visitor in, without strange characters in the sentence", () => {
    expect(guard().admits(request({ peer: "172.17.0.1" }))).toEqual({
      allowed: false,
      reason: "The visitor's address is 172.17.0.1, not this machine.",
      fix: 'Fix: to allow it, new Toolbar({ allow: ["172.17.0.1"] }).',
    });
    expect(guard().admits(request({ headers: { host: "dev.example.test:80" } }))).toMatchObject({
      fix: expect.stringContaining('hosts: ["dev.example.test"]') as unknown,
    });
    const verdict = guard().admits(request({ headers: { "x-forwarded-for": 'x"<script>' } }));
    expect(verdict).toMatchObject({ allowed: false, reason: expect.not.stringMatching(/</) as unknown });
  });

  test("asks authorize last, and only its true is a yes", () => {
    const seen: string[] = [];
    const authorize = ({ method }: ToolbarRequest): boolean => (seen.push(method), false);
    expect(admits({ peer: "203.0.113.9" }, { authorize })).toBe(false);
    expect(seen).toEqual([]);
    expect(admits({}, { authorize })).toBe(false);
    expect(seen).toEqual(["GET"]);
    expect(admits({}, { authorize: () => "yes" as unknown as boolean })).toBe(false);
    expect(admits({}, { authorize: () => true })).toBe(true);
  });

  test("B12: an authorize that throws, rejects, or answers anything but true is a no", async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on("unhandledRejection", note);
    const answers: (() => unknown)[] = [
      () => {
        throw new Error("auth db down");
      },
      () => {
        throw null as unknown;
      },
      () => Promise.reject(new Error("auth db down")),
      async () => await Promise.resolve(true),
      () => 1,
      () => "true",
      () => undefined,
      () => null,
    ];
    expect(answers.map((authorize) => admits({}, { authorize }))).toEqual(answers.map(() => false));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(rejections).toEqual([]);
    expect(guard({ authorize: answers[0]! }).mayView(request({}))).toEqual({
      allowed: false,
      reason: "The option authorize failed.",
      fix: "It threw an exception, which counts as no.",
    });
  });

  test.each([["http://localhost"], ["localhost:3000"], ["a b"], [""]])("refuses %j in the list of hosts", (host) => {
    expect(() => guard({ hosts: [host] })).toThrow(expect.objectContaining({ code: "invalid_option" }));
  });

  test.each([["localhost"], ["10.0.0.0/33"], ["10.0.0.0/"], ["10.0.0.0/8/8"], ["::/129"], ["10.0.0.0/-1"]])(
    "refuses %j in the list of addresses",
    (entry) => {
      expect(() => guard({ allow: [entry] })).toThrow(expect.objectContaining({ code: "invalid_option" }));
    },
  );
});
