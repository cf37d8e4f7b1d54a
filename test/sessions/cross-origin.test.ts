import { subscribe, unsubscribe } from "node:diagnostics_channel";
import fc from "fast-check";
import {
  SessionManager,
  type RequestFacts,
  type SessionLoaded,
  type SessionManagerOptions,
  type SessionStore,
} from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, onTestFinished, test } from "vitest";
import { GO, HOST as GO_HOST, OWN, TRUSTED } from "../contracts/cross-origin-rows.ts";

interface Data {
  visits: number;
}
const HOST = "shop.example";
const facts = (more: Partial<RequestFacts>): RequestFacts => ({ secure: true, host: HOST, ...more });
const managerOf = (options: Partial<SessionManagerOptions<Data>> = {}): SessionManager<Data> =>
  new SessionManager<Data>({ keys: generateSecretKey(), ...options });

async function loggedIn(manager: SessionManager<Data>): Promise<string> {
  const session = await manager.load(undefined);
  session.login("7");
  return (await manager.commit(session))[0]![1].split(";")[0]!;
}

/** Why a POST has no session, and what a change of it says. */
async function wordsOf(more: Partial<RequestFacts>): Promise<{ readonly why: string; readonly change: string }> {
  const session = await managerOf().load(undefined, facts({ method: "POST", ...more }));
  expect(session.rejection?.reason).toBe("cross_origin");
  let change = "";
  try {
    session.login("8");
  } catch (error) {
    change = (error as Error).message;
  }
  return { why: session.rejection!.explanation, change };
}

