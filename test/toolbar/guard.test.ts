import { describe, expect, test } from "vitest";
import { Guard, type GuardOptions, type ToolbarRequest } from "../../src/toolbar/guard.ts";

interface Given {
  readonly method?: string;
  readonly peer?: string | undefined;
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
  };
}

const guard = (options: Partial<GuardOptions> = {}): Guard => new Guard({ hosts: [], allow: [], ...options });
const admits = (given: Given, options?: Partial<GuardOptions>): boolean => guard(options).admits(request(given)).allowed;

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
    ["a proxy that speaks for this machine", { headers: { "x-forwarded-for": "127.0.0.1" } }],
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
    ["a proxy that speaks for a stranger behind this machine", { headers: { "x-forwarded-for": "127.0.0.1, 203.0.113.9" } }],
    ["a stranger in Forwarded", { headers: { forwarded: 'proto=https;for="[2001:db8::7]:4711"' } }],
    ["a stranger in X-Real-IP", { headers: { "x-real-ip": "203.0.113.9" } }],
    ["a proxy that hides for whom it speaks", { headers: { forwarded: "for=_hidden" } }],
  ])("keeps out %s", (_, given) => {
    expect(admits(given)).toBe(false);
  });

  test("lets in addresses, networks and hosts that are named", () => {
    const options = { allow: ["172.17.0.0/16", "10.0.0.7", "2001:db8::/32"], hosts: ["dev.example.test"] };
    expect(
      ["172.17.0.1", "172.17.255.254", "10.0.0.7", "::ffff:10.0.0.7", "2001:db8::1"].map((peer) => admits({ peer }, options)),
    ).not.toContain(false);
    expect(["172.18.0.1", "10.0.0.8", "2001:db9::1"].map((peer) => admits({ peer }, options))).not.toContain(true);
    expect(admits({ headers: { host: "Dev.Example.Test:8443" } }, options)).toBe(true);
    expect(admits({ headers: { host: "www.dev.example.test" } }, options)).toBe(false);
    expect(admits({ headers: { "x-forwarded-for": "10.0.0.7" } }, options)).toBe(true);
  });

  test("says the exact option that would let somebody in, and keeps strange letters out of the sentence", () => {
    expect(guard().admits(request({ peer: "172.17.0.1" }))).toEqual({
      allowed: false,
      reason: 'The visitor\'s address is 172.17.0.1, not this machine. To allow it: new Toolbar({ allow: ["172.17.0.1"] }).',
    });
    expect(guard().admits(request({ headers: { host: "dev.example.test:80" } }))).toMatchObject({
      reason: expect.stringContaining('hosts: ["dev.example.test"]') as unknown,
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
