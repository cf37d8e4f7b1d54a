import { format, inspect } from "node:util";
import { KeyRing, SecretKey, SecretKeyError, type SecretKeyInput } from "latchkey";
import { generateSecretKey, loadKeyRing } from "latchkey/keys";
import { describe, expect, test } from "vitest";

const text = generateSecretKey();
const key = SecretKey.from(text);

describe("a SecretKey", () => {
  test("never shows itself", () => {
    const ring = new KeyRing(key, [generateSecretKey()]);
    const shown = [
      String(key),
      "".concat(key as unknown as string),
      JSON.stringify({ key, ring }),
      inspect(key, { showHidden: true, depth: 9 }),
      inspect({ deep: { er: [key, ring] } }, { showHidden: true, depth: 9, getters: false }),
      format("%s %o %O %j", key, key, ring, key),
      JSON.stringify(structuredClone(key)),
      JSON.stringify(Object.getOwnPropertyDescriptors(key)),
      JSON.stringify(Object.assign({}, key)),
      inspect(new Error("with a cause", { cause: key }), { showHidden: true, depth: 9 }),
    ];
    for (const output of shown) {
      expect(output).not.toContain(text);
      expect(output).not.toContain(text.slice(8, 20));
      expect(output).not.toContain(Buffer.from(text).toString("hex").slice(0, 20));
    }
    expect(inspect({ key })).toBe("{ key: [SecretKey] }");
  });

  test("is the text's UTF-8, never decoded, and copied both ways", () => {
    expect(Buffer.from(SecretKey.from("6b6579").bytes()).toString()).toBe("6b6579");
    const bytes = Buffer.from("some bytes that change");
    const copied = SecretKey.from(bytes);
    bytes.fill(0);
    copied.bytes().fill(1);
    expect(Buffer.from(copied.bytes()).toString()).toBe("some bytes that change");
  });

  test("has a fingerprint that is the same in every process", () => {
    expect(SecretKey.from("192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf").fingerprint).toBe(
      "2c8f19dd",
    );
  });

  test("equals a key of the same bytes only", () => {
    expect(key.equals(SecretKey.from(Buffer.from(text)))).toBe(true);
    expect(key.equals(SecretKey.from(`${text}x`))).toBe(false);
    expect(key.equals(SecretKey.from(generateSecretKey()))).toBe(false);
  });

  test.each<[string, unknown, string]>([
    ["undefined", undefined, "key_missing"],
    ["null", null, "key_missing"],
    ["an empty text", "", "key_missing"],
    ["a number", 42, "key_invalid"],
    ["a list", [text], "key_invalid"],
    ["an unpaired surrogate", "\ud800", "key_invalid"],
  ])("is not made of %s", (_, input, code) => {
    expect(() => SecretKey.from(input as SecretKeyInput)).toThrow(expect.objectContaining({ code }));
  });
});

describe("a KeyRing", () => {
  test("signs with the current key and verifies with all", () => {
    const [old, older] = [generateSecretKey(), generateSecretKey()];
    const ring = new KeyRing(key, [old, older, old, text]);
    expect(ring.current).toBe(key);
    expect(ring.fallbacks.map((fallback) => Buffer.from(fallback.bytes()).toString())).toEqual([old, older]);
    expect([...ring]).toEqual([ring.current, ...ring.fallbacks]);
    expect(ring.fallbacks.map((fallback) => ring.roleOf(fallback))).toEqual(["fallback", "fallback"]);
  });

  test("refuses one text where a list belongs, which would be a list of letters", () => {
    expect(() => new KeyRing(key, "old key" as unknown as string[])).toThrow(SecretKeyError);
  });

  test("counts what each key did, and when last", () => {
    let now = 1_800_000_000;
    const ring = new KeyRing(key, [generateSecretKey()], { clock: () => now });
    const [current, fallback] = [...ring] as [SecretKey, SecretKey];
    ring.count(current, "sign");
    ring.count(current, "verify");
    now += 60;
    ring.count(current, "verify");
    expect(ring.usage()).toEqual([
      { fingerprint: current.fingerprint, role: "current", signed: 1, verified: 2, lastUsed: 1_800_000_060 },
      { fingerprint: fallback.fingerprint, role: "fallback", signed: 0, verified: 0, lastUsed: undefined },
    ]);
  });

  test("goes on counting for keys that stay, and forgets those that go", () => {
    const ring = new KeyRing(text, [], { clock: () => 7 });
    ring.count(ring.current, "sign");
    const next = generateSecretKey();
    ring.replace(next, [text]);
    expect(ring.usage()).toMatchObject([
      { role: "current", signed: 0 },
      { role: "fallback", signed: 1, lastUsed: 7 },
    ]);
    ring.replace(next);
    ring.replace(next, [text]);
    expect(ring.usage()).toMatchObject([{ role: "current" }, { role: "fallback", signed: 0, lastUsed: undefined }]);
  });

  test("says where its keys came from", () => {
    expect(new KeyRing(key).source).toBe("the application's code");
    expect(loadKeyRing({ env: { SECRET_KEY: text } }).source).toBe("environment variable SECRET_KEY");
  });
});