describe("a request of another origin, by manager.load", () => {
  test.each([
    ["nothing but a cookie", undefined, "7"],
    ["no method, origin or site", facts({}), "7"],
    ["a method alone: no browser leaves both headers out", facts({ method: "POST" }), "7"],
    ["the origin of another page", facts({ method: "POST", origin: "https://other.example" }), undefined],
    ["the own origin", facts({ method: "POST", origin: `https://${HOST}` }), "7"],
    ["site alone", facts({ method: "DELETE", site: "same-site" }), undefined],
    ["the same in headers", facts({ method: "PUT", headers: { "sec-fetch-site": "cross-site" } }), undefined],
    ["origin and site before headers", facts({ method: "PUT", site: "none", headers: { origin: "null" } }), "7"],
    ["a method in lower case, which is none of the safe ones", facts({ method: "get", site: "cross-site" }), undefined],
    ["TRACE, as in Go", facts({ method: "TRACE", site: "cross-site" }), undefined],
    ["no method, and an origin", facts({ origin: "https://other.example", site: "cross-site" }), undefined],
    ["no method, and the own origin", facts({ origin: `https://${HOST}`, site: "same-origin" }), "7"],
    ["no method and no origin, as a link has it", facts({ site: "cross-site" }), "7"],
    ["an empty origin", facts({ method: "POST", origin: "" }), "7"],
    ["an empty host", facts({ method: "POST", host: "", origin: "https://" }), undefined],
    ["a host in capitals", facts({ method: "POST", host: "Shop.Example:443", origin: `https://${HOST}` }), "7"],
    ["an upgrade", facts({ method: "GET", origin: "https://a.example", headers: { upgrade: "websocket" } }), undefined],
    ["an upgrade among others", facts({ site: "same-site", headers: { upgrade: "h2c, WebSocket" } }), undefined],
    ["an upgrade to HTTP/2", facts({ method: "GET", site: "cross-site", headers: { upgrade: "h2c" } }), "7"],
  ] as const)("with %s", async (_, request, subject) => {
    const manager = managerOf();
    const session = await manager.load(await loggedIn(manager), request);
    expect([session.subject, session.rejection?.reason]).toEqual([
      subject,
      subject === undefined ? "cross_origin" : undefined,
    ]);
  });

  test("judges the cases of Go and ours, row by row, by facts, a Request and Headers", async () => {
    const manager = managerOf({ trustedOrigins: [TRUSTED] });
    const cookie = await loggedIn(manager);
    for (const { name, method = "POST", site, origin, opens } of [...GO, ...OWN]) {
      const page = { ...(origin && { origin }), ...(site && { "sec-fetch-site": site }) };
      const headers = { cookie, host: GO_HOST, ...page };
      const here = { secure: true, host: GO_HOST, method };
      const sessions = await Promise.all([
        manager.load(cookie, { ...here, origin, site }),
        manager.load(cookie, { ...here, headers: page }),
        manager.load(new Request(`https://${GO_HOST}/`, { method, headers })),
        manager.load(new Headers(headers), here),
      ]);
      const seen = sessions.map(({ subject, rejection }) => [name, subject, rejection?.reason]);
      const expected = opens ? [name, "7", undefined] : [name, undefined, "cross_origin"];
      expect(seen).toEqual(Array(4).fill(expected));
    }
  });

  test("reads a Request and Headers, with or without facts", async () => {
    const manager = managerOf();
    const cookie = await loggedIn(manager);
    const subjectOf = async (init: RequestInit, request?: RequestFacts): Promise<unknown> => {
      const headers = { host: HOST, cookie, ...(init.headers as Record<string, string> | undefined) };
      return (await manager.load(new Request(`https://${HOST}/pay`, { ...init, headers }), request)).subject;
    };
    const foreign = { headers: { origin: "https://other.example" } };
    expect(await subjectOf({ method: "POST" })).toBe("7");
    expect(await subjectOf({ method: "POST", ...foreign })).toBeUndefined();
    expect(await subjectOf({ method: "POST", ...foreign }, facts({}))).toBeUndefined();
    expect(await subjectOf({ method: "POST", ...foreign }, facts({ method: "GET" }))).toBe("7");
    expect(await subjectOf({ method: "GET", ...foreign })).toBe("7");
    const byHeaders = async (more: Record<string, string>): Promise<unknown> =>
      (await manager.load(new Headers({ host: HOST, cookie, ...more }))).subject;
    expect(await byHeaders({})).toBe("7");
    expect(await byHeaders({ "sec-fetch-site": "cross-site" })).toBe("7");
    expect(await byHeaders({ origin: `https://${HOST}` })).toBe("7");
    expect(await byHeaders({ origin: "https://other.example" })).toBeUndefined();
    expect(await byHeaders({ origin: "https://other.example", "sec-fetch-site": "same-origin" })).toBe("7");
  });

  test("does not ask the store, and sends no cookie: the visitor's own session is there at the next request", async () => {
    const inner = new MemoryStore();
    let asked = 0;
    const store: SessionStore = {
      get: async (id) => (asked++, await inner.get(id)),
      set: async (...args) => (asked++, await inner.set(...args)),
      delete: async (id) => (asked++, await inner.delete(id)),
    };
    const manager = managerOf({ store, clearSiteData: true, onStoreFailure: "anonymous" });
    const cookie = await loggedIn(manager);
    asked = 0;
    const session = await manager.load(
      `${cookie}; ${cookie.replace(/=.*/, "=planted")}`,
      facts({ method: "POST", site: "same-site" }),
    );
    expect([session.isNew, session.subject, session.id, session.data, session.persistent]).toEqual([
      true,
      undefined,
      undefined,
      {},
      false,
    ]);
    expect(() => session.logout()).toThrow(expect.objectContaining({ name: "SessionError", code: "cross_origin" }));
    expect(() => (session.data.visits = 1)).toThrow(expect.objectContaining({ code: "cross_origin" }));
    expect(() => delete session.data.visits).toThrow(expect.objectContaining({ code: "cross_origin" }));
    expect(await manager.commit(session)).toEqual([["Vary", "Cookie"]]);
    expect(asked).toBe(0);
    expect((await manager.load(cookie, facts({ method: "POST", site: "same-origin" }))).subject).toBe("7");
  });

  test("after the answer, a change throws session_closed as always", async () => {
    const manager = managerOf();
    const session = await manager.load(undefined, facts({ method: "POST", site: "same-site" }));
    await manager.commit(session);
    expect(() => session.login("8")).toThrow(expect.objectContaining({ code: "session_closed" }));
  });

  test("is reported on the channel at once, also where nothing looks at the session", async () => {
    const seen: SessionLoaded[] = [];
    const listener = (message: unknown): void => void seen.push(message as SessionLoaded);
    subscribe("latchkey:session.load", listener);
    onTestFinished(() => void unsubscribe("latchkey:session.load", listener));
    const manager = managerOf();
    await manager.load(undefined, facts({ method: "POST", origin: "http://localhost:3001", site: "same-site" }));
    expect(seen).toEqual([
      expect.objectContaining({
        verdict: "rejected",
        reason: "cross_origin",
        cookieName: expect.stringContaining("session") as string,
        bytes: 0,
        explanation: expect.stringMatching(
          /^This POST came from http:\/\/localhost:3001, so it has no session\. /,
        ) as string,
      }),
    ]);
  });
});

