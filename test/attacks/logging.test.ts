/*
 * What gets out
 *
 * An attacker reads logs, error pages, channels or the debug toolbar, and finds a key, a token or a
 * visitor's data there.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import {
  CHANNELS,
  SecretKey,
  SessionManager,
  type SessionLoaded,
  type SessionManagerOptions,
  type SessionStore,
} from "latchkey";
import { MemoryStore } from "latchkey/stores/memory";
import { Toolbar, type ToolbarRequest } from "latchkey/toolbar";
import { expect, test } from "vitest";
import { z } from "zod";
import { forge } from "../support/mutants.ts";
import {
  ALL_KINDS,
  KEY,
  loggedIn,
  makeManager,
  nameOf,
  outcomeOf,
  verdictOf,
  sealedPlain,
  seal,
  Time,
  Visitor,
  withServer,
  type Data,
} from "./support.ts";

/** What an application could write to a log. */
const shown = (value: unknown): string =>
  `${inspect(value, { depth: Infinity, getters: true, showHidden: true })} ${JSON.stringify(value)} ${String(value)} ${value instanceof Error ? inspect(value.cause) : ""}`;

async function listening<Result>(channels: readonly string[], work: () => Promise<Result>): Promise<unknown[]> {
  const messages: unknown[] = [];
  const listen = (message: unknown): void => void messages.push(message);
  for (const name of channels) subscribe(name, listen);
  try {
    await work();
  } finally {
    for (const name of channels) unsubscribe(name, listen);
  }
  return messages;
}

/** A store that has lost its database. */
class BrokenStore extends MemoryStore {
  isBroken = true;

  override async get(id: string): Promise<string | undefined> {
    if (this.isBroken) throw new Error(`connect ECONNREFUSED secret-host while reading ${id}`);
    return await super.get(id);
  }
}

/**
 * Channel messages, which logs are written from, name keys by fingerprints and cookies by their
 * sizes: no token, no value, no signature, no data.
 */
test("ASVS 16.2.5: a log of every message is read by other people", async () => {
  for (const kind of ALL_KINDS) {
    const values: string[] = [];
    const messages = await listening(Object.values(CHANNELS), async () => {
      const visitor = await loggedIn(kind);
      await visitor.visit((session) => (session.data["canary"] = "tweet-tweet"));
      values.push(visitor.value);
      await visitor.visit((session) => session.data);
      await outcomeOf(
        visitor.manager,
        `${nameOf(kind)}=${visitor.value.slice(0, -3)}; ${nameOf(kind)}=x${visitor.value}`,
      );
      await visitor.visit((session) => session.logout());
    });
    expect(messages.length).toBeGreaterThan(8);
    const log = messages.map(shown).join("\n");
    const parts = values.flatMap((value) => value.split(".")).filter((part) => part.length > 8);
    for (const secret of [
      KEY,
      KEY.slice(4, 20),
      "tweet-tweet",
      "Ada Lovelace",
      ...parts,
      ...parts.map((part) => part.slice(0, 16)),
    ])
      expect([kind, log.includes(secret)]).toEqual([kind, false]);
    expect(log).toContain(SecretKey.from(KEY).fingerprint);
  }
});

/**
 * Each cookie that is refused is one message with a reason out of a fixed list and a sentence for
 * people, so that attempts can be counted.
 */
