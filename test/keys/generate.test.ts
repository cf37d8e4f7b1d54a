import { InvalidOptionError } from "latchkey";
import { generateSecretKey, gradeSecretKey, type GenerateSecretKeyOptions } from "latchkey/keys";
import { describe, expect, test } from "vitest";
import { generateDevelopmentKey } from "../../src/keys/generate.ts";

describe("generateSecretKey", () => {
  test("makes 32 random bytes with a prefix that tells what they are", () => {
    expect(generateSecretKey()).toMatch(/^lk1_[A-Za-z0-9_-]{48}$/);
  });

  test.each<[GenerateSecretKeyOptions, RegExp]>([
    [{ bytes: 16 }, /^lk1_[A-Za-z0-9_-]{27}$/],
    [{ bytes: 1024 }, /^lk1_[A-Za-z0-9_-]{1371}$/],
    [{ format: "hex" }, /^[0-9a-f]{64}$/],
    [{ bytes: 24, format: "hex" }, /^[0-9a-f]{48}$/],
    [{ format: "uuid" }, /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/],
  ])("with %o makes that form", (options, form) => {
    expect(generateSecretKey(options)).toMatch(form);
  });

  test("never makes the same key twice", () => {
    expect(new Set(Array.from({ length: 10_000 }, () => generateSecretKey({ bytes: 16 }))).size).toBe(10_000);
  });

  test.each([
    { bytes: 15 },
    { bytes: 1025 },
    { bytes: 20.5 },
    { bytes: NaN },
    { bytes: "32" },
    { bytes: 24, format: "uuid" },
    { format: "base32" },
  ])("refuses the options %o", (options) => {
    expect(() => generateSecretKey(options as GenerateSecretKeyOptions)).toThrow(InvalidOptionError);
  });

  test("marks a development key, so that it is refused elsewhere", () => {
    const key = generateDevelopmentKey();
    expect(key).toMatch(/^lk1-dev_[A-Za-z0-9_-]{48}$/);
    expect(gradeSecretKey(key)).toMatchObject({ verdict: "refused", findings: [{ code: "development_key" }] });
  });
});