describe("the words", () => {
  test.each([
    [
      "an origin that the browser calls a neighbour",
      { origin: "http://localhost:3001", site: "same-site", host: "localhost:3000" },
      "This POST came from http://localhost:3001, so it has no session. The browser says that the page is not of this origin (Sec-Fetch-Site: same-site), and the host here is localhost:3000.",
      'Fix: if that page is yours, set trustedOrigins: ["http://localhost:3001"].',
    ],
    [
      "an origin that is not the host",
      { origin: "https://shop.example", host: "127.0.0.1:3000" },
      "This POST came from https://shop.example, so it has no session. The host here is 127.0.0.1:3000. If the two are the same site, a proxy has changed the host, or the scheme is not HTTPS.",
      'set trustedOrigins: ["https://shop.example"]',
    ],
    [
      "a page that hides its origin",
      { origin: "null" },
      "This POST came from a page that hides its origin (Origin: null), so it has no session. Likely: a sandboxed frame, a redirect from another site, or a page with Referrer-Policy: no-referrer.",
      "let it send its origin",
    ],
    [
      "no origin at all",
      { site: "cross-site" },
      "This POST came from another origin, so it has no session. The browser says that the page is not of this origin (Sec-Fetch-Site: cross-site), and the host here is shop.example.",
      "let it send its origin",
    ],
  ])("name %s", async (_, more, why, fix) => {
    const words = await wordsOf(more);
    expect(words.why).toBe(why);
    expect(words.change).toContain(why.split(". ")[0]);
    expect(words.change).toContain(fix);
  });

  test("show nothing of a header that is no origin", async () => {
    for (const value of ["a b\u0007<script>", "x".repeat(5000), "\u001b[31m"]) {
      const { why, change } = await wordsOf({ origin: value, host: value, method: value });
      for (const text of [why, change]) {
        expect(text).toMatch(/^This request came from an Origin that cannot be shown, so it has no session\./);
        expect(text.includes(value)).toBe(false);
      }
      const { why: site } = await wordsOf({ site: value });
      expect(site).toContain("Sec-Fetch-Site: not shown");
    }
  });
});

describe("trustedOrigins", () => {
  test.each([
    "https://example.com",
    "https://example.com:8080",
    "http://example.com",
    "http://localhost:5173",
    "http://[::1]:3000",
    "https://xn--mnchen-3ya.example",
    "capacitor://localhost",
    "chrome-extension://abcdefghijklmnop",
  ])("takes %s", async (origin) => {
    const manager = managerOf({ trustedOrigins: [origin] });
    const session = await manager.load(undefined, facts({ method: "POST", origin, site: "cross-site" }));
    expect(session.rejection).toBeUndefined();
    session.login("7");
    expect(session.subject).toBe("7");
  });

  test.each([
    [
      "no list",
      "https://example.com",
      'must be a list. It got a string. Fix: trustedOrigins: ["https://example.com"].',
    ],
    ["no list", true, 'must be a list. It got a boolean. Fix: trustedOrigins: ["https://app.example.com"].'],
    ["no text", [7], "is not a string"],
    ["no scheme", ["example.com"], "is not an origin"],
    ["no host", ["https://"], "is not an origin"],
    ["no host", ["file:///"], "has no host"],
    ["a final slash", ["https://example.com/"], 'Fix: trustedOrigins: ["https://example.com"].'],
    ["a path", ["https://example.com/path"], 'Fix: trustedOrigins: ["https://example.com"].'],
    ["a query", ["https://example.com?query=value"], 'Fix: trustedOrigins: ["https://example.com"].'],
    ["a fragment", ["https://example.com#fragment"], 'Fix: trustedOrigins: ["https://example.com"].'],
    ["a user", ["https://me@example.com"], 'Fix: trustedOrigins: ["https://example.com"].'],
    ["capitals", ["https://Example.com"], 'Fix: trustedOrigins: ["https://example.com"].'],
    ["the usual port", ["https://example.com:443"], 'Fix: trustedOrigins: ["https://example.com"].'],
    [
      "letters that browsers write otherwise",
      ["https://münchen.example"],
      'Fix: trustedOrigins: ["https://xn--mnchen-3ya.example"].',
    ],
    ["a space", ["https://ex ample.com"], "is not an origin"],
    ["nothing", [""], "is not an origin"],
    ["null", ["null"], "anyone could send it"],
    ["a wildcard", ["https://*.example.com"], "has a wildcard"],
    ["a wildcard", ["*"], "has a wildcard"],
    ["the address of a socket", ["wss://example.com"], 'Fix: trustedOrigins: ["https://example.com"].'],
    ["the second entry", ["https://example.com", "https://example.com/a"], 'holds "https://example.com/a"'],
  ])("refuses %s: %j", (_, trustedOrigins, message) => {
    expect(() => managerOf({ trustedOrigins: trustedOrigins as never })).toThrow(
      expect.objectContaining({
        code: "invalid_option",
        message: expect.stringMatching(/^trustedOrigins .*Fix: /) as string,
      }),
    );
    expect(() => managerOf({ trustedOrigins: trustedOrigins as never })).toThrow(message);
  });
});

