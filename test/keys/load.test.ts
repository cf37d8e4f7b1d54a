import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SecretKey, SecretKeyError, SessionManager, type KeyRing } from "latchkey";
import {
  generateSecretKey,
  gradeSecretKey,
  loadKeyRing,
  loadKeyRingAsync,
  readKeyList,
  type LoadKeyRingOptions,
} from "latchkey/keys";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateDevelopmentKey } from "../../src/keys/generate.ts";
import { formatOwnKey } from "../../src/keys/own-key.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-load-"));
afterAll(() => rmSync(folder, { recursive: true }));

const key = generateSecretKey();
const old = generateSecretKey();
const older = generateSecretKey();
const keyFile = join(folder, "key-file");
const credentials = join(folder, "credentials");

beforeAll(() => {
  writeFileSync(keyFile, `${key}\n${old}\n`, { mode: 0o600 });
  mkdirSync(credentials);
  writeFileSync(join(credentials, "secret_key"), key, { mode: 0o600 });
});

const texts = (ring: KeyRing): string[] => [...ring].map((each) => Buffer.from(each.bytes()).toString());
const production = (options: Partial<LoadKeyRingOptions>): KeyRing =>
  loadKeyRing({
    env: {},
    mode: "production",
    warn: () => expect.unreachable("nothing is to be warned of"),
    ...options,
  });

function failureOf(load: () => unknown): SecretKeyError {
  try {
    load();
  } catch (error) {
    if (error instanceof SecretKeyError) return error;
    throw error;
  }
  return expect.unreachable("it was to throw");
}

function isProduction(env: Record<string, string>): boolean {
  try {
    loadKeyRing({ env: { ...env, SECRET_KEY: "a guessable key" }, warn: () => {} });
    return false;
  } catch {
    return true;
  }
}

function load(options: Partial<LoadKeyRingOptions> = {}): { ring: KeyRing; warnings: string[] } {
  const warnings: string[] = [];
  return {
    ring: loadKeyRing({
      env: {},
      mode: "development",
      directory: folder,
      warn: (message) => warnings.push(message),
      ...options,
    }),
    warnings,
  };
}

describe("loadKeyRing takes the key from", () => {
  test.each<[string, Partial<LoadKeyRingOptions>, string[]]>([
    ["loadKeyRing({ secretKey })", { secretKey: key }, [key]],
    [
      "loadKeyRing({ secretKey })",
      { secretKey: SecretKey.from(key), fallbacks: [old, Buffer.from(older)] },
      [key, old, older],
    ],
    [`file ${keyFile} (environment variable SECRET_KEY_FILE)`, { env: { SECRET_KEY_FILE: keyFile } }, [key, old]],
    [`credential ${join(credentials, "secret_key")}`, { env: { CREDENTIALS_DIRECTORY: credentials } }, [key]],
    ["environment variable SECRET_KEY", { env: { SECRET_KEY: key } }, [key]],
    [
      "environment variable SECRET_KEY",
      { env: { SECRET_KEY: key, SECRET_KEY_FALLBACKS: JSON.stringify([old, older]) } },
      [key, old, older],
    ],
    [
      "environment variable SECRET_KEY",
      { env: { SECRET_KEY: key, SECRET_KEY_FALLBACKS: `${old}, ${older}` } },
      [key, old, older],
    ],
    ["environment variable SECRET_KEY", { env: { SECRET_KEY: key, SECRET_KEY_FALLBACKS: `${old},` } }, [key, old]],
    ["environment variable SECRET_KEY", { env: { SECRET_KEY: key, SECRET_KEY_FALLBACKS: "" } }, [key]],
    ["environment variable SECRET_KEY", { env: { SECRET_KEY: key, CREDENTIALS_DIRECTORY: folder } }, [key]],
  ])("%s", (source, options, expected) => {
    const ring = production(options);
    expect(texts(ring)).toEqual(expected);
    expect(ring.source).toBe(source);
  });

  test("a loader that waits, with or without fallbacks", async () => {
    const one = await loadKeyRingAsync({ env: {}, mode: "production", loader: () => Promise.resolve(key) });
    expect([texts(one), one.source]).toEqual([[key], "loadKeyRingAsync({ loader })"]);
    const two = await loadKeyRingAsync({
      env: {},
      mode: "production",
      loader: () => ({ current: key, fallbacks: [old] }),
    });
    expect(texts(two)).toEqual([key, old]);
    const bytes = await loadKeyRingAsync({ env: {}, mode: "production", loader: () => Buffer.from(key) });
    expect(texts(bytes)).toEqual([key]);
    const none = await loadKeyRingAsync({ env: { SECRET_KEY: key }, mode: "production" });
    expect(texts(none)).toEqual([key]);
  });

  test("a loader only if nothing else has it, and passes on what it throws", async () => {
    let asked = 0;
    const loader = (): string => {
      asked++;
      return key;
    };
    await expect(loadKeyRingAsync({ env: { SECRET_KEY: key }, loader })).rejects.toMatchObject({
      code: "key_conflict",
    });
    expect(asked).toBe(0);
    await expect(
      loadKeyRingAsync({ env: {}, loader: () => Promise.reject(new Error("vault is sealed")) }),
    ).rejects.toThrow("vault is sealed");
    await expect(
      loadKeyRingAsync({ env: {}, mode: "production", loader: () => undefined as unknown as string }),
    ).rejects.toMatchObject({
      code: "key_missing",
    });
  });
});

