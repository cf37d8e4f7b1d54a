import { inspect } from "node:util";
import { flask, KeyRing, sealed, SessionManager, signed, type RevocableSession } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { flaskSessionSerializer, Float, Signer, TaggedJson, URLSafeTimedSerializer } from "latchkey/signing";
import { MemoryStore } from "latchkey/stores/memory";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { KINDS, makeManager, openSqlite, Time, type Data } from "../support.ts";
import { factsOf, Visitor } from "./support.ts";

const kinds = Object.keys(KINDS);
const COOKIE_KINDS = ["sealed", "signed", "flask"];
const isStore = (kind: string): boolean => !COOKIE_KINDS.includes(kind);

/** What a JavaScript program can hand over. */
const VALUES: readonly unknown[] = [
  "on", "true", "", 0, 1, -0, NaN, Infinity, 10n, null, [], {}, () => true, Symbol("x"), new Date(0), "\ud800", "a\0b", "x".repeat(600),
]; // prettier-ignore

describe.each(kinds)("%s: nothing that is written is refused by the own reader", (kind) => {
  test.each(["login persistent", "persistent", "label", "subject", "data"] as const)(
    "C7: %s of any type is refused with a clear error, or read back by the next request",
    async (member) => {
      for (const value of VALUES) {
        const time = new Time();
        const manager = makeManager(kind, time);
        const visitor = new Visitor(time);
        const use = async (): Promise<void> =>
          await visitor.visit(manager, (session) => {
            if (member === "login persistent") session.login("7", { persistent: value as boolean });
            else if (member === "label") session.login("7", { label: value as string });
            else if (member === "subject") session.login(value as string);
            else session.login("7");
            if (member === "persistent") session.persistent = value as boolean;
            if (member === "data") session.data["value"] = value;
          });
        const error: unknown = await use().then(
          () => undefined,
          (caught: unknown) => caught,
        );
        if (error !== undefined) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(invalid_option|session_invalid)$/) as string });
          continue;
        }
        const seen = await visitor.visit(manager, ({ subject, rejection }) => [
          subject !== undefined,
          rejection?.reason,
        ]);
        expect([inspect(value), seen]).toEqual([inspect(value), [true, undefined]]);
      }
    },
  );

  test("C7: a checkbox's text is not a boolean, and the message says how to write it", async () => {
    const session = await makeManager(kind).load(undefined);
    expect(() => session.login("7", { persistent: "on" as unknown as boolean })).toThrow(
      /It got "on".*body\.remember === "on"/,
    );
    expect(() => (session.persistent = 1 as unknown as boolean)).toThrow(/session\.persistent must be true or false/);
    expect(session.subject).toBeUndefined();
  });

  test("C7: a clock that gives no whole seconds is refused before anything is written", async () => {
    for (const now of [1.5, NaN, -1, "1800000000" as unknown as number]) {
      const manager = makeManager(kind, new Time(), { clock: () => now });
      await expect((async () => (await manager.load(undefined)).login("7"))()).rejects.toMatchObject({
        code: "invalid_option",
      });
    }
  });

  test("S6: a subject with NUL is refused in every kind of session", async () => {
    const session = await makeManager(kind).load(undefined);
    expect(() => session.login("a\0b")).toThrow(/without NUL/);
  });

  test("C15: a logout takes everything of the owner with it", async () => {
    const time = new Time();
    const manager = makeManager(kind, time);
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => {
      session.login("ada", { label: "Ada's private laptop", persistent: true });
      session.data["cart"] = ["a"];
    });
    time.now += 60;
    await visitor.visit(manager, (session) => (session.logout(), session.flash("bye")));
    const seen = await visitor.visit(manager, (session) => [
      session.subject,
      session.persistent,
      { ...session.data },
      session.flashes(),
    ]);
    expect(seen).toMatchObject([undefined, false, {}, [{ category: "message", message: "bye" }]]);
    expect(visitor.setCookies.join()).not.toContain("Max-Age=1");
    if (isStore(kind)) expect(await manager.list("ada")).toEqual([]);
  });

  test("C13: flashed messages that nobody reads never block a login", async () => {
    const time = new Time();
    const manager = makeManager(kind, time, isStore(kind) ? { maxPayloadBytes: 4000 } : {});
    const visitor = new Visitor(time);
    for (let index = 0; index < 300; index++)
      await visitor.visit(manager, (session) => session.flash(`Wrong password ${index * 7919}`));
    await visitor.visit(manager, (session) => session.login("ada".repeat(20)));
    const flashes = await visitor.visit(manager, (session) => [session.subject, session.flashes().at(-1)?.message]);
    // The newest message is still there, the oldest were dropped.
    expect(flashes).toEqual(["ada".repeat(20), `Wrong password ${299 * 7919}`]);
    // What is not a flashed message is never dropped.
    await expect(
      visitor.visit(manager, (session) => (session.data["noise"] = Array.from({ length: 3000 }, () => Math.random()))),
    ).rejects.toMatchObject({
      code: isStore(kind) ? "session_too_large" : "cookie_too_large",
    });
    expect(await visitor.who(manager)).toBe("ada".repeat(20));
  });
});

