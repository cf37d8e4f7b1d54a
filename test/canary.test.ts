import { execFileSync } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CHANNELS, flask, KeyRing, sealed, SecretKey, SessionManager, signed } from "latchkey";
import {
  announceKey,
  gradeSecretKey,
  loadKeyRing,
  loadKeyRingAsync,
  promoteKey,
  type LoadKeyRingOptions,
} from "latchkey/keys";
import { Signer, URLSafeTimedSerializer } from "latchkey/signing";
import { SqliteStore } from "latchkey/stores/sqlite";
import { Toolbar } from "latchkey/toolbar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CANARY_KEY, leaksOf } from "./support/canary.ts";
import { cli } from "./support/cli.ts";
import { runExample } from "./support/run-example.ts";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "latchkey-canary-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a call throws, or what it returns. */
function outcome(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

test("the search itself finds a key, in every form", () => {
  const bytes = Buffer.from(CANARY_KEY);
  for (const value of [
    CANARY_KEY,
    { deep: [CANARY_KEY] },
    bytes.toString("hex"),
    bytes.toString("base64url"),
    bytes,
    new Error(`no: ${CANARY_KEY}`),
  ]) {
    expect(leaksOf(value)).not.toEqual([]);
  }
  expect(leaksOf({ fingerprint: SecretKey.from(CANARY_KEY).fingerprint })).toEqual([]);
});

describe("a planted key never shows", () => {
  test("in what holds it, however that is looked at", () => {
    const key = SecretKey.from(CANARY_KEY);
    const ring = new KeyRing(key, ["lk1_another-key-of-forty-seven-characters-long1SM3ki"]);
    for (const holder of [
      key,
      ring,
      new Signer(ring),
      new URLSafeTimedSerializer(ring),
      new SessionManager({ keys: ring }),
      ring.usage(),
    ]) {
      expect(leaksOf(holder)).toEqual([]);
      expect(leaksOf({ holder, list: [holder], map: new Map([["holder", holder]]) })).toEqual([]);
    }
    const toolbar = new Toolbar({ keys: ring });
    expect(leaksOf(toolbar)).toEqual([]);
    toolbar.close();
  });

  test("in errors, warnings and grades, whatever is wrong with it", async () => {
    const warnings: string[] = [];
    const load = (options: Partial<LoadKeyRingOptions>): unknown =>
      outcome(() => loadKeyRing({ env: {}, directory: folder, warn: (text) => void warnings.push(text), ...options }));
    const file = join(folder, "secret_key");
    const variants = [
      CANARY_KEY,
      `${CANARY_KEY}\n`,
      ` ${CANARY_KEY}`,
      `${CANARY_KEY}\0`,
      `"${CANARY_KEY}"`,
      `django-insecure-${CANARY_KEY}`,
      `${CANARY_KEY},${CANARY_KEY}`,
      `\${${CANARY_KEY}}`,
      CANARY_KEY.repeat(30),
    ];
    for (const variant of variants) {
      const outcomes: unknown[] = (["production", "development"] as const).flatMap((mode) => {
        writeFileSync(file, `${variant}\n\n`, { mode: 0o644 });
        return [
          load({ mode, env: { SECRET_KEY: variant } }),
          load({ mode, env: { SECRET_KEY: variant, SECRET_KEY_FILE: file } }),
          load({ mode, env: { SECRET_KEY_FILE: file } }),
          load({ mode, env: { SECRET_KEY: variant, SECRET_KEY_FALLBACKS: variant } }),
          load({ mode, env: { SECRET_KEY_FALLBACKS: `[${variant}` }, secretKey: "short" }),
          load({ mode, secretKey: [variant] as never }),
          load({ mode, secretKey: variant, fallbacks: variant as never }),
        ];
      });
      outcomes.push(
        gradeSecretKey(variant),
        outcome(() => SecretKey.from({ key: variant } as never)),
        outcome(() => new KeyRing(variant, variant as never)),
        outcome(() => announceKey(variant, variant, "file")),
        outcome(() => promoteKey(`SECRET_KEY=${variant}`, "00000000", "env")),
        await loadKeyRingAsync({ env: { SECRET_KEY: variant }, loader: () => Promise.resolve(variant) }).catch(
          (error: unknown) => error,
        ),
      );
      for (const result of outcomes) expect(leaksOf(result)).toEqual([]);
    }
    expect(warnings.length).toBeGreaterThan(0);
    expect(leaksOf(warnings)).toEqual([]);
  });

  test("in channel messages, cookies and stores", async () => {
    const messages: unknown[] = [];
    const listen = (message: unknown): void =>
      void messages.push(message, (message as { snapshot?: () => unknown }).snapshot?.());
    const names = Object.values(CHANNELS);
    for (const name of names) subscribe(name, listen);
    const database = new DatabaseSync(":memory:");
    const store = new SqliteStore(database);
    store.createSchema();
    const results: unknown[] = [];
    for (const options of [{ store }, { format: flask() }, { format: signed() }, { format: sealed() }]) {
      const manager = new SessionManager({ keys: new KeyRing(CANARY_KEY), ...options });
      for (const cookie of [undefined, "session=x.y.z", `session=${CANARY_KEY.slice(0, 3)}`]) {
        const session = await manager.load(cookie, { secure: false, host: "localhost" });
        (session.data as Record<string, unknown>)["visits"] = 1;
        results.push(session, await manager.commit(session));
      }
    }
    for (const name of names) unsubscribe(name, listen);
    expect(messages.length).toBeGreaterThan(10);
    for (const value of [...messages, ...results]) expect(leaksOf(value)).toEqual([]);
    expect(leaksOf(database.prepare("SELECT * FROM latchkey_sessions").all())).toEqual([]);
  });

  test("in what the command line prints", async () => {
    writeFileSync(join(folder, ".env"), `SECRET_KEY=${CANARY_KEY}\n`, { mode: 0o644 });
    writeFileSync(join(folder, "app.py"), `SECRET_KEY = "${CANARY_KEY}"\n`);
    execFileSync("git", ["-C", folder, "init", "-q"]);
    execFileSync("git", ["-C", folder, "add", "-A"]);
    execFileSync("git", ["-C", folder, "-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "-qm", "x"]);
    const env = { SECRET_KEY: CANARY_KEY };
    const runs = [
      await cli(["key", "check", "--stdin", "--json", "--fingerprint"], { input: CANARY_KEY }),
      await cli(["key", "check"], { env }),
      await cli(["key", "check", CANARY_KEY]),
      await cli(["key", "check", "--file", ".env"], { cwd: folder }),
      await cli(["key", "status", "--json"], { env, cwd: folder }),
      await cli(["key", "status", ".env"], { cwd: folder }),
      await cli(["key", "rotate", "--announce", "--json"], { cwd: folder }),
      await cli(["key", "rotate", "--announce", "--stdin"], { cwd: folder, input: CANARY_KEY }),
      await cli(["key", "rotate", "--promote"], { cwd: folder }),
      await cli(["doctor", "--json"], { cwd: folder }),
      await cli(["doctor"], { cwd: folder }),
    ];
    for (const run of runs) expect(leaksOf(run)).toEqual([]);
  });

  test("in anything that the quickstart sends, prints, records or keeps", async () => {
    const home = join(folder, "quickstart");
    mkdirSync(home);
    const example = await runExample("examples/quickstart/app.ts", {
      DATABASE: join(home, "quickstart.sqlite"),
      SECRET_KEY: CANARY_KEY,
      // The planted key is no random one.
      NODE_ENV: "development",
    });
    const answers: string[] = [];
    const get = async (path: string, init: RequestInit = {}): Promise<Response> => {
      const response = await fetch(`${example.url}${path}`, { redirect: "manual", ...init });
      answers.push(`${response.status} ${JSON.stringify([...response.headers])} ${await response.clone().text()}`);
      return response;
    };
    // The key itself comes in wherever a visitor can put it, and the toolbar records it all.
    const visit = {
      headers: {
        Accept: "text/html",
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-Site": "none",
        "X-Key": CANARY_KEY,
        Authorization: `Bearer ${CANARY_KEY}`,
      },
    };
    const page = await (await get("/login", visit)).text();
    await get("/tampered", { headers: { ...visit.headers, Cookie: `session=${CANARY_KEY}; other=${CANARY_KEY}` } });
    await get("/nowhere", visit);
    await get("/login", { method: "POST", body: new URLSearchParams({ name: "x", password: CANARY_KEY }) });
    const token = /token=([\w.-]+)/.exec(page)![1]!;
    const records = await (
      await get(`/_latchkey/exchanges?token=${token}`, { headers: { "Sec-Fetch-Site": "same-origin" } })
    ).text();
    const ids = new Set(records.match(/(?<="id":")[\w-]{20,}/g));
    expect(ids.size).toBeGreaterThan(3);
    for (const id of ids) {
      const record = await get(`/_latchkey/exchanges/${id}?token=${token}`, {
        headers: { "Sec-Fetch-Site": "same-origin" },
      });
      expect(record.status).toBe(200);
    }
    await example.stop();
    expect(answers.filter((answer) => answer.startsWith("200")).length).toBeGreaterThan(4);
    expect(leaksOf(answers)).toEqual([]);
    expect(leaksOf(example.output())).toEqual([]);
    for (const name of readdirSync(home).filter((entry) => statSync(join(home, entry)).isFile())) {
      expect(leaksOf(readFileSync(join(home, name), "latin1"))).toEqual([]);
    }
  });
});
