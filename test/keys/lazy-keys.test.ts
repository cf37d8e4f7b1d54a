import { spawnSync } from "node:child_process";
import { writeFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KeyRing, SessionManager, SecretKeyError, type SecretKeyInput } from "latchkey";
import { generateSecretKey, loadKeyRing } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { Toolbar } from "latchkey/toolbar";
import { debugToolbar, session } from "latchkey/web";
import { describe, expect, test, vi } from "vitest";
import { NAVIGATES, scriptIn } from "../support/toolbar-client.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const request = (): Request =>
  new Request("http://127.0.0.1/", { headers: { ...NAVIGATES, host: "127.0.0.1", connection: "keep-alive" } });
const page = (): Response =>
  new Response("<!doctype html><html><body>hi</body></html>", { headers: { "Content-Type": "text/html" } });
const LOCAL = { address: "127.0.0.1" };

/** Keys that are asked for, and how often they were. */
function asked(give: () => KeyRing | SecretKeyInput): {
  readonly keys: () => KeyRing | SecretKeyInput;
  readonly times: () => number;
} {
  let times = 0;
  return {
    keys: () => {
      times++;
      return give();
    },
    times: () => times,
  };
}

describe("a SessionManager with a function for its keys", () => {
  test.each([
    ["in the cookie", () => undefined],
    ["in a store", () => new MemoryStore()],
  ])("asks for them at the first use, and once, %s", async (_, store) => {
    const key = generateSecretKey();
    const { keys, times } = asked(() => new KeyRing(key));
    const manager = new SessionManager<{ visits: number }>({ keys, store: store() });
    const withSession = session(manager);
    expect(times()).toBe(0);
    const jar: string[] = [];
    for (const visits of [1, 2, 3]) {
      const current = await manager.load(jar.at(-1));
      current.data.visits = (current.data.visits ?? 0) + 1;
      expect(current.data.visits).toBe(visits);
      const line = (await manager.commit(current)).find(([name]) => name === "Set-Cookie");
      if (line !== undefined) jar.push(line[1].split(";")[0]!);
    }
    await withSession(request(), ({ data }) => Response.json(data));
    expect(times()).toBe(1);
  });

  test("a ring that changes later is the application's own ring", async () => {
    const ring = new KeyRing(generateSecretKey());
    const manager = new SessionManager<{ visits: number }>({ keys: () => ring });
    const current = await manager.load(undefined);
    current.data.visits = 1;
    await manager.commit(current);
    expect(ring.usage()[0]!.signed).toBe(1);
  });

  test("an error is thrown at every use with its own message, until the keys are there", async () => {
    let round = 0;
    let key: string | undefined;
    const manager = new SessionManager({
      keys: () => {
        if (key === undefined) throw new SecretKeyError("key_missing", `no key, try ${++round}`);
        return key;
      },
    });
    await expect(manager.load(undefined)).rejects.toThrow("no key, try 1");
    await expect(manager.load("session=a")).rejects.toThrow("no key, try 2");
    await expect(manager.loadReadOnly(undefined)).rejects.toThrow("no key, try 3");
    expect(() => manager.listsBySubject).toThrow("no key, try 4");
    await expect(manager.revokeAll("7")).rejects.toThrow("no key, try 5");
    key = generateSecretKey();
    expect((await manager.load(undefined)).isNew).toBe(true);
  });

  test("a key that can be guessed is refused at every use", async () => {
    for (const give of [() => "changeme", () => new KeyRing("changeme", [], { mode: "production" })]) {
      const manager = new SessionManager({ keys: give });
      for (let use = 0; use < 2; use++)
        await expect(manager.load(undefined)).rejects.toThrow(
          expect.objectContaining({ code: "key_refused" }) as SecretKeyError,
        );
    }
  });

  test.each([
    [
      "a promise",
      () => Promise.resolve(new KeyRing(generateSecretKey())),
      /returned a promise, .* Fix: keys: \(\) => loadKeyRing/,
    ],
    ["a rejected promise", () => Promise.reject(new Error("lost")), /returned a promise/],
    ["a function", () => () => "key", /returned a function/],
    ["nothing", () => undefined, /There is no secret key in option "keys" of SessionManager/],
    ["a number", () => 7, /must be a string or a Uint8Array/],
  ])("%s in place of keys is refused, with the fix", async (_, keys, message) => {
    const manager = new SessionManager({ keys: keys as never });
    await expect(manager.load(undefined)).rejects.toThrow(message);
    await expect(manager.load(undefined)).rejects.toBeInstanceOf(SecretKeyError);
  });

  test("its other options are checked when it is made", () => {
    const keys = (): never => {
      throw new Error("asked too early");
    };
    for (const options of [
      { cookie: { domain: "a b" } },
      { cookie: { name: "a b" } },
      { idleTimeout: -1 },
      { store: {} },
      { isRevoked: 7 },
      { nonsense: 1 },
    ])
      expect(() => new SessionManager({ keys, ...options } as never)).toThrow(
        expect.objectContaining({ code: "invalid_option" }) as Error,
      );
  });
});