describe.each(kinds)("%s: hooks", (kind) => {
  const loggedIn = async (options: object, time = new Time()) => {
    const manager = makeManager(kind, time, options);
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => session.login("ada"));
    return { manager, visitor };
  };

  test("C10: an answer that is not the expected one is never taken for a yes", async () => {
    const wrong = [1, 0, "yes", "", undefined, null, {}, [], NaN, () => false];
    for (const answer of wrong) {
      for (const isRevoked of [() => answer, () => Promise.resolve(answer)] as unknown as (() => boolean)[]) {
        const { manager, visitor } = await loggedIn({ isRevoked });
        await expect(visitor.who(manager), inspect(answer)).rejects.toMatchObject({ code: "invalid_option" });
      }
    }
    for (const answer of [NaN, Infinity, -Infinity, "1", true, {}, new Date(), 10n]) {
      const { manager, visitor } = await loggedIn({ validFrom: () => answer });
      await expect(visitor.who(manager), inspect(answer)).rejects.toMatchObject({ code: "invalid_option" });
    }
    for (const [isRevoked, who] of [
      [() => false, "ada"],
      [() => true, undefined],
      [async () => await Promise.resolve(false), "ada"],
    ] as const) {
      const { manager, visitor } = await loggedIn({ isRevoked });
      expect(await visitor.who(manager)).toBe(who);
    }
  });

  test("C10: a request with many sessions is not a question for each of them", async () => {
    const time = new Time();
    const keys = generateSecretKey();
    let asked = 0;
    const hooks = { validFrom: () => (asked++, 0), isRevoked: () => (asked++, false) };
    const manager = makeManager(kind, time, { keys, cookie: { name: "sid" }, ...hooks });
    const pairs: string[] = [];
    for (let index = 0; index < 64; index++) {
      const visitor = new Visitor(time);
      await visitor.visit(manager, (session) => (session.login(`u${index}`), (session.data["i"] = index)));
      pairs.push(visitor.pair());
    }
    const ask = async (count: number): Promise<readonly [string | undefined, number]> => {
      asked = 0;
      const { rejection } = await manager.load(pairs.slice(0, count).join("; "));
      return [rejection?.reason, asked];
    };
    expect(await ask(1)).toEqual([undefined, 2]);
    expect(await ask(4)).toEqual(["duplicate", 8]);
    expect(await ask(5)).toEqual(["duplicate", 0]);
    expect(await ask(64)).toEqual(["duplicate", 0]);
  });

  test("C10: a planted session that was revoked leaves the visitor's own", async () => {
    const time = new Time();
    const ended = new Set<string>();
    const manager = makeManager(kind, time, {
      cookie: { name: "sid" },
      isRevoked: ({ subject }) => ended.has(subject ?? ""),
    });
    const [ada, mallory] = [new Visitor(time), new Visitor(time)];
    await ada.visit(manager, (session) => session.login("ada"));
    await mallory.visit(manager, (session) => session.login("mallory"));
    ended.add("mallory");
    ada.browser.take(`${mallory.pair()}; Path=/app`, "script", "/app");
    expect(await ada.who(manager, "/app")).toBe("ada");
  });

  test("C9: a session that was revoked and looked at is expired in the browser", async () => {
    const ended = new Set<string>();
    const { manager, visitor } = await loggedIn({
      isRevoked: ({ subject }: RevocableSession) => ended.has(subject ?? ""),
    });
    ended.add("ada");
    expect(await visitor.who(manager)).toBeUndefined();
    expect(visitor.browser.header("/")).toBe("");
  });
});