describe("loadKeyRing refuses", () => {
  test.each<[string, Partial<LoadKeyRingOptions>]>([
    ["loadKeyRing({ secretKey }) and environment variable SECRET_KEY", { secretKey: key, env: { SECRET_KEY: key } }],
    ["SECRET_KEY_FILE) and environment variable SECRET_KEY", { env: { SECRET_KEY: key, SECRET_KEY_FILE: keyFile } }],
    ["SECRET_KEY_FILE) and credential", { env: { CREDENTIALS_DIRECTORY: credentials, SECRET_KEY_FILE: keyFile } }],
    [
      "loadKeyRing({ fallbacks }) and environment variable SECRET_KEY_FALLBACKS",
      { secretKey: key, fallbacks: [old], env: { SECRET_KEY_FALLBACKS: `${older},` } },
    ],
    [
      "environment variable SECRET_KEY_FALLBACKS and file",
      { env: { SECRET_KEY_FILE: keyFile, SECRET_KEY_FALLBACKS: `${older},` } },
    ],
  ])("two sources, and names both: %s", (names, options) => {
    const { code, message } = failureOf(() => production(options));
    expect(code).toBe("key_conflict");
    expect(message).toContain(names);
    for (const secret of [key, old, older]) expect(message).not.toContain(secret);
  });

  test("to start in production without a key, and says how to make one", () => {
    const error = failureOf(() => loadKeyRing({ env: { NODE_ENV: "production" }, directory: folder }));
    expect(error.code).toBe("key_missing");
    expect(error.message).toContain("npx latchkey key generate");
    expect(existsSync(join(folder, ".latchkey"))).toBe(false);
  });

  test.each<[string, string, string]>([
    ["too short", "dev", "key_refused"],
    ["published", "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf", "key_refused"],
    ["weak", "hT7kQ9zLm2XwP4vN", "key_refused"],
    ["for development", formatOwnKey("lk1-dev_", Buffer.from("x7Jq-2Lm9_".repeat(4), "base64url")), "key_refused"],
    ["empty", "", "key_missing"],
    ["blank", "    ", "key_missing"],
    ["unresolved", "${SECRET_KEY}", "key_invalid"],
    ["undefined as a text", "undefined", "key_invalid"],
    ["cut", generateSecretKey().slice(0, -1), "key_invalid"],
    ["cut, and for development", generateDevelopmentKey().slice(0, -1), "key_invalid"],
  ])("in production a key that is %s, and a fallback as strictly", (_, bad, code) => {
    for (const options of [{ env: { SECRET_KEY: bad } }, { secretKey: key, fallbacks: [bad] }]) {
      const error = failureOf(() => production(options));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(
        /^(?:The secret|A fallback) key from (?:environment variable SECRET_KEY|loadKeyRing\(\{ fallbacks \}\)) /,
      );
      // Short ones are words of our own sentences.
      expect(bad.length > 12 && error.message.replace("SECRET_KEY_FALLBACKS", "").includes(bad)).toBe(false);
    }
  });

  test("values of other kinds", () => {
    for (const bad of [42, [key], { key }, true])
      expect(failureOf(() => production({ secretKey: bad as unknown as string })).code).toBe("key_invalid");
    for (const bad of ["one text", 42, { 0: key }])
      expect(failureOf(() => production({ secretKey: key, fallbacks: bad as unknown as string[] })).code).toBe(
        "key_invalid",
      );
  });

  test.each(["one-text-without-a-comma-that-is-long-enough", '["unfinished', '{"a":1}', "[1,2]", `${old},,${older}`])(
    "the list of fallbacks %j, and says how to write one",
    (list) => {
      const error = failureOf(() => production({ env: { SECRET_KEY: key, SECRET_KEY_FALLBACKS: list } }));
      expect(error.code).toBe("key_invalid");
      expect(error.message).toContain(`SECRET_KEY_FALLBACKS='["old key"]'`);
      expect(error.message).not.toContain(list);
    },
  );

  test("keys that are on a list of one's own", () => {
    expect(failureOf(() => production({ secretKey: key, knownKeys: [readKeyList(Buffer.from(key))] })).code).toBe(
      "key_refused",
    );
  });

  test("an unknown mode", () => {
    expect(() => loadKeyRing({ env: { LATCHKEY_ENV: "staging", SECRET_KEY: key } })).toThrow(/LATCHKEY_ENV/);
    expect(() => loadKeyRing({ env: {}, mode: "prod" as "production" })).toThrow(/"mode"/);
  });
});

