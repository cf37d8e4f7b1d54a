/*
 * Cookie attributes
 *
 * The attributes of the cookie decide who else may read, overwrite or send it. Other headers decide
 * what a cache may store.
 */
import { inflateSync } from "node:zlib";
import { randomBytes } from "node:crypto";
import {
  InvalidOptionError,
  KeyRing,
  SessionManager,
  type CookieOptions,
  type RequestFacts,
  type Session,
} from "latchkey";
import { expect, test } from "vitest";
import { Browser } from "../simulation/browser.ts";
import {
  ALL_KINDS,
  COOKIE_KINDS,
  KEY,
  loggedIn,
  makeManager,
  setCookiesOf,
  STORE_KINDS,
  Time,
  Visitor,
  withServer,
  type Data,
} from "./support.ts";

const attributes = ([cookie = ""]: readonly string[]): string[] => cookie.split("; ").slice(1);
const refused = (cookie: object): void =>
  expect(() => new SessionManager({ keys: KEY, cookie: cookie as CookieOptions }), JSON.stringify(cookie)).toThrow(
    InvalidOptionError,
  );

/**
 * Session cookies are Secure, also behind a proxy that ends TLS; over plain http only on a loopback
 * host, or where the application says so.
 */
test("ASVS 3.3.1: the cookie travels over a connection that an attacker listens to", async () => {
  for (const kind of ALL_KINDS) expect(attributes((await loggedIn(kind)).setCookies)).toContain("Secure");
  const manager = makeManager("sealed", new Time(), { keys: KEY });
  const isSecure = async (facts: RequestFacts): Promise<boolean> => {
    const session = await manager.load(undefined, facts);
    session.login("7");
    return (await manager.commit(session))[0]![1].includes("; Secure");
  };
  expect(await isSecure({ secure: false, host: "shop.example" })).toBe(true);
  expect(await isSecure({ secure: false, host: "localhost.attacker.example" })).toBe(true);
  expect(await isSecure({ secure: false, host: "127.0.0.1.attacker.example" })).toBe(true);
  expect(await isSecure({ secure: true, host: "localhost" })).toBe(true);
  const own = { secure: false, host: "localhost:3000", peer: "127.0.0.1", httpVersion: "1.1", headers: {} };
  expect(await isSecure(own)).toBe(false);
  // Nothing that a proxy in front could have changed is taken for a developer's own browser.
  expect(await isSecure({ secure: false, host: "localhost:3000" })).toBe(true);
  expect(await isSecure({ ...own, peer: "10.0.0.7" })).toBe(true);
  expect(await isSecure({ ...own, httpVersion: "1.0" })).toBe(true);
  expect(await isSecure({ ...own, headers: { "x-forwarded-for": "203.0.113.7" } })).toBe(true);
  for (const cookie of [
    { name: "__Secure-a", secure: false },
    { name: "__Host-a", secure: false },
    { partitioned: true, secure: false },
  ])
    refused(cookie);
});

/**
 * In production the cookie is Secure and `__Host-`, whatever a proxy makes of the request. In
 * development the plain cookie goes only to a loopback host, from this machine, over HTTP/1.1 or 2,
 * and without any header that proxies add.
 */