/** One request on its way: what the browser knows, and what the proxy in front makes of it. */
interface Travel {
  readonly method: string | undefined;
  readonly isSocket: boolean;
  readonly site: string | undefined;
  readonly origin: string | undefined;
  /** Scheme and host in the browser's address bar. */
  readonly scheme: "http" | "https";
  readonly host: string;
  /** What the server sees of them: as they are, or those of its own address. */
  readonly proxy: "none" | "trusted" | "host kept" | "host changed";
  readonly trusted: readonly string[];
}

const UPSTREAM = "127.0.0.1:3000";

/**
 * What the server is told: TLS ends at a proxy, so what is behind it sees HTTP unless it trusts.
 */
function seen({ scheme, host, proxy }: Travel): { readonly secure: boolean; readonly host: string } {
  if (proxy === "none" || proxy === "trusted") return { secure: scheme === "https", host };
  return { secure: false, host: proxy === "host kept" ? host : UPSTREAM };
}

/**
 * The rule in other words: by a list of what opens a session, and with URLs in place of patterns.
 */
function opens(travel: Travel): boolean {
  const { method, isSocket, site, origin, trusted } = travel;
  const hasOrigin = origin !== undefined && origin !== "";
  const hasSite = site !== undefined && site !== "";
  const canChange = isSocket || (method === undefined ? hasOrigin : !/^(GET|HEAD|OPTIONS)$/.test(method));
  if (!canChange) return true;
  if (hasOrigin && trusted.some((each) => each === origin) && !(hasSite && /^(same-origin|none)$/.test(site)))
    return true;
  if (hasSite) return ["same-origin", "none"].includes(site);
  if (!hasOrigin) return true;
  const server = seen(travel);
  const own = ["http", "https"].map((scheme) => new URL(`${scheme}://${server.host}`).origin);
  return URL.canParse(origin) && (server.secure ? own.slice(1) : own).includes(new URL(origin).origin);
}

describe("10,000 random requests", () => {
  const hosts = [HOST, `sibling.${HOST}`, "localhost:3000", "localhost:3001", `${HOST}:8443`, `${HOST}:443`, UPSTREAM];
  const origins = hosts.flatMap((host) => ["http", "https"].map((scheme) => new URL(`${scheme}://${host}`).origin));
  const travels = fc.record<Travel>({
    method: fc.constantFrom(undefined, "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "get"),
    isSocket: fc.boolean(),
    site: fc.constantFrom(
      undefined,
      undefined,
      undefined,
      "",
      "same-origin",
      "none",
      "same-site",
      "cross-site",
      "Same-Origin",
    ),
    origin: fc.constantFrom(undefined, "", "null", "https://attacker.example", ...origins),
    scheme: fc.constantFrom("http" as const, "https" as const),
    host: fc.constantFrom(...hosts),
    proxy: fc.constantFrom("none" as const, "trusted" as const, "host kept" as const, "host changed" as const),
    trusted: fc.constantFrom([], ["https://attacker.example"], [`https://sibling.${HOST}`, "http://localhost:3001"]),
  });

  test("open a session where a model of the rule says so, and nowhere else", { timeout: 300_000 }, async () => {
    const managers = new Map<readonly string[], { readonly manager: SessionManager<Data>; readonly cookie: string }>();
    const counts = { opened: 0, refused: 0 };
    const property = fc.asyncProperty(travels, async (travel) => {
      let known = managers.get(travel.trusted);
      if (known === undefined) {
        const manager = managerOf({ trustedOrigins: travel.trusted });
        managers.set(travel.trusted, (known = { manager, cookie: await loggedIn(manager) }));
      }
      const { method, isSocket, site, origin } = travel;
      const headers = {
        ...(isSocket ? { upgrade: "websocket" } : {}),
        ...(site === undefined ? {} : { "sec-fetch-site": site }),
        ...(origin === undefined ? {} : { origin }),
      };
      const { subject, rejection } = await known.manager.load(known.cookie, { ...seen(travel), method, headers });
      const expected = opens(travel);
      counts[expected ? "opened" : "refused"]++;
      expect([subject, rejection?.reason]).toEqual(expected ? ["7", undefined] : [undefined, "cross_origin"]);
    });
    await fc.assert(property, { numRuns: 10_000 });
    // Both happen often, so that neither answer is right by itself.
    expect(counts.opened).toBeGreaterThan(2_000);
    expect(counts.refused).toBeGreaterThan(2_000);
  });
});