describe("cookies that hold their session", () => {
  test("C9: a deny list by id finds a session that a thief has renewed", async () => {
    for (const format of [sealed, signed]) {
      const time = new Time();
      const ended = new Set<string | undefined>();
      const manager = makeManager("sealed", time, { format: format(), isRevoked: ({ id }) => ended.has(id) });
      const [ada, thief] = [new Visitor(time), new Visitor(time)];
      await ada.visit(manager, (session) => session.login("ada"));
      thief.browser.take(`${ada.pair()}; Path=/; Secure`);
      for (let times = 0; times < 3; times++) await thief.visit(manager, (session) => session.renew());
      await ada.visit(manager, (session) => (ended.add(session.id), session.logout()));
      expect(await thief.who(manager)).toBeUndefined();
    }
  });

  test("C11: what is remembered of verified cookies is bounded by what they hold", async () => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), format: flask() });
    const pairs: string[] = [];
    for (let index = 0; index < 60; index++) {
      const visitor = new Visitor(new Time());
      await visitor.visit(manager, (session) => {
        session.data["i"] = index;
        session.data["list"] = Array.from({ length: 4000 }, () => ({}));
      });
      pairs.push(visitor.pair());
      expect(visitor.pair().length).toBeLessThan(300);
    }
    const collect = (globalThis as { gc?: () => void }).gc;
    const heap = (): number => (collect?.(), process.memoryUsage().heapUsed);
    const before = heap();
    for (const pair of pairs) expect((await manager.load(pair)).isNew).toBe(false);
    // 60 of them would be 15 MB.
    if (collect !== undefined) expect(heap() - before).toBeLessThan(6_000_000);
    // The visitor who came last is still known, and reads what was written.
    expect(((await manager.load(pairs.at(-1))).data["list"] as unknown[]).length).toBe(4000);
  });

  test("C12: in Flask's format no entry of the application becomes a login", async () => {
    const time = new Time();
    const manager = makeManager("flask", time);
    for (const [key, value] of [
      ["_user_id", "admin"],
      ["_permanent", true],
    ] as const) {
      const visitor = new Visitor(time);
      await expect(visitor.visit(manager, (session) => (session.data[key] = value))).rejects.toMatchObject({
        code: "session_invalid",
      });
      expect(await visitor.who(manager)).toBeUndefined();
    }
    // A Flask's own login, and entries that no reader takes for one, stay as they are.
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => (session.login("7"), (session.data["_user_id"] = 12)));
    expect(await visitor.who(manager)).toBe("7");
  });

  test("C16: the length of a signed cookie shows nothing of a secret beside a visitor's text", async () => {
    for (const padding of [0, 2000]) {
      const lengths = new Set<number>();
      for (const guess of ["7f3a9c51", "7f3a9c5x", "7f3a9cxx", "7f3axxxx", "qwzuvbnm"]) {
        const visitor = new Visitor(new Time());
        const manager = makeManager("signed");
        await visitor.visit(manager, (session) => {
          Object.assign(session.data, {
            csrf: "csrf_token_7f3a9c51e0b24d68",
            next: `csrf_token_${guess}`,
            more: "x".repeat(padding),
          });
        });
        lengths.add(visitor.pair().length);
      }
      expect(lengths.size).toBe(1);
    }
  });

  test("C17: a number keeps its spelling through a schema, deep inside too", async () => {
    const keys = generateSecretKey();
    const time = new Time();
    const cookie = flaskSessionSerializer(keys, { clock: time.clock }).dumps({
      price: new Float(1),
      items: [{ weight: new Float(2) }, new Float(3)],
    });
    const schemas = [
      undefined,
      z.object({
        price: z.number(),
        items: z.array(z.union([z.object({ weight: z.number() }), z.number()])),
        touched: z.boolean().optional(),
      }),
      v.object({
        price: v.number(),
        items: v.array(v.union([v.object({ weight: v.number() }), v.number()])),
        touched: v.optional(v.boolean()),
      }),
      { "~standard": { version: 1, vendor: "x", validate: (value: unknown) => ({ value }) } } as const,
    ];
    for (const schema of schemas) {
      const manager = new SessionManager({
        keys,
        format: flask(),
        clock: time.clock,
        ...(schema === undefined ? {} : { schema: schema as never }),
      });
      const session = await manager.load(`session=${cookie}`);
      (session.data as Data)["touched"] = true;
      const line = (await manager.commit(session)).find(([name]) => name === "Set-Cookie")![1];
      const text = Buffer.from(line.slice("session=".length).split(".")[0]!, "base64url").toString();
      expect(text).toBe('{"items":[{"weight":2.0},3.0],"price":1.0,"touched":true}');
    }
  });

  test("C18: a session of Flask with Infinity is read, and a change says which entry has to go", async () => {
    const keys = generateSecretKey();
    const time = new Time();
    const manager = new SessionManager<Data>({ keys, format: flask(), clock: time.clock });
    const cookie = flaskSessionSerializer(keys, { clock: time.clock }).dumps({ best: Infinity, user: "ada" });
    const session = await manager.load(`session=${cookie}`);
    expect(session.data["best"]).toBe(Infinity);
    session.data["seen"] = 1;
    await expect(manager.commit(session)).rejects.toMatchObject({
      code: "session_invalid",
      message: expect.stringContaining('"best"') as string,
    });
    // As long as nothing changes it is left alone: when its end would move, after a rotation of the
    // key, and on its way into a store.
    time.now += 20 * 86_400;
    const rotated = new KeyRing(generateSecretKey(), [keys]);
    for (const options of [
      { keys, format: flask() },
      { keys: rotated, format: flask() },
      { keys, fallbackFormats: [flask()] },
      { keys, fallbackFormats: [flask()], store: new MemoryStore() },
    ]) {
      const reader = new SessionManager<Data>({ ...options, clock: time.clock });
      const read = await reader.load(`session=${cookie}`);
      expect(read.data["best"]).toBe(Infinity);
      expect((await reader.commit(read)).map(([name]) => name)).toEqual(["Vary"]);
    }
    const again = await manager.load(`session=${cookie}`);
    delete again.data["best"];
    again.data["seen"] = 1;
    expect((await manager.commit(again)).length).toBeGreaterThan(0);
  });

  test("C19: a path is sent as browsers request it, and a cookie of second 0 is read", async () => {
    const time = new Time();
    for (const path of ["/foo bar", "/foo%20bar"]) {
      const manager = makeManager("sealed", time, { cookie: { name: "sid", path } });
      const visitor = new Visitor(time);
      await visitor.visit(manager, (session) => session.login("7"), "/foo%20bar/page");
      expect(visitor.setCookies[0]).toContain("; Path=/foo%20bar;");
    }
    for (const path of ["foo", "", "/a;b", "/a\nb"]) {
      expect(() => makeManager("sealed", time, { cookie: { name: "sid", path } })).toThrow(/cookie\.path/);
    }
    const keys = generateSecretKey();
    const early = flaskSessionSerializer(keys, { clock: () => 0 }).dumps({ a: 1 });
    const manager = new SessionManager<Data>({ keys, format: flask(), clock: () => 10 });
    expect((await manager.load(`session=${early}`)).data).toEqual({ a: 1 });
  });

  test("C20: a name that browsers keep for Secure cookies only makes the cookie Secure, or is refused", async () => {
    for (const name of ["__Http-x", "__http-x", "__Host-Http-x", "__Secure-x", "__Host-x"]) {
      expect(() => makeManager("sealed", new Time(), { cookie: { name, secure: false } as never })).toThrow(
        /cookie\.secure cannot be false/,
      );
      const manager = makeManager("sealed", new Time(), { cookie: { name } as never });
      const session = await manager.load(undefined, {
        ...factsOf("/"),
        secure: false,
        host: "localhost",
        peer: "127.0.0.1",
        headers: {},
      });
      session.login("7");
      expect((await manager.commit(session))[0]![1]).toMatch(/; HttpOnly; Secure;/);
    }
    expect(() =>
      makeManager("sealed", new Time(), { cookie: { name: "__Host-Http-x", domain: "example.com" } as never }),
    ).toThrow(/__Host-/);
  });

  test("K8: an application's own signer gives away no key of a session", async () => {
    const secret = generateSecretKey();
    for (const [kind, texts] of [
      [
        "signed",
        ["latchkey.session.__Host-Http-session", "latchkey v1", "latchkey v1latchkey.session.__Host-Http-session"],
      ],
      ["memory", ["latchkey.session-token.__Host-Http-session", "latchkey v1"]],
    ] as const) {
      const manager = makeManager(kind, new Time(), { keys: secret });
      for (const keyDerivation of ["none", "hmac", "concat", "django-concat"] as const) {
        for (const text of texts) {
          const oracle = new Signer(secret, { keyDerivation, digest: "sha256", salt: text });
          const stolen = Buffer.from(oracle.sign(text).slice(text.length + 1), "base64url");
          for (const forged of ["none", "hmac", "hkdf"] as const) {
            const forge = new URLSafeTimedSerializer(stolen, {
              keyDerivation: forged,
              salt: text,
              digest: "sha256",
              serializer: new TaggedJson(),
            });
            const value = forge.dumps({ data: {}, id: "x", subject: "admin", started: 1_800_000_000 });
            expect((await manager.load(`__Host-Http-session=${value}`)).rejection?.reason).toMatch(
              /^(bad_signature|malformed)$/,
            );
          }
        }
      }
    }
  });

  test("F1: a session of flask() slides for as long as it is used", async () => {
    const time = new Time();
    const manager = makeManager("flask", time, { lifetime: 40, idleTimeout: 40 });
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => (session.login("7"), (session.persistent = true)));
    for (let step = 0; step < 20; step++) {
      time.now += 21;
      expect(await visitor.who(manager)).toBe("7");
    }
    time.now += 41;
    expect(await visitor.who(manager)).toBeUndefined();
  });
});

