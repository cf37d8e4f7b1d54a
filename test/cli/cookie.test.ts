import { flask, sealed, SessionManager, signed } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";
import { cli } from "../support/cli.ts";

const key = generateSecretKey();
const env = { SECRET_KEY: key };

async function make(options: object, data: Record<string, unknown> = { user_id: 7 }): Promise<string> {
  const manager = new SessionManager({ keys: key, cookie: { name: "session" }, ...options });
  const session = await manager.load(undefined);
  Object.assign(session.data, data);
  return /^session=([^;]*)/.exec((await manager.commit(session)).find(([name]) => name === "Set-Cookie")![1])![1]!;
}

describe("latchkey cookie", () => {
  test.each([
    ["flask", { format: flask() }],
    ["signed", { format: signed() }],
    ["sealed", { format: sealed() }],
  ])("inspects a %s cookie: format, size, key, age and data", async (format, options) => {
    const value = await make(options);
    for (const input of [
      value,
      `session=${value}`,
      `Cookie: other=1; session=${value}\n`,
      `Set-Cookie: session=${value}; Path=/; HttpOnly`,
    ]) {
      const { code, out } = await cli(["cookie", "inspect", "--json"], { input, env });
      expect([code, JSON.parse(out)]).toEqual([
        0,
        expect.objectContaining({
          format,
          verdict: "valid",
          data: { user_id: 7 },
          bytes: value.length + 7,
          key: expect.objectContaining({ role: "current" }),
        }),
      ]);
    }
    const verified = await cli(["cookie", "verify"], { input: value, env });
    expect([verified.code, verified.out.includes("user_id")]).toEqual([0, false]);
    const other = await cli(["cookie", "verify"], { input: value, env: { SECRET_KEY: generateSecretKey() } });
    expect(other).toMatchObject({ code: 1, out: expect.stringMatching(/rejected \(bad_signature\)/) });
  });

  test("recognises a token of a store, a changed cookie, and a value that is not a cookie", async () => {
    const token = await make({ store: new MemoryStore() });
    expect(await cli(["cookie", "inspect"], { input: token, env })).toMatchObject({
      code: 0,
      out: expect.stringContaining("A genuine token"),
    });
    const flaskCookie = await make({ format: flask() });
    const changed = (flaskCookie.startsWith("e") ? "f" : "e") + flaskCookie.slice(1);
    expect(await cli(["cookie", "inspect", "--json"], { input: changed, env })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/"format": "flask"[^]*"reason": "bad_signature"/),
    });
    expect(await cli(["cookie", "inspect"], { input: "hello", env })).toMatchObject({
      code: 1,
      out: expect.stringContaining("malformed"),
    });
  });

  test("signs what it then verifies, in each format", async () => {
    for (const format of ["flask", "signed", "sealed"]) {
      const { out } = await cli(["cookie", "sign", "--format", format], { input: '{"user_id": 7}', env });
      const { out: report } = await cli(["cookie", "inspect", "--json"], { input: out, env });
      expect(JSON.parse(report)).toMatchObject({ format, data: { user_id: 7 } });
    }
  });

  test("K10: says of a published or weak key that others can make the cookie", async () => {
    const published = "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf";
    for (const [SECRET_KEY, words] of [
      [published, "The key is published: anybody can make this cookie."],
      ["hT7kQ9zLm2XwP4vN", "The key can be guessed (weak)"],
    ] as const) {
      const weak = { SECRET_KEY, LATCHKEY_ENV: "production" };
      const signed = await cli(["cookie", "sign"], { input: '{"user_id": 7}', env: weak });
      expect(signed).toMatchObject({ code: 0, error: expect.stringContaining(words) });
      for (const command of ["verify", "inspect"]) {
        const { code, out } = await cli(["cookie", command], { input: signed.out, env: weak });
        expect([code, out]).toEqual([0, expect.stringContaining(words)]);
        expect(out).not.toContain(SECRET_KEY);
        const { out: json } = await cli(["cookie", command, "--json"], { input: signed.out, env: weak });
        expect(JSON.parse(json)).toMatchObject({ keyWarning: expect.stringContaining(words) });
      }
    }
    const good = await cli(["cookie", "verify"], { input: await make({ format: flask() }), env });
    expect(good.out).not.toContain("anybody");
  });

  test("says what it needs", async () => {
    expect(await cli(["cookie", "inspect"], { input: "x" })).toMatchObject({
      code: 2,
      error: expect.stringContaining("Fix: set SECRET_KEY"),
    });
    expect(await cli(["cookie", "inspect"], { input: "", env })).toMatchObject({
      code: 2,
      error: expect.stringContaining("must hold one cookie"),
    });
    expect(await cli(["cookie", "sign"], { input: "[1]", env })).toMatchObject({
      code: 2,
      error: expect.stringContaining("JSON object"),
    });
    expect(await cli(["cookie", "sign", "--format", "jwt"], { input: "{}", env })).toMatchObject({ code: 2 });
  });
});