describe("the mode", () => {
  test.each<[Record<string, string>, boolean]>([
    [{}, true],
    [{ NODE_ENV: "" }, true],
    [{ NODE_ENV: "development" }, false],
    [{ NODE_ENV: "test" }, false],
    [{ NODE_ENV: "production" }, true],
    [{ NODE_ENV: "staging" }, true],
    [{ NODE_ENV: "production", LATCHKEY_ENV: "development" }, false],
    [{ NODE_ENV: "development", LATCHKEY_ENV: "production" }, true],
  ])("of %o is production: %s", (env, expected) => {
    expect(isProduction(env)).toBe(expected);
  });
});

describe("K7: where nothing says where the server runs", () => {
  test("a key that is given is judged as in production", () => {
    for (const bad of ["changeme", "keyboard cat", "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf"])
      expect(failureOf(() => loadKeyRing({ env: { SECRET_KEY: bad } })).code).toBe("key_refused");
  });

  test("a key is created if none is set, with a warning that production needs one, and the ring has no mode", () => {
    const directory = join(folder, "unsaid");
    mkdirSync(directory);
    const warnings: string[] = [];
    const ring = loadKeyRing({ env: {}, directory, warn: (message) => warnings.push(message) });
    expect(texts(ring)[0]).toMatch(/^lk1-dev_/);
    expect(warnings).toEqual([
      expect.stringMatching(/production needs a secret key and NODE_ENV=production.*npx latchkey key generate/),
    ]);
    expect([ring.mode, ring.saidMode]).toEqual(["production", undefined]);
    // The next start reads the file, and finds the same key good.
    expect(texts(loadKeyRing({ env: {}, directory, warn: () => {} }))).toEqual(texts(ring));
    expect(() => new SessionManager({ keys: ring })).not.toThrow();
    expect(failureOf(() => loadKeyRing({ env: {}, mode: "production", directory })).code).toBe("key_missing");
  });

  test("the ring carries what was said to the loader, not what the process says", () => {
    expect(production({ secretKey: key }).saidMode).toBe("production");
    expect(loadKeyRing({ env: { NODE_ENV: "development" }, secretKey: key }).saidMode).toBe("development");
    expect(loadKeyRing({ env: {}, secretKey: key }).saidMode).toBeUndefined();
  });
});

describe("a weak fallback key", () => {
  const weak = { secretKey: key, fallbacks: ["the key of the tutorial"], clock: () => 1_800_000_000 };

  test("is accepted until a date, with a warning", () => {
    const warnings: string[] = [];
    const ring = production({
      ...weak,
      acceptWeakFallbacksUntil: new Date("2028-01-01T00:00:00Z"),
      warn: (message) => warnings.push(message),
    });
    expect(ring.fallbacks.length).toBe(1);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("only until 2028-01-01");
  });

  test("is refused after that date, and an opt-in never lets a current key through", () => {
    const acceptWeakFallbacksUntil = new Date("2027-01-01T00:00:00Z");
    expect(failureOf(() => production({ ...weak, acceptWeakFallbacksUntil })).code).toBe("key_refused");
    expect(
      failureOf(() =>
        production({ secretKey: "the key of the tutorial", acceptWeakFallbacksUntil: new Date("2099-01-01") }),
      ).code,
    ).toBe("key_refused");
  });
});