describe.each(["memory", "sqlite"])("%s: bounds", (kind) => {
  const make = (time: Time, options: object = {}) =>
    kind === "memory"
      ? makeManager("memory", time, options)
      : makeManager("sqlite", time, { store: openSqlite(time.clock), ...options });

  test("S4: a session of more than 64 KiB is not saved, and the message names what is large", async () => {
    const time = new Time();
    const manager = make(time);
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => (session.data["x"] = 1));
    const error: unknown = await visitor
      .visit(manager, (session) => (session.data["history"] = "x".repeat(66_000)))
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "session_too_large",
      message: expect.stringMatching(/65,536.*"history" 66,002 bytes.*maxPayloadBytes/) as string,
    });
    expect(await visitor.visit(manager, ({ data }) => data)).toEqual({ x: 1 });
    const larger = make(time, { maxPayloadBytes: 100_000 });
    const other = new Visitor(time);
    await other.visit(larger, (session) => (session.data["history"] = "x".repeat(66_000)));
    expect(await other.visit(larger, ({ data }) => (data["history"] as string).length)).toBe(66_000);
  });

  test("S4: sessions without a user end sooner where the application says so", async () => {
    const time = new Time();
    const manager = make(time, { idleTimeout: 10_000, anonymousIdleTimeout: 100 });
    const [visitor, user] = [new Visitor(time), new Visitor(time)];
    await visitor.visit(manager, (session) => (session.data["cart"] = 1));
    await user.visit(manager, (session) => session.login("7"));
    for (let step = 0; step < 5; step++) {
      time.now += 60;
      expect(await visitor.visit(manager, ({ data }) => data["cart"])).toBe(1);
    }
    time.now += 101;
    expect([await visitor.visit(manager, ({ isNew }) => isNew), await user.who(manager)]).toEqual([true, "7"]);
  });

  test("S5: revoke takes an id of a store alone, and leaves another user's session when told who asks", async () => {
    const time = new Time();
    const manager = make(time);
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => session.login("ada"));
    const { id } = await manager.load(visitor.pair());
    for (const wrong of ["../important", "", "x".repeat(43).replace("x", "/"), undefined, 7, `${id}\n`]) {
      await expect(manager.revoke(wrong as string)).rejects.toMatchObject({ code: "invalid_option" });
    }
    expect(await manager.revoke(id!, { subject: "mallory" })).toBe(false);
    expect(await manager.revoke(id!, { subject: undefined })).toBe(false);
    expect(await visitor.who(manager)).toBe("ada");
    // It follows a session that a renewal moves meanwhile.
    await visitor.visit(manager, (session) => session.renew());
    expect(await manager.revoke(id!, { subject: "ada" })).toBe(true);
    expect(await visitor.who(manager)).toBeUndefined();
    expect(await manager.revoke(id!)).toBe(false);
  });

  test("S8: requests that wait for each other in this process do not blame the store", async () => {
    const time = new Time();
    const inner = new MemoryStore({ clock: time.clock });
    // Slower altogether than the store may be for one answer, and quick for each.
    const store = {
      get: async (key: string) => await inner.get(key),
      delete: async (key: string) => await inner.delete(key),
      set: async (...args: Parameters<MemoryStore["set"]>) => {
        await new Promise((resolve) => setTimeout(resolve, 60));
        return await inner.set(...args);
      },
    };
    const manager = makeManager("memory", time, { store, storeTimeout: 3 });
    const visitor = new Visitor(time);
    await visitor.visit(manager, (session) => (session.data["n"] = 0));
    const requests = await Promise.all(Array.from({ length: 60 }, async () => await visitor.begin(manager)));
    for (const { session } of requests) session.update((data) => void (data["n"] = (data["n"] as number) + 1));
    const answers = await Promise.allSettled(requests.map(async ({ session }) => await manager.commit(session)));
    expect(answers.filter(({ status }) => status === "rejected")).toEqual([]);
    expect(await visitor.visit(manager, ({ data }) => data["n"])).toBe(60);
  });

  test("S8, A17: a store that answers neither true nor false is a failure, and not a yes", async () => {
    for (const answer of [undefined, "OK", 1, null]) {
      const store = {
        get: async () => undefined,
        delete: async () => undefined,
        set: async () => answer as unknown as boolean,
      };
      const session = await makeManager("memory", new Time(), { store }).load(undefined);
      session.login("7");
      const manager = makeManager("memory", new Time(), { store });
      const mine = await manager.load(undefined);
      mine.login("7");
      await expect(manager.commit(mine)).rejects.toMatchObject({ code: "store_failed" });
    }
  });
});

