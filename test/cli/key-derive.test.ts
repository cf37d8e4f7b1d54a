import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deriveSealedKey, SecretKey } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cli } from "../support/cli.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "latchkey-cli-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const [current, fallback] = [generateSecretKey(), generateSecretKey()];

describe("latchkey key derive", () => {
  test("prints the derived key alone on standard output, and never the secret key", async () => {
    const { code, out, error } = await cli(["key", "derive"], { env: { SECRET_KEY: current } });
    expect([code, out]).toEqual([0, `${deriveSealedKey(current).paserk}\n`]);
    expect(error).toContain('{"app":"","cookie":"__Host-Http-session","purpose":"session"}');
    expect(error).toContain("Keep the derived key secret");
    expect(out + error).not.toContain(current);
  });

  test("derives from every key of a file, for the application and the cookie that were named", async () => {
    writeFileSync(join(folder, ".env"), `SECRET_KEY=${current}\nSECRET_KEY_FALLBACKS=${fallback},\n`);
    const options = ["--app", "shop", "--name", "session"];
    const wanted = [current, fallback].map((key) => deriveSealedKey(key, { app: "shop", cookieName: "session" }));
    const { out } = await cli(["key", "derive", ".env", ...options], { cwd: folder });
    expect(out).toBe(wanted.map(({ paserk }) => `${paserk}\n`).join(""));
    const { code, out: json, error } = await cli(["key", "derive", ".env", ...options, "--json"], { cwd: folder });
    expect([code, error, JSON.parse(json)]).toEqual([
      0,
      "",
      {
        source: ".env",
        app: "shop",
        cookieName: "session",
        assertion: '{"app":"shop","cookie":"session","purpose":"session"}',
        keys: [
          { role: "current", fingerprint: SecretKey.from(current).fingerprint, paserk: wanted[0]!.paserk },
          { role: "fallback", fingerprint: SecretKey.from(fallback).fingerprint, paserk: wanted[1]!.paserk },
        ],
      },
    ]);
  });

  test.each([
    ["short", /The secret key can be guessed \(refused\): a holder of the derived key can find it/],
    ["d5fb8c4fa8bd46638dadc4e751e0d68d", /The secret key is published/],
  ])("warns of the key %s on standard error and in JSON, and exits with 1", async (key, message) => {
    const env = { SECRET_KEY: key };
    const text = await cli(["key", "derive"], { env });
    expect([text.code, text.out]).toEqual([1, `${deriveSealedKey(key).paserk}\n`]);
    expect(text.error).toMatch(message);
    const json = await cli(["key", "derive", "--json"], { env });
    expect([json.code, (JSON.parse(json.out) as { keyWarning: string }).keyWarning]).toEqual([
      1,
      expect.stringMatching(message),
    ]);
  });

  test("warns of a weak fallback too", async () => {
    writeFileSync(join(folder, ".env"), `SECRET_KEY=${current}\nSECRET_KEY_FALLBACKS=short,\n`);
    const { code, error } = await cli(["key", "derive", ".env"], { cwd: folder });
    expect([code, error]).toEqual([1, expect.stringMatching(/A fallback key can be guessed/)]);
  });

  test("says what it needs, with exit code 2", async () => {
    const env = { SECRET_KEY: current };
    expect(await cli(["key", "derive"])).toMatchObject({
      code: 2,
      out: "",
      error: expect.stringContaining("latchkey key derive .env"),
    });
    expect(await cli(["key", "derive", "missing"], { cwd: folder })).toMatchObject({
      code: 2,
      error: expect.stringContaining("ENOENT"),
    });
    expect(await cli(["key", "derive", "--name", "a b"], { env })).toMatchObject({
      code: 2,
      error: expect.stringContaining("--name is the name of a cookie"),
    });
    expect(await cli(["key", "derive", "--key", current], { env })).toMatchObject({ code: 2, out: "" });
  });
});
