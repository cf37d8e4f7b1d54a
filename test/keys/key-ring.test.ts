import { KeyRing, SessionManager, type SecretKeyInput } from "latchkey";
import { generateSecretKey, loadKeyRing } from "latchkey/keys";
import { Signer } from "latchkey/signing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const good = generateSecretKey();
const refused = expect.objectContaining({ name: "SecretKeyError", code: "key_refused" }) as Error;
const WEAK: readonly SecretKeyInput[] = ["changeme", Buffer.from("keyboard cat"), "hT7kQ9zLm2XwP4vN"];

describe.each([undefined, "", "production", "prod"])("K7: with NODE_ENV=%j", (mode) => {
  beforeEach(() => {
    vi.stubEnv("NODE_ENV", mode);
    vi.stubEnv("LATCHKEY_ENV", undefined);
  });
  afterEach(() => vi.unstubAllEnvs());

  test("a ring made by hand refuses a key that can be guessed, current or fallback", () => {
    for (const weak of WEAK) {
      expect(() => new KeyRing(weak)).toThrow(refused);
      expect(() => new KeyRing(good, [weak])).toThrow(refused);
    }
    expect([...new KeyRing(good, [generateSecretKey()])]).toHaveLength(2);
  });

  test("replace refuses it too, and the ring keeps its keys", () => {
    const ring = new KeyRing(good);
    for (const weak of WEAK) {
      expect(() => ring.replace(weak)).toThrow(refused);
      expect(() => ring.replace(generateSecretKey(), [weak])).toThrow(refused);
    }
    expect(Buffer.from(ring.current.bytes()).toString()).toBe(good);
    expect(ring.fallbacks).toEqual([]);
  });

  test("a manager grades a ring that has not been graded", () => {
    expect(() => new SessionManager({ keys: KeyRing.from("changeme") })).toThrow(refused);
    expect(() => new SessionManager({ keys: "changeme" })).toThrow(refused);
  });

  test("a signer takes any key, as itsdangerous does", () => {
    expect(new Signer("secret-key").sign("value")).toMatch(/^value\./);
  });
});

describe("K7: where development is said", () => {
  const warningsOf = async (act: () => unknown): Promise<readonly string[]> => {
    const warnings: string[] = [];
    const listen = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", listen);
    act();
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listen);
    return warnings;
  };

  test("the same keys are taken, with one warning each, when a manager uses them", async () => {
    const ring = new KeyRing(good, [], { mode: "development" });
    new SessionManager({ keys: ring });
    expect(await warningsOf(() => ring.replace("changeme"))).toEqual([
      expect.stringContaining("would be refused in production"),
    ]);
    const weak = new KeyRing("changeme", [], { mode: "development" });
    expect(await warningsOf(() => new Signer(weak).sign("value"))).toEqual([]);
    expect(
      await warningsOf(() => (new SessionManager({ keys: weak }), new SessionManager({ keys: weak }))),
    ).toHaveLength(1);
    const later = new KeyRing("changeme", [], { mode: "development", grading: "later" });
    expect(await warningsOf(() => later.admit('option "keys"').admit('option "keys"'))).toEqual([
      expect.stringContaining('The secret key from option "keys" would be refused in production.'),
    ]);
  });
});

test("K7: a ring of loadKeyRing keeps the rules that it was loaded with", () => {
  const warnings: string[] = [];
  const rules = {
    acceptWeakFallbacksUntil: new Date("2030-01-01"),
    clock: () => 1_800_000_000,
    warn: (text: string) => void warnings.push(text),
  };
  const ring = loadKeyRing({ env: {}, mode: "production", secretKey: good, ...rules });
  ring.replace(generateSecretKey(), ["the key of the tutorial"]);
  expect([ring.fallbacks.length, warnings]).toEqual([1, [expect.stringContaining("only until 2030-01-01")]]);
  expect(() => ring.replace("the key of the tutorial")).toThrow(refused);
});

test("K15: an error names the option that was written", () => {
  expect(() => new SessionManager({ keys: "keyboard cat" })).toThrow(/option "keys" of SessionManager/);
  expect(() => new SessionManager({ keys: undefined as unknown as string })).toThrow(/option "keys" of SessionManager/);
  expect(() => new SessionManager({ keys: 7 as unknown as string })).toThrow(/option "keys" of SessionManager/);
  expect(() => new SessionManager({ keys: "keyboard cat" })).not.toThrow(/secretKey/);
});
