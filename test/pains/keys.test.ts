import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";
import express from "express";
import expressSession from "express-session";
import { sealData, unsealData } from "iron-session";
import { flask, KeyRing, sealed, SecretKeyError, SessionManager, signed, type SessionManagerOptions } from "latchkey";
import { generateSecretKey, gradeSecretKey, loadKeyRing } from "latchkey/keys";
import { session, sessionOf } from "latchkey/express";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, onTestFinished, test } from "vitest";
import { cli } from "../support/cli.ts";
import { LineProcess } from "../support/line-process.ts";
import { pythonWith, requirement } from "../support/requirements.ts";
import { serve, Visitor } from "./support.ts";

interface Data {
  visits: number;
}

async function visitorOf(manager: SessionManager<Data>): Promise<Visitor> {
  const app = express().use(session(manager));
  app.get("/visit", (request, response) => {
    const { data } = sessionOf(manager, request);
    response.send(String((data.visits = (data.visits ?? 0) + 1)));
  });
  app.get("/look", (request, response) => response.send(String(sessionOf(manager, request).data.visits ?? "nobody")));
  return new Visitor(await serve(app));
}

/** Every way of keeping a session. */
const KINDS: Readonly<Record<string, () => Partial<SessionManagerOptions<Data>>>> = {
  sealed: () => ({ format: sealed() }),
  signed: () => ({ format: signed() }),
  flask: () => ({ format: flask() }),
  store: () => ({ store: new MemoryStore() }),
};

test.each(Object.entries(KINDS))(
  "pain 15, users do not know how to rotate the key, and whether the old one is still used (vvo/iron-session#69): %s",
  async (_, options) => {
    const keys = new KeyRing(generateSecretKey());
    const visitor = await visitorOf(new SessionManager<Data>({ keys, ...options() }));
    await visitor.visit("/visit");
    const absent = visitor.copy();
    const [old] = keys.usage();

    // While the server runs: the next key signs, and the old one goes on verifying.
    keys.replace(generateSecretKey(), [keys.current]);
    const before = visitor.jar.header;
    // A plain look is enough to move a session over to the new key, once.
    expect((await visitor.visit("/look")).headers.getSetCookie()).toHaveLength(1);
    expect(visitor.jar.header).not.toBe(before);
    const counted = (): number | undefined =>
      keys.usage().find(({ fingerprint }) => fingerprint === old!.fingerprint)?.verified;
    const used = counted();
    expect((await visitor.visit("/look")).headers.getSetCookie()).toEqual([]);
    // The count stands still: as far as this visitor goes, the old key may go.
    expect([used, counted()]).toEqual([expect.any(Number), used]);

    keys.replace(keys.current);
    expect(await visitor.read("/look")).toBe("1");
    expect(await absent.read("/look")).toBe("nobody");
  },
);

/** Counts how often keys are derived, by node:crypto and by Web Crypto, while something runs. */
async function derivationsOf(
  work: () => Promise<unknown>,
): Promise<{ readonly hkdf: number; readonly password: number }> {
  const counts = { hkdf: 0, password: 0 };
  const restore: (() => void)[] = [];
  const count = (owner: object, name: string, kindOf: (first: unknown) => keyof typeof counts): void => {
    const original = Reflect.get(owner, name) as (...args: readonly unknown[]) => unknown;
    const counting = function (this: unknown, ...args: readonly unknown[]): unknown {
      counts[kindOf(args[0])]++;
      return Reflect.apply(original, this, args) as unknown;
    };
    Object.defineProperty(owner, name, { value: counting, configurable: true, writable: true, enumerable: true });
    restore.push(() =>
      Object.defineProperty(owner, name, { value: original, configurable: true, writable: true, enumerable: true }),
    );
  };
  for (const name of ["pbkdf2", "pbkdf2Sync", "scrypt", "scryptSync"]) count(crypto, name, () => "password");
  for (const name of ["hkdf", "hkdfSync"]) count(crypto, name, () => "hkdf");
  const kindOfAlgorithm = (algorithm: unknown) =>
    (algorithm as { readonly name: string }).name === "HKDF" ? "hkdf" : "password";
  for (const name of ["deriveKey", "deriveBits"])
    count(Object.getPrototypeOf(crypto.webcrypto.subtle) as object, name, kindOfAlgorithm);
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    for (const put of restore) put();
    syncBuiltinESMExports();
  }
  return counts;
}