describe("a Toolbar with a function for its keys", () => {
  test("asks for them at the first request, and once, and shows itself", async () => {
    const { keys, times } = asked(() => generateSecretKey());
    const toolbar = new Toolbar({ keys, mode: "development", historyFile: false });
    try {
      const withToolbar = debugToolbar(toolbar);
      expect([toolbar.enabled, times()]).toEqual([true, 0]);
      for (let visit = 0; visit < 3; visit++)
        expect(scriptIn(await (await withToolbar(request(), page, LOCAL)).text())).toBeDefined();
      expect(times()).toBe(1);
    } finally {
      toolbar.close();
    }
  });

  test("throws its error at every request, until the keys are there", async () => {
    let round = 0;
    let key: string | undefined;
    const toolbar = new Toolbar({
      keys: () => {
        if (key === undefined) throw new SecretKeyError("key_missing", `no key, try ${++round}`);
        return key;
      },
      mode: "development",
      historyFile: false,
    });
    try {
      const withToolbar = debugToolbar(toolbar);
      for (const message of ["no key, try 1", "no key, try 2"])
        await expect(withToolbar(request(), page, LOCAL)).rejects.toThrow(message);
      key = generateSecretKey();
      expect(scriptIn(await (await withToolbar(request(), page, LOCAL)).text())).toBeDefined();
    } finally {
      toolbar.close();
    }
  });

  test("is off for good where its keys say production, and never asks for them where it is off anyway", async () => {
    const production = asked(() => new KeyRing(generateSecretKey(), [], { mode: "production" }));
    const toolbar = new Toolbar({ keys: production.keys, mode: "development", historyFile: false });
    const withToolbar = debugToolbar(toolbar);
    for (let visit = 0; visit < 2; visit++)
      expect(scriptIn(await (await withToolbar(request(), page, LOCAL)).text())).toBeUndefined();
    expect([toolbar.enabled, toolbar.exchanges, production.times()]).toEqual([false, [], 1]);

    vi.stubEnv("NODE_ENV", "production");
    try {
      const { keys, times } = asked(() => generateSecretKey());
      const off = new Toolbar({ keys });
      expect(scriptIn(await (await debugToolbar(off)(request(), page, LOCAL)).text())).toBeUndefined();
      expect([off.enabled, times()]).toEqual([false, 0]);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

test(
  "P4: a module that makes a manager and a toolbar is imported in production without a key",
  { timeout: 120_000 },
  () => {
    mkdirSync(`${root}/artifacts/lazy-keys`, { recursive: true });
    const file = `${root}/artifacts/lazy-keys/app.mjs`;
    const program = (keys: string): string => `import { SessionManager } from "../../src/index.ts";
import { loadKeyRing } from "../../src/keys/index.ts";
import { Toolbar } from "../../src/toolbar/index.ts";
import { debugToolbar, session } from "../../src/adapters/web/index.ts";
const keys = ${keys};
export const manager = new SessionManager({ keys });
export const withSession = session(manager);
export const withToolbar = debugToolbar(new Toolbar({ keys }));
console.log("imported");
withSession(new Request("https://shop.example/"), ({ data }) => Response.json(data)).catch(({ code }) => console.log(code));
`;
    const run = (keys: string): string => {
      writeFileSync(file, program(keys));
      const { SECRET_KEY: _, SECRET_KEY_FILE: __, LATCHKEY_ENV: ___, ...env } = process.env;
      const { stdout, stderr } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", file], {
        encoding: "utf8",
        env: { ...env, NODE_ENV: "production" },
      });
      return stdout === "" ? stderr : stdout;
    };
    expect(run("() => loadKeyRing({ env: process.env })")).toBe("imported\nkey_missing\n");
    expect(run("loadKeyRing({ env: process.env })")).toMatch(/key_missing|secret key is needed/);
    expect(() => loadKeyRing({ env: {}, mode: "production" })).toThrow(SecretKeyError);
  },
);