test("ASVS 16.3.3: cookies are forged for weeks, and no one notices", async () => {
  const time = new Time();
  const broken = new BrokenStore({ clock: time.clock });
  const manage = (options: Partial<SessionManagerOptions<Data>>): SessionManager<Data> =>
    makeManager("sealed", time, { keys: KEY, ...options });
  const good = await loggedIn("sealed", time);
  const other = await loggedIn("sealed", time);
  const stored = await loggedIn("memory", time);
  const { header } = good;
  const old = seal({ plain: sealedPlain("{}", { lastSeenAt: time.now - 40 * 86_400 }) });
  const early = seal({ plain: sealedPlain("{}", { lastSeenAt: time.now + 3600 }) });
  const cases: readonly (readonly [string, SessionManager<Data>, string | undefined])[] = [
    ["malformed", good.manager, "__Host-Http-session=x"],
    ["too_large", good.manager, `__Host-Http-session=${"x".repeat(9000)}`],
    ["bad_signature", makeManager("sealed", time), header],
    ["expired", good.manager, `__Host-Http-session=${old}`],
    ["future", good.manager, `__Host-Http-session=${early}`],
    ["bad_payload", good.manager, `__Host-Http-session=${seal({ plain: sealedPlain("[]") })}`],
    [
      "invalid_data",
      manage({
        schema: z.object({ name: z.number() }) as unknown as NonNullable<SessionManagerOptions<Data>["schema"]>,
      }),
      header,
    ],
    ["unknown", makeManager("memory", time, { keys: KEY }), stored.header],
    ["revoked", manage({ isRevoked: () => true }), header],
    ["duplicate", good.manager, `${header}; ${other.header}`],
    [
      "store_failed",
      new SessionManager<Data>({ keys: KEY, clock: time.clock, store: broken, onStoreFailure: "anonymous" }),
      stored.header,
    ],
  ];
  for (const [reason, manager, cookie] of cases) {
    const messages = await listening([CHANNELS.sessionLoaded], async () => await verdictOf(manager, cookie));
    expect(messages).toHaveLength(1);
    const message = messages[0] as SessionLoaded;
    expect([message.verdict, message.reason]).toEqual(["rejected", reason]);
    expect(message.explanation).toMatch(/^[A-Z][^.]+\./);
    expect(await outcomeOf(manager, cookie)).toBe(reason);
  }
});

/**
 * A client never learns why a cookie was refused, or what a store said: the same answer for each,
 * and a plain 500 when the store fails.
 */
test("ASVS 16.5.1: an answer tells an attacker how near the last try came", async () => {
  const { manager, value } = await loggedIn("sealed");
  await withServer(manager, async (ask) => {
    const answers = [];
    const expired = seal({ plain: sealedPlain("{}", { lastSeenAt: 1_000_000_000 }) });
    for (const cookie of ["x", "A".repeat(9000), forge(value), expired, seal({ plain: sealedPlain("[]") })]) {
      const { status, headers } = await ask([`Cookie: __Host-Http-session=${cookie}`]);
      // All but what the handler of this test puts into the body itself.
      answers.push(JSON.stringify([status, headers.filter(([name]) => name !== "date" && name !== "content-length")]));
    }
    expect(new Set(answers).size).toBe(1);
  });
  const broken = new BrokenStore();
  const stored = await loggedIn("memory", new Time(), { store: Object.assign(broken, { isBroken: false }) });
  broken.isBroken = true;
  await withServer(stored.manager, async (ask) => {
    const { status, body } = await ask([`Cookie: ${stored.header}`]);
    expect([status, body]).toEqual([500, "Internal Server Error\n"]);
  });
});

/**
 * When the store fails there is no session, and a login, a logout or a renewal that could not be
 * saved throws, whatever the policy is.
 */
test("ASVS 16.5.3: a store that fails leaves a visitor logged in", async () => {
  for (const onStoreFailure of ["error", "anonymous"] as const) {
    const store = Object.assign(new BrokenStore(), { isBroken: false });
    const visitor = await loggedIn("memory", new Time(), { store, onStoreFailure });
    store.isBroken = true;
    if (onStoreFailure === "error") {
      await expect(visitor.manager.load(visitor.header)).rejects.toMatchObject({ code: "store_failed" });
      continue;
    }
    expect(await outcomeOf(visitor.manager, visitor.header)).toBe("store_failed");
    const failing: SessionStore = {
      get: async () => await Promise.reject(new Error("down")),
      set: async () => await Promise.reject(new Error("down")),
      delete: async () => await Promise.reject(new Error("down")),
    };
    const manager = makeManager("memory", new Time(), { keys: KEY, store: failing, onStoreFailure });
    for (const act of ["login", "logout", "renew"] as const) {
      const session = await manager.load(undefined);
      if (act === "login") session.login("7");
      else {
        session.data["a"] = 1;
        session[act]();
        session.data["a"] = 1;
      }
      await expect(manager.commit(session)).rejects.toMatchObject({ code: "store_failed" });
    }
    // The cookie may still be good, so it stays in the browser.
    await visitor.visit((session) => session.subject);
    expect(visitor.setCookies).toEqual([]);
  }
});