test("pain 16, a function for passwords derives the keys again in each request (brc-dd/iron-webcrypto#15)", async () => {
  const password = "a password of at least thirty-two characters";
  const theirs = await derivationsOf(async () => {
    const seal = await sealData({ visits: 1 }, { password });
    for (let request = 0; request < 10; request++) await unsealData(seal, { password });
  });
  expect(theirs.password).toBeGreaterThanOrEqual(20);

  for (const [kind, options] of Object.entries(KINDS)) {
    const visitor = await visitorOf(new SessionManager<Data>({ keys: new KeyRing(generateSecretKey()), ...options() }));
    const ours = await derivationsOf(async () => {
      for (let request = 0; request < 50; request++) await visitor.visit(request % 2 === 0 ? "/visit" : "/look");
    });
    // A key is strong as it comes, so nothing has to be slow: at most one HKDF for the key, and
    // none for a request.
    expect([kind, ours.password, ours.hkdf <= 1]).toEqual([kind, 0, true]);
  }
  // What only a slow function could save is no key at all.
  expect(() => new SessionManager({ keys: "correct horse battery staple" })).toThrow(SecretKeyError);
});

test("pain 29, weak secrets and those of tutorials are accepted (expressjs/session#752)", async () => {
  const weak = [
    "keyboard cat",
    "secret",
    "your-secret-key",
    "changeme",
    "a",
    "",
    "a".repeat(32),
    "correct horse battery staple",
    // Of Flask's documentation: 64 random digits that everybody knows.
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
  ];
  for (const secret of weak.filter((text) => text !== ""))
    expect(expressSession({ secret, resave: false, saveUninitialized: false })).toBeTypeOf("function");
  // At the start, and not at the first request; among the old keys as well as for the current one.
  const good = generateSecretKey();
  for (const secret of weak) {
    const refused = expect.objectContaining({
      code: expect.stringMatching(/^key_(?:refused|missing)$/) as string,
    }) as Error;
    expect(() => new SessionManager({ keys: secret })).toThrow(refused);
    const env = { NODE_ENV: "production", SECRET_KEY: good, SECRET_KEY_FALLBACKS: JSON.stringify([secret]) };
    expect(() => loadKeyRing({ env })).toThrow(SecretKeyError);
  }
  // The way out is one command.
  const { code, out } = await cli(["key", "generate"]);
  expect([code, gradeSecretKey(out.trim()).verdict]).toEqual([0, "strong"]);
  expect(new SessionManager({ keys: out.trim() })).toBeInstanceOf(SessionManager);
});

describe("a Flask and a server in TypeScript", () => {
  const python = requirement("a Python with Flask", () => pythonWith("flask"));

  async function readerOf(keys: KeyRing, now?: number): Promise<Visitor> {
    const manager = new SessionManager({ keys, format: flask(), ...(now === undefined ? {} : { clock: () => now }) });
    const app = express().use(session(manager));
    app.get("/read", (request, response) => response.json(sessionOf(manager, request).data));
    app.get("/write", (request, response) => {
      sessionOf(manager, request).data["greeting"] = "hello from TypeScript";
      response.end();
    });
    return new Visitor(await serve(app));
  }

  test("pain 30, other libraries cannot read Flask's cookie (pallets/flask#4117)", async () => {
    // The thread's own cookie, its key, and the day on which it was made. It is base64 of
    // compressed JSON: that is what its first dot says.
    const cookie = ".eJyrVipOLS7OzM_TLUktLlGyUgJTOjDR-MwUoBiQqAUANscOVw.YLFEpg.mUktNdWRkgDnm0OWxbpoyOiY4kg";
    const reader = await readerOf(new KeyRing("foobar"), Date.UTC(2021, 4, 29) / 1000);
    reader.jar.take([`session=${cookie}`]);
    expect(JSON.parse(await reader.read("/read"))).toEqual({ session_id: "id", "session-test": "test" });
    // The reason is reported, with what was done.
    const { out } = await cli(["cookie", "inspect"], { input: `session=${cookie}`, env: { SECRET_KEY: "foobar" } });
    expect(out).toMatch(/rejected \(expired\) {2}Signed by us, but last used [^]*\n *format +flask\n/);
  });

  test.skipIf(python === undefined)(
    "pain 30, other libraries cannot read Flask's cookie (pallets/flask#4490): both ways, with a running Flask",
    async () => {
      const peer = new LineProcess(python!, [fileURLToPath(new URL("../interop/flask_peer.py", import.meta.url))]);
      onTestFinished(() => peer.close());
      const key = generateSecretKey();
      const session = { dict: [["cart", ["tea", "milk"]]] };
      const { cookie } = await peer.ask<{ readonly cookie: string }>({ do: "write", key, session });
      const visitor = await readerOf(new KeyRing(key));
      visitor.jar.take([`session=${cookie}`]);
      expect(JSON.parse(await visitor.read("/read"))).toEqual({ cart: ["tea", "milk"] });
      await visitor.visit("/write");
      const theirs = await peer.ask<{ readonly session: unknown }>({
        do: "read",
        key,
        cookie: visitor.jar.header!.split("=")[1],
      });
      expect(theirs.session).toEqual({
        dict: [
          ["cart", ["tea", "milk"]],
          ["greeting", "hello from TypeScript"],
        ],
      });
    },
  );
});