describe("what the manager is given", () => {
  const keys = generateSecretKey();

  test("A16: load takes a Cookie header, the web's Request and Headers, and says what it got otherwise", async () => {
    const manager = new SessionManager<Data>({ keys });
    const session = await manager.load(undefined);
    session.login("7");
    const pair = (await manager.commit(session))[0]![1].split(";")[0]!;
    for (const source of [
      pair,
      new Headers({ cookie: pair }),
      new Request("https://app.example.com/x", { headers: { cookie: pair } }),
    ]) {
      expect((await manager.load(source)).subject).toBe("7");
    }
    for (const source of [null, undefined, new Headers(), new Request("http://a.test/")])
      expect((await manager.load(source)).isNew).toBe(true);
    for (const wrong of [7, {}, { headers: { cookie: pair } }, [pair], { get: () => pair }]) {
      await expect(manager.load(wrong as never)).rejects.toMatchObject({
        code: "invalid_option",
        message: expect.stringContaining("request.headers.cookie") as string,
      });
    }
  });

  test("A17: names that are no options are refused with the right name, and a missing argument with an error of ours", () => {
    const make = (options: unknown) => () => new SessionManager(options as never);
    expect(make({ keys, ttl: 5 })).toThrow(/has no option "ttl".*"lifetime" and "idleTimeout"/);
    expect(make({ keys, idletimeout: 5 })).toThrow(/Did you mean "idleTimeout"/);
    expect(make({ keys, cookie: { maxAge: 3 } })).toThrow(/The option cookie has no option "maxAge".*lifetime/);
    expect(make({ keys, cookie: { samesite: "Lax" } })).toThrow(/Did you mean "sameSite"/);
    expect(make({ keys, cookie: { formerly: [{ Path: "/" }] } })).toThrow(/formerly.*Did you mean "path"/);
    expect(make({ keys, cookie: { formerly: [{}] } })).toThrow(/formerly holds the scope that the cookie has now/);
    for (const wrong of [undefined, null, 7, "key", []])
      expect(make(wrong)).toThrow(/SessionManager takes an object with options/);
    expect(make({ keys, store: {} })).toThrow(/get, set and delete/);
    expect(make({ keys, cookie: null })).toThrow(/The option cookie takes an object/);
    expect(() => sealed({ application: "shop" } as never)).toThrow(/has no option "application"/);
  });

  test("A12: IPv4 loopback that is mapped into IPv6 is this machine, and the warning says what is wrong in each case", async () => {
    const own = { secure: false, peer: "::ffff:127.0.0.1", httpVersion: "1.1", headers: {} };
    const nameOf = async (host: string, options: object = {}): Promise<[string, string[]]> => {
      const warnings: string[] = [];
      const listen = (warning: Error): void => void warnings.push(warning.message);
      process.on("warning", listen);
      const manager = new SessionManager<Data>({ keys, ...options });
      const session = await manager.load(undefined, { ...own, host });
      session.data["a"] = 1;
      const [, line] = (await manager.commit(session))[0]!;
      await new Promise((resolve) => setImmediate(resolve));
      process.off("warning", listen);
      return [line.split("=")[0]!, warnings];
    };
    for (const host of ["[::ffff:127.0.0.1]:3000", "[::ffff:7f00:1]", "127.0.0.1:3000", "localhost."]) {
      expect(await nameOf(host)).toEqual(["session", []]);
    }
    for (const host of ["0.0.0.0:3000", "[::]:3000", "shop.example"]) {
      const [name, warnings] = await nameOf(host);
      expect([name, warnings.join()]).toEqual([
        "__Host-Http-session",
        expect.stringContaining("to a host that is not this machine"),
      ]);
    }
    const [name, warnings] = await nameOf("localhost:3000", { cookie: { sameSite: "None" } });
    expect([name, warnings.join()]).toEqual(["__Host-Http-session", expect.stringContaining("sameSite None")]);
    expect(warnings.join()).not.toContain("not this machine");
  });

  test("A13: in development a server's own request with the visitor's cookie finds the session, whichever name it has", async () => {
    const manager = new SessionManager<Data>({ keys });
    const local = { secure: false, host: "localhost:3000", peer: "127.0.0.1", httpVersion: "1.1", headers: {} };
    for (const [from, to] of [
      [{ ...local, secure: true, host: "shop.example" }, local],
      [local, { secure: false, host: "localhost:3000" }],
    ] as const) {
      const session = await manager.load(undefined, from);
      session.login("7");
      const pair = (await manager.commit(session))[0]![1].split(";")[0]!;
      const seen = await manager.load(pair, to);
      expect(seen.subject).toBe("7");
      // It goes on under the name that the client has.
      seen.data["a"] = 1;
      expect(
        (await manager.commit(seen)).filter(([name]) => name === "Set-Cookie").map(([, line]) => line.split("=")[0]),
      ).toEqual([pair.split("=")[0]]);
    }
    // In production the other name is never looked at: other hosts and plain connections can set
    // it.
    const { KeyRing } = await import("latchkey");
    const production = new SessionManager<Data>({ keys: new KeyRing(keys, [], { mode: "production" }) });
    const session = await manager.load(undefined, local);
    session.login("7");
    const pair = (await manager.commit(session))[0]![1].split(";")[0]!;
    expect([pair.split("=")[0], (await production.load(pair, local)).isNew]).toEqual(["session", true]);
  });

  test("A14: a session can be looked at, and shows no value", async () => {
    const manager = new SessionManager<Data>({ keys });
    const session = await manager.load(undefined);
    session.login("7");
    session.data["card"] = "4111 1111";
    const shown = inspect(session);
    expect(shown).toContain("subject: '7'");
    expect(shown).toContain("keys: [ 'card' ]");
    expect(shown).not.toContain("4111");
    expect(JSON.stringify({ session })).toBe('{"session":"[Session]"}');
    // To look at it is not to access it.
    const other = await manager.load(undefined);
    inspect(other);
    expect(await manager.commit(other)).toEqual([]);
  });

  test("C5: in production the cookie is Secure for every connection, and one that is not is warned of", async () => {
    const { KeyRing } = await import("latchkey");
    const ring = new KeyRing(keys, [], { mode: "production" });
    const warnings: string[] = [];
    const listen = (warning: Error & { code?: string }): void => void warnings.push(warning.code ?? "");
    process.on("warning", listen);
    const local = { secure: false, host: "localhost", peer: "127.0.0.1", httpVersion: "1.1", headers: {} };
    const send = async (options: object, facts: object): Promise<string> => {
      const manager = new SessionManager<Data>({ keys: ring, ...options });
      const session = await manager.load(undefined, facts as never);
      session.login("7");
      return (await manager.commit(session))[0]![1];
    };
    for (const facts of [local, { ...local, httpVersion: "1.0" }, { ...local, host: "shop.example" }]) {
      expect(await send({}, facts)).toMatch(/^__Host-Http-session=.*; Secure;/);
    }
    warnings.length = 0;
    expect(await send({ cookie: { secure: false } }, local)).toMatch(/^session=/);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listen);
    expect(warnings).toContain("LATCHKEY_INSECURE_COOKIE");
  });
});