test("ATK-local-proxy: a proxy on the same machine calls the server by a name of this machine", async () => {
  const nginx = { host: "127.0.0.1:3000", version: "1.0" } as const;
  const signs = [
    "X-Forwarded-For: 203.0.113.7",
    "X-Forwarded-Proto: https",
    "X-Real-IP: 203.0.113.7",
    "X-Original-Forwarded-For: 203.0.113.7",
    "Via: 1.1 proxy",
    "Forwarded: for=203.0.113.7",
  ];
  for (const mode of ["production", "development"] as const) {
    const manager = makeManager("sealed", new Time(), { keys: new KeyRing(KEY, [], { mode }) });
    await withServer(manager, async (ask) => {
      const proxied = [
        await ask([], { ...nginx, path: "/login/7" }),
        await ask(["Connection: close"], { ...nginx, host: "localhost", path: "/login/7" }),
        await ask([], { path: "/login/7" }),
        ...(await Promise.all(
          signs.map(async (sign) => await ask([sign], { host: "127.0.0.1:3000", path: "/login/7" })),
        )),
      ];
      if (mode === "production") proxied.push(await ask([], { host: "localhost:3000", path: "/login/7" }));
      for (const answer of proxied) {
        const [line = ""] = setCookiesOf(answer);
        expect([mode, line]).toEqual([
          mode,
          expect.stringMatching(/^__Host-Http-session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
        ]);
        // The visitor's browser, which uses HTTPS with the proxy, keeps it, and the next request
        // is logged in.
        const browser = new Browser("visitor", new Time().clock);
        browser.take(line);
        expect((await ask([`Cookie: ${browser.header("/")}`], nginx)).body).toBe("7");
      }
    });
  }
  const own = makeManager("sealed", new Time(), { keys: new KeyRing(KEY, [], { mode: "development" }) });
  await withServer(own, async (ask) => {
    const [line = ""] = setCookiesOf(await ask([], { host: "localhost:3000", path: "/login/7" }));
    expect(line).toMatch(/^session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
    expect((await ask([`Cookie: ${line.split(";")[0]!}`], { host: "localhost:3000" })).body).toBe("7");
  });
});

/**
 * The default name is `__Host-Http-session` with the path `/` and no domain, so no other host and
 * no plain connection can set it; the types and the constructor refuse what browsers would.
 */
test("ASVS 3.3.3: a sibling host or a plain connection overwrites the cookie", async () => {
  for (const kind of ["sealed", "signed", ...STORE_KINDS]) {
    const { setCookies } = await loggedIn(kind);
    expect(setCookies[0]).toMatch(/^__Host-Http-session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  }
  // The opt-out is a name: Flask's cookie is called "session", or two servers could not share it.
  expect((await loggedIn("flask")).setCookies[0]).toMatch(/^session=/);
  for (const cookie of [
    { name: "__Host-a", domain: "example.org" },
    { name: "__Host-a", path: "/app" },
    { name: "__hOsT-a", domain: "example.org" },
  ])
    refused(cookie);
});

/**
 * SameSite is always written out, Lax unless set; None makes the cookie Secure and cannot be had
 * without.
 */
test("ASVS 3.3.2: a page of another site sends requests with the visitor's cookie", async () => {
  for (const kind of ALL_KINDS) {
    for (const sameSite of [undefined, "Lax", "Strict", "None"] as const) {
      const { setCookies } = await loggedIn(kind, new Time(), { cookie: { sameSite } });
      expect(attributes(setCookies)).toEqual(expect.arrayContaining([`SameSite=${sameSite ?? "Lax"}`, "Secure"]));
    }
  }
  refused({ sameSite: "None", secure: false });
  refused({ sameSite: "none" });
  refused({ sameSite: false });
});

/**
 * A request that can change something, and that the page of another origin sent, has an empty
 * session: `Sec-Fetch-Site` says so, or else `Origin`. A sibling domain and another port are other
 * origins. The answer has no Set-Cookie.
 */
test("ASVS 3.5.1: a page of a sibling domain sends a form with the visitor's cookie", async () => {
  const facts = { secure: true, host: "shop.example", method: "POST" };
  for (const kind of ALL_KINDS) {
    const { manager, header } = await loggedIn(kind);
    for (const foreign of [
      { origin: "https://blog.shop.example", site: "same-site" },
      { origin: "https://blog.shop.example" },
      { origin: "https://shop.example:8443" },
      { origin: "null" },
      { site: "cross-site" },
    ]) {
      const session = await manager.load(header, { ...facts, ...foreign });
      expect([session.subject, session.rejection?.reason]).toEqual([undefined, "cross_origin"]);
      expect((await manager.commit(session)).filter(([name]) => name === "Set-Cookie")).toEqual([]);
    }
    const own = { origin: "https://shop.example", site: "same-origin" };
    expect((await manager.load(header, { ...facts, ...own })).subject).toBe("7");
  }
});

/**
 * In a session of a cross-origin request every change throws, so nobody can be logged in or out.
 */
test("ATK-login-csrf: another page logs the visitor in to the attacker's account", async () => {
  for (const kind of ALL_KINDS) {
    const { manager, header } = await loggedIn(kind);
    for (const cookie of [header, undefined]) {
      const session = await manager.load(cookie, {
        secure: true,
        host: "shop.example",
        method: "POST",
        origin: "https://attacker.example",
        site: "cross-site",
      });
      const refusal = expect.objectContaining({ name: "SessionError", code: "cross_origin" }) as Error;
      expect(() => session.login("mallory")).toThrow(refusal);
      expect(() => session.logout()).toThrow(refusal);
      expect((await manager.commit(session)).filter(([name]) => name === "Set-Cookie")).toEqual([]);
    }
  }
});

/**
 * An upgrade to a WebSocket is judged like a POST, although it is a GET. Without
 * `Sec-Fetch-Site`, its `Origin` has to be that of the host.
 */
test("ATK-websocket-hijack: another page opens a WebSocket with the visitor's cookie", async () => {
  const subjectOf = async (kind: string, origin: string): Promise<string | undefined> => {
    const { manager, header } = await loggedIn(kind);
    const headers = { upgrade: "websocket", origin };
    return (await manager.load(header, { secure: true, host: "shop.example", method: "GET", headers })).subject;
  };
  for (const kind of ALL_KINDS) {
    expect(await subjectOf(kind, "https://attacker.example")).toBeUndefined();
    expect(await subjectOf(kind, "https://shop.example")).toBe("7");
  }
});

/** HttpOnly is always set and is no option, and the value leaves in Set-Cookie alone. */
test("ASVS 3.3.4: a script of the page reads the cookie", async () => {
  for (const wish of [{ httpOnly: false }, { HttpOnly: false }] as unknown[] as CookieOptions[]) refused(wish);
  for (const kind of ALL_KINDS) {
    const visitor = await loggedIn(kind);
    expect(attributes(visitor.setCookies)).toContain("HttpOnly");
    const elsewhere = visitor.headers.filter(([name]) => name !== "Set-Cookie");
    expect(JSON.stringify(elsewhere)).not.toContain(visitor.value);
  }
  const { manager, value, header } = await loggedIn("memory");
  await withServer(manager, async (ask) => {
    const { body, headers } = await ask([`Cookie: ${header}`]);
    expect([body, JSON.stringify(headers).includes(value)]).toEqual(["7", false]);
  });
});

/**
 * More than 4,096 bytes of name and value, which browsers drop without a word, throw before
 * anything is sent, and the message names the largest entries.
 */
test("ASVS 3.3.5: a session grows until the browser drops it", async () => {
  for (const kind of COOKIE_KINDS) {
    const visitor = await loggedIn(kind);
    const noise = randomBytes(4500).toString("base64");
    const error: unknown = await visitor
      .visit((session) => (session.data["history"] = noise))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: "cookie_too_large",
      message: expect.stringContaining('"history" 6,002 bytes') as string,
    });
    // The session from before is still there.
    expect(await visitor.visit((session) => session.subject)).toBe("7");
  }
  // To the byte: a longer and longer name, until name and value are 4,096 bytes.
  const lengthOf = async (length: number): Promise<number | string> => {
    const visitor = new Visitor(makeManager("signed", new Time(), { keys: KEY, cookie: { name: "n".repeat(length) } }));
    return await visitor
      .visit((session) => (session.data["a"] = 1))
      .then(
        () => visitor.header!.length - 1,
        (error: { code: string }) => error.code,
      );
  };
  const fixed = Number(await lengthOf(1)) - 1;
  expect([await lengthOf(4096 - fixed), await lengthOf(4097 - fixed)]).toEqual([4096, "cookie_too_large"]);
});

/** Max-Age is cut at 400 days, where browsers cut it. */
test("RFC6265bis lifetime: a persistent cookie claims to live longer than a browser keeps it", async () => {
  const visitor = await loggedIn("sealed", new Time(), { lifetime: 500 * 86_400, idleTimeout: 500 * 86_400 });
  await visitor.visit((session) => (session.persistent = true));
  expect(attributes(visitor.setCookies)).toContain(`Max-Age=${400 * 86_400}`);
});

/**
 * A cookie's name is a token of letters that need no quoting, and never empty; an option that a
 * header cannot hold is refused at the start.
 */
test("RFC6265bis names: a name or an attribute smuggles another one in", () => {
  for (const name of ["", " ", "a b", "a=b", "a;b", "a,b", "a\r\nSet-Cookie: x", "é", "a\0", 7]) refused({ name });
  for (const extra of [
    { domain: "exa mple" },
    { domain: "a;b" },
    { domain: "a\r\nb" },
    { path: "/;x" },
    { path: "/a\r\nb" },
  ])
    refused({ name: "a", ...extra });
});

/**
 * A domain or a path stays as configured, also when the cookie is removed. Otherwise the browser
 * would not remove it.
 */
test("RFC6265bis removal: a logout leaves the cookie in the browser", async () => {
  for (const cookie of [
    { name: "sid", domain: "example.com", path: "/app" },
    { name: "sid", partitioned: true },
    {},
  ] as CookieOptions[]) {
    const visitor = await loggedIn("sealed", new Time(), { cookie });
    const path = cookie.path ?? "/";
    const before = attributes(visitor.setCookies);
    expect(await visitor.who(path)).toBe("7");
    await visitor.visit((session) => session.logout(), path);
    const after = visitor.setCookies.find((line) => before.every((attribute) => line.includes(`; ${attribute}`)));
    expect(attributes([after!])).toEqual(
      expect.arrayContaining([...before, "Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"]),
    );
    expect(after).toMatch(/^[\w-]+=; /);
    // The browser has let go of it, and the next request has no session.
    expect([visitor.browser.header(path), await visitor.who(path)]).toEqual(["", "nobody"]);
  }
});

/** A cookie ends with the browser's window unless the application asks for a persistent one. */
test("NIST 5.1: a session outlives the evening on a shared computer", async () => {
  for (const kind of ALL_KINDS) {
    const visitor = await loggedIn(kind);
    expect(visitor.setCookies[0]).not.toMatch(/Max-Age|Expires/i);
    await visitor.visit((session) => (session.persistent = true));
    expect(visitor.setCookies[0]).toMatch(/; Max-Age=\d+; /);
    await visitor.visit((session) => (session.persistent = false));
    expect(visitor.setCookies[0]).not.toMatch(/Max-Age|Expires/i);
  }
});

/**
 * By default a cookie shows nothing but its length: it is encrypted, or a random token. `signed()`
 * and `flask()` can be read by anyone who has them, and say so.
 */
test("NIST 5.1.1 opaque: anyone who has the cookie can read personal data in it", async () => {
  const isReadable = async (kind: string): Promise<boolean> => {
    const visitor = new Visitor(makeManager(kind, new Time(), { keys: KEY }));
    await visitor.visit((session) => (session.login("ada@example.org"), (session.data["born"] = "1815-12-10")));
    const parts = [visitor.value, ...visitor.value.split(".")].map(
      (part) => Buffer.from(part, "base64url").toString("latin1") + part,
    );
    // Flask's cookies are compressed where that makes them shorter.
    if (visitor.value.startsWith(".")) {
      const compressed = Buffer.from(visitor.value.split(".")[1]!, "base64url");
      parts.push(inflateSync(compressed).toString("latin1"));
    }
    return parts.some((text) => /1815|ada@/.test(text));
  };
  const readable = [];
  for (const kind of ALL_KINDS) readable.push([kind, await isReadable(kind)]);
  expect(Object.fromEntries(readable)).toEqual({
    sealed: false,
    signed: true,
    flask: true,
    memory: false,
    sqlite: false,
  });
  // The default is one of those that cannot be read.
  const visitor = new Visitor(new SessionManager<Data>({ keys: KEY }));
  await visitor.visit((session) => session.login("7"));
  expect(visitor.value).toMatch(/^v3\.local\./);
});

/**
 * If the application looks at the session in any way, the answer varies by Cookie. Every Set-Cookie
 * tells caches not to store it.
 */
test("ASVS 14.3.2: a cache gives one visitor's page or cookie to another", async () => {
  const looks: readonly ((session: Session<Data>) => unknown)[] = [
    (session) => "cart" in session.data,
    (session) => Object.keys(session.data),
    (session) => Object.keys(session.data).length,
    (session) => JSON.stringify(session.data),
    (session) => Object.entries(session.data),
    (session) => session.data["nothing"],
    (session) => session.isNew,
    (session) => session.subject,
    (session) => session.id,
    (session) => session.persistent,
    (session) => session.rejection,
    (session) => session.flashes(),
  ];
  for (const kind of ALL_KINDS) {
    const visitor = await loggedIn(kind);
    for (const look of looks) {
      await visitor.visit(look);
      expect([kind, String(look), visitor.headers]).toEqual([kind, String(look), [["Vary", "Cookie"]]]);
    }
    await visitor.visit(() => undefined);
    expect(visitor.headers).toEqual([]);
    await visitor.visit((session) => (session.renew(), (session.data["a"] = 1)));
    expect(visitor.headers.slice(1)).toEqual([
      ["Vary", "Cookie"],
      ["Cache-Control", 'no-cache="Set-Cookie"'],
    ]);
  }
});

/**
 * A logout expires the cookie, which is all of the session that the browser has; an application
 * that stores more there adds Clear-Site-Data.
 */
test("ASVS 14.3.1: session data stays in the browser after the logout", async () => {
  for (const kind of ALL_KINDS) {
    const visitor = await loggedIn(kind);
    await visitor.visit((session) => session.logout());
    expect(visitor.header).toBeUndefined();
    // On purpose no header that clears what is not ours: other parts of the application may keep
    // things in the browser.
    expect([...new Set(visitor.headers.map(([name]) => name))]).toEqual(["Set-Cookie", "Vary", "Cache-Control"]);
    expect([visitor.setCookies.every((line) => line.includes("; Max-Age=0")), await visitor.who()]).toEqual([
      true,
      "nobody",
    ]);
  }
});

/**
 * A session is one cookie with one value, and a browser without a session gets none: no one can
 * tell visitors apart by a cookie that they did not need.
 */
test("ATK-needless-cookie: a visitor who only reads gets a cookie", async () => {
  for (const kind of ALL_KINDS) {
    const visitor = new Visitor(makeManager(kind, new Time(), { keys: KEY }));
    await visitor.visit((session) => [session.data["a"], session.subject, session.flashes()]);
    expect([visitor.setCookies, visitor.header, await visitor.who()]).toEqual([[], undefined, "nobody"]);
  }
});