/** Errors name the entry, the place and the size, and never a value, a token or a key. */
test("ATK-error-message: an error page or a crash report shows what a session holds", async () => {
  const secrets = ["tweet-tweet-tweet", KEY, KEY.slice(4, 24)];
  for (const kind of ALL_KINDS) {
    const visitor = await loggedIn(kind);
    const errors: unknown[] = [];
    const collect = async (work: () => Promise<unknown>): Promise<void> =>
      void errors.push(await work().catch((error: unknown) => error));
    const circle: Data = { canary: "tweet-tweet-tweet" };
    circle["self"] = circle;
    for (const wrong of [
      circle,
      [() => "tweet-tweet-tweet"],
      new (class Canary {
        text = "tweet-tweet-tweet";
      })(),
      "tweet-tweet-tweet".repeat(300_000),
    ]) {
      if (typeof wrong === "string" && !["sealed", "signed", "flask"].includes(kind)) continue;
      await collect(async () => await visitor.visit((session) => (session.data["canary"] = wrong)));
    }
    await collect(async () => {
      const session = await visitor.manager.load(visitor.header);
      await visitor.manager.commit(session);
      session.data["canary"] = "tweet-tweet-tweet";
    });
    secrets.push(visitor.value);
    for (const error of errors) {
      expect(error).toBeInstanceOf(Error);
      for (const secret of secrets) expect(shown(error)).not.toContain(secret);
    }
  }
  for (const key of ["tweet-tweet-tweet", ["tweet-tweet-tweet"], { key: "tweet-tweet-tweet" }]) {
    let error: unknown;
    try {
      error = new SessionManager({ keys: key as string });
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ name: "SecretKeyError" });
    expect(shown(error)).not.toContain("tweet");
  }
});

/** Objects that hold a key do not show it, however they are printed, copied or turned into JSON. */
test("ATK-printed-key: an object that holds the key is printed", () => {
  const key = SecretKey.from(KEY);
  const manager = new SessionManager({ keys: KEY });
  for (const holder of [key, manager, { deep: [key] }, new Map([["key", key]])]) {
    for (const form of [KEY, Buffer.from(KEY).toString("hex"), Buffer.from(KEY).toString("base64url").slice(0, 40)])
      expect(shown(holder)).not.toContain(form);
  }
  expect([String(key), JSON.stringify({ key }), inspect(key)]).toEqual([
    "[SecretKey]",
    '{"key":"[SecretKey]"}',
    "[SecretKey]",
  ]);
  expect(key.fingerprint).toMatch(/^[0-9a-f]{8}$/);
});