describe("development", () => {
  test("warns of a key that production refuses, and takes it", () => {
    const { ring, warnings } = load({ secretKey: "dev" });
    expect(texts(ring)).toEqual(["dev"]);
    expect(warnings).toEqual([expect.stringContaining("would be refused in production")]);
  });

  test("makes a key of its own once, for the owner only, and ignored by git", () => {
    const directory = join(folder, "project");
    mkdirSync(directory);
    const first = load({ directory });
    const second = load({ directory });
    expect(texts(first.ring)).toEqual(texts(second.ring));
    expect([...first.warnings, ...second.warnings]).toEqual([]);
    expect(first.ring.source).toBe(`development key file ${join(directory, ".latchkey", "secret_key")}`);
    expect(gradeSecretKey(texts(first.ring)[0]).findings.map(({ code }) => code)).toEqual(["development_key"]);
    expect(statSync(join(directory, ".latchkey")).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, ".latchkey/secret_key")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(directory, ".latchkey/.gitignore"), "utf8")).toBe("*\n");
    expect(failureOf(() => production({ secretKey: texts(first.ring)[0] })).message).toContain("development");
  });

  test("names a damaged key file and the fix", () => {
    const directory = join(folder, "damaged");
    mkdirSync(join(directory, ".latchkey"), { recursive: true });
    writeFileSync(join(directory, ".latchkey/secret_key"), "\n", { mode: 0o600 });
    expect(failureOf(() => load({ directory }))).toMatchObject({
      code: "key_file",
      message: expect.stringContaining(directory),
    });
  });

  test("goes on with a key in memory, and says so, where nothing can be written", () => {
    const directory = join(folder, "a-file");
    writeFileSync(directory, "no folder");
    const { ring, warnings } = load({ directory });
    expect(ring.source).toBe("development key of this process");
    expect(warnings).toEqual([expect.stringContaining("cannot be written")]);
  });

  test("still refuses what cannot be a key anywhere", () => {
    for (const bad of ["", "   ", "undefined", "${SECRET_KEY}"])
      expect(() => load({ secretKey: bad })).toThrow(SecretKeyError);
  });

  test("gives processes that start at the same time one key", async () => {
    const directory = join(folder, "together");
    mkdirSync(directory);
    const module = fileURLToPath(new URL("../../src/keys/sources/load.ts", import.meta.url));
    const script = `import { loadKeyRing } from ${JSON.stringify(module)}; process.stdout.write(loadKeyRing({ env: {}, mode: 'development', directory: ${JSON.stringify(directory)} }).current.bytes());`;
    const outputs = await Promise.all(
      Array.from({ length: 8 }, () => {
        const child = spawn(process.execPath, [
          "--input-type=module-typescript",
          "--disable-warning=ExperimentalWarning",
          "-e",
          script,
        ]);
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
        child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
        return new Promise<string>((resolve) => child.on("close", () => resolve(output)));
      }),
    );
    expect(new Set(outputs).size).toBe(1);
    expect(outputs[0]).toMatch(/^lk1-dev_[\w-]{48}$/);
  });
});

describe("loadKeyRing warns", () => {
  test.each<[string, string, string]>([
    ["white space", `${key} `, "white space"],
    ["quotes", `"${key}"`, "never decoded"],
  ])("of %s, which is likely a mistake, without repeating the key", (_, secretKey, part) => {
    const warnings: string[] = [];
    loadKeyRing({ env: {}, mode: "production", secretKey, warn: (message) => warnings.push(message) });
    expect(warnings).toEqual([expect.stringContaining(part)]);
    expect(warnings.join("")).not.toContain(key);
  });

  test("of a key file that others may read", () => {
    const readable = join(folder, "readable");
    writeFileSync(readable, `${key}\n`);
    chmodSync(readable, 0o644);
    const warnings: string[] = [];
    loadKeyRing({ env: { SECRET_KEY_FILE: readable }, mode: "production", warn: (message) => warnings.push(message) });
    expect(warnings).toEqual([expect.stringContaining(`chmod 600 ${readable}`)]);
  });

  test("through the process unless told otherwise", async () => {
    const warned = new Promise<Error & { code?: string }>((resolve) => process.once("warning", resolve));
    loadKeyRing({ env: {}, mode: "development", secretKey: "guess me" });
    expect(await warned).toMatchObject({ name: "LatchkeyWarning", code: "LATCHKEY_KEY" });
  });
});
