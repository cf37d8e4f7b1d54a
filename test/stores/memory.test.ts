import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { InvalidOptionError, SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { afterEach, describe, expect, test, vi } from "vitest";
import { FULL, ownTime, storeSuite } from "../contracts/store-suite.ts";

const time = ownTime();
storeSuite("MemoryStore", FULL, () => ({ store: new MemoryStore({ clock: time.now }) }), time);

const END = 4_000_000_000;

describe("MemoryStore", () => {
  const left = async (store: MemoryStore, ids: string): Promise<string> => {
    const found = await Promise.all([...ids].map(async (id) => ((await store.get(id)) === undefined ? "" : id)));
    return found.join("");
  };

  test("is bounded: the session that was not used for the longest time is removed first", async () => {
    const store = new MemoryStore({ maxSessions: 3 });
    for (const id of "abc") await store.set(id, id, END);
    await store.get("a");
    await store.set("d", "d", END);
    expect(await left(store, "abcd")).toBe("acd");
  });

  test("S4: a full store gives up sessions without a subject first, then the longest unused", async () => {
    const store = new MemoryStore({ maxSessions: 4 });
    for (const id of "ab") await store.set(id, id, END, { subject: "ada" });
    for (const id of "xyz") await store.set(id, id, END);
    expect(await left(store, "abxyz")).toBe("abyz");
    await store.set("c", "c", END, { subject: "grace" });
    await store.set("d", "d", END, { subject: "grace" });
    expect(await left(store, "abcdxyz")).toBe("abcd");
    await store.set("z", "z", END);
    expect(await left(store, "abcdz")).toBe("abcd");
    await store.get("a");
    await store.set("e", "e", END, { subject: "grace" });
    expect(await left(store, "abcde")).toBe("acde");
  });

  test("S4: a session that gets or loses its subject changes its place", async () => {
    const store = new MemoryStore({ maxSessions: 2 });
    await store.set("a", "a", END);
    expect(await store.set("a", "a", END, { replaces: "a", subject: "ada" })).toBe(true);
    for (const id of "xyz") await store.set(id, id, END);
    expect(await left(store, "axyz")).toBe("az");
    expect(await store.set("a", "a", END, { replaces: "a" })).toBe(true);
    for (const id of "xy") await store.set(`${id}2`, id, END);
    expect(await left(store, "a")).toBe("");
  });

  test("S4: a store that is full of logins leaves a tenth to visitors who are about to log in, and no more", async () => {
    const store = new MemoryStore({ maxSessions: 20 });
    for (let number = 0; number < 20; number++) await store.set(`owned ${number}`, "p", END, { subject: "ada" });
    for (let number = 0; number < 100; number++) await store.set(`visitor ${number}`, "p", END);
    expect(await store.listBySubject("ada")).toHaveLength(18);
    for (let number = 20; number < 100; number++) {
      await store.set(`owned ${number}`, "p", END, { subject: "ada" });
      expect(await store.get("visitor 99")).toBe("p");
    }
    expect(await store.listBySubject("ada")).toHaveLength(18);
    expect(await store.get("visitor 97")).toBeUndefined();
  });

  test("S4: expired sessions go before any other", async () => {
    let now = 1000;
    const store = new MemoryStore({ maxSessions: 3, clock: () => now });
    await store.set("a", "a", 1010, { subject: "ada" });
    await store.set("b", "b", 2000, { subject: "ada" });
    await store.set("x", "x", 2000);
    now = 1011;
    await store.set("y", "y", 2000);
    expect(await left(store, "abxy")).toBe("bxy");
  });

  test("S4: 10,000 visitors without a login do not log the administrator out", async () => {
    const manager = new SessionManager({ keys: generateSecretKey(), store: new MemoryStore() });
    const visit = async (login: boolean): Promise<string> => {
      const session = await manager.load(undefined);
      if (login) session.login("admin");
      session.data["visited"] = true;
      return (await manager.commit(session)).find(([name]) => name === "Set-Cookie")![1].split(";")[0]!;
    };
    const cookie = await visit(true);
    for (let visitor = 0; visitor < 10_001; visitor++) await visit(false);
    expect((await manager.load(cookie)).subject).toBe("admin");
  });

  describe("where it runs", () => {
    afterEach(() => vi.unstubAllEnvs());
    const say = (words: Readonly<Record<string, string>>): void => {
      for (const name of ["NODE_ENV", "LATCHKEY_ENV"]) vi.stubEnv(name, words[name]);
    };

    test("is refused where production is said, unless production: true says that it is meant", () => {
      const refused = /not for production.*Fix: use SqliteStore.*production: true/s;
      for (const words of [
        { NODE_ENV: "production" },
        { LATCHKEY_ENV: "production", NODE_ENV: "test" },
        { NODE_ENV: "staging" },
      ]) {
        say(words);
        expect(() => new MemoryStore()).toThrow(refused);
        expect(() => new MemoryStore()).toThrow(InvalidOptionError);
        expect(new MemoryStore({ production: true })).toBeInstanceOf(MemoryStore);
        expect(new MemoryStore({ mode: "development" })).toBeInstanceOf(MemoryStore);
      }
      say({ NODE_ENV: "development" });
      expect(new MemoryStore()).toBeInstanceOf(MemoryStore);
      expect(() => new MemoryStore({ mode: "production" })).toThrow(refused);
      expect(new MemoryStore({ mode: "production", production: true })).toBeInstanceOf(MemoryStore);
      expect(() => new MemoryStore({ mode: "produktion" })).toThrow(/"produktion"/);
    });

    test("S4: warns once where nothing is said, and not where development is said", async () => {
      const warnings = async (words: Readonly<Record<string, string>>, options = ""): Promise<readonly string[]> => {
        const make = `new MemoryStore(${options});`;
        const code = `import { MemoryStore } from ${JSON.stringify(new URL("../../src/stores/memory.ts", import.meta.url).href)}; ${make} ${make}`;
        const env = { PATH: process.env["PATH"], ...words };
        const { stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code], {
          env,
        });
        return stderr.split("\n").filter((line) => line.includes("LATCHKEY_MEMORY_STORE"));
      };
      expect(await warnings({})).toEqual([
        expect.stringMatching(/MemoryStore is not for production.*NODE_ENV=development/),
      ]);
      expect(await warnings({}, "{ production: true }")).toEqual([]);
      expect(await warnings({}, '{ mode: "test" }')).toEqual([]);
      expect(await warnings({ NODE_ENV: "development" })).toEqual([]);
      expect(await warnings({ LATCHKEY_ENV: "test" })).toEqual([]);
    });
  });

  test("A17: refuses bounds that cannot be one, and unknown options", async () => {
    for (const maxSessions of [0, -1, 1.5, Number.NaN, "7" as unknown as number])
      expect(() => new MemoryStore({ maxSessions })).toThrow(InvalidOptionError);
    expect(() => new MemoryStore({ maxSession: 7 } as object)).toThrow(
      /no option "maxSession"\. Did you mean "maxSessions"\?/,
    );
    expect(() => new MemoryStore(null as unknown as object)).toThrow(InvalidOptionError);
    const store = new MemoryStore();
    for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(store.deleteExpired(limit)).rejects.toThrow(InvalidOptionError);
  });
});