const asks = (
  url: string,
  more: Partial<Omit<ToolbarRequest, "headers" | "header">> & {
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): ToolbarRequest => {
  const { headers = {}, ...rest } = more;
  const all: Readonly<Record<string, string>> = { host: "localhost", "sec-fetch-dest": "document", ...headers };
  return {
    method: "GET",
    url,
    header: (name) => all[name],
    headers: Object.entries(all),
    remoteAddress: "127.0.0.1",
    httpVersion: "1.1",
    ...rest,
  };
};

/**
 * The debug toolbar is off unless development was said. In production it needs two options:
 * `production`, and a function that decides about each visitor.
 */
test("ASVS 13.4.2: the debug toolbar runs in production", () => {
  const invalid = expect.objectContaining({
    code: "invalid_option",
    message: expect.stringContaining("does not start in production") as string,
  }) as Error;
  expect(new Toolbar({ keys: KEY, mode: "production" }).enabled).toBe(false);
  expect(() => new Toolbar({ keys: KEY, mode: "production", production: true })).toThrow(invalid);
  expect(() => new Toolbar({ keys: KEY, mode: "production", authorize: () => true })).toThrow(invalid);
  expect(() => new Toolbar({ keys: "" })).toThrow(expect.objectContaining({ code: "key_missing" }));
});

/**
 * Only this machine sees the toolbar, under a name of this machine, and only from pages of this
 * server: all others get the page as it is, and 404.
 */
test("ASVS 15.2.3: a visitor from elsewhere, or a page of another site, reads what the toolbar has recorded", () => {
  const toolbar = new Toolbar({ keys: KEY });
  try {
    const tailFor = (request: ToolbarRequest): string | undefined => {
      const exchange = toolbar.begin(request, {});
      const tail = toolbar.respond(exchange, request, { status: 200, headers: [["Content-Type", "text/html"]] });
      toolbar.finish(exchange);
      return tail?.();
    };
    const own = tailFor(asks("/"));
    expect(own).toMatch(/^\s*<script /);
    const strangers = [
      asks("/", { remoteAddress: "203.0.113.9" }),
      asks("/", { remoteAddress: undefined }),
      asks("/", { headers: { "x-forwarded-for": "203.0.113.9" } }),
      asks("/", { headers: { host: "rebound.attacker.example" } }),
    ];
    expect(strangers.map(tailFor)).toEqual(strangers.map(() => undefined));
    const { id } = toolbar.exchanges.at(-1)!;
    const token = new URL(
      /src="([^"]+)"/.exec(own!)![1]!.replaceAll("&amp;", "&"),
      "http://localhost",
    ).searchParams.get("token")!;
    const page = `/_latchkey/exchanges/${id}?token=${token}`;
    const status = (request: ToolbarRequest): number | undefined => toolbar.handle(request)?.status;
    expect(status(asks(page))).toBe(200);
    const refused = [
      asks(page, { remoteAddress: "203.0.113.9" }),
      asks(page, { headers: { host: "rebound.attacker.example" } }),
      asks(page, { headers: { "sec-fetch-site": "cross-site" } }),
      asks(page, { method: "POST" }),
      asks(`/_latchkey/exchanges/${id}`),
      asks(`${page.slice(0, -1)}${page.endsWith("A") ? "B" : "A"}`),
    ];
    expect(refused.map(status)).toEqual(refused.map(() => 404));
  } finally {
    toolbar.close();
  }
});

/**
 * What the toolbar records contains no cookie values, tokens and keys when it is stored: no page of
 * it can show them.
 */
test("ATK-toolbar-record: anyone who sees the toolbar takes over a session", async () => {
  const toolbar = new Toolbar({ keys: KEY });
  try {
    const visitor = new Visitor(makeManager("memory", new Time(), { keys: KEY }));
    await visitor.visit((session) => session.login("7"));
    const { value } = visitor;
    const request = asks("/", {
      headers: { cookie: `${visitor.header}; theme=dark`, authorization: `Bearer ${KEY}`, "x-note": KEY },
    });
    const exchange = toolbar.begin(request, {})!;
    await toolbar.run(exchange, async () => await visitor.visit((session) => session.renew()));
    const tail = toolbar.respond(exchange, request, {
      status: 200,
      headers: [
        ["Content-Type", "text/html"],
        ["Set-Cookie", visitor.setCookies[0]!],
      ],
    });
    toolbar.finish(exchange);
    const page = JSON.stringify(toolbar.page(exchange.id));
    expect(page).toContain("__Host-Http-session");
    for (const text of [page, tail?.() ?? ""]) {
      for (const secret of [
        value,
        visitor.value,
        ...value.split(".").filter((part) => part.length > 8),
        KEY,
        KEY.slice(4, 24),
      ])
        expect(text.includes(secret)).toBe(false);
    }
  } finally {
    toolbar.close();
  }
});
