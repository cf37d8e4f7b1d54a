import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SecretKey } from "latchkey";
import { generateSecretKey, loadKeyRing } from "latchkey/keys";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cli } from "../support/cli.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "latchkey-rotate-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const fingerprint = (key: string): string => SecretKey.from(key).fingerprint;
const rotate = async (...options: string[]): Promise<Awaited<ReturnType<typeof cli>>> =>
  await cli(["key", "rotate", ...options], { cwd: folder });
const text = (file: string): string => readFileSync(join(folder, file), "utf8");

describe.each([
  ["a .env", ".env", (key: string) => `# settings\nPORT=8000\nSECRET_KEY=${key}\nDEBUG=0\n`],
  ["a key file", "secret_key", (key: string) => `${key}\n`],
])("latchkey key rotate on %s", (_, file, content) => {
  test("goes through the three phases; mode, comments and other settings stay", async () => {
    const old = generateSecretKey();
    writeFileSync(join(folder, file), content(old), { mode: 0o600 });
    chmodSync(join(folder, file), 0o640);

    const announced = await rotate(file, "--announce", "--json");
    expect(announced.code).toBe(0);
    const { current, fallbacks } = JSON.parse(announced.out) as { current: string; fallbacks: string[] };
    expect([current, fallbacks.length]).toEqual([fingerprint(old), 1]);

    const promoted = await rotate(file, "--promote", "--json");
    expect(JSON.parse(promoted.out)).toMatchObject({
      phase: "promote",
      current: fallbacks[0],
      fallbacks: [fingerprint(old)],
    });

    const usage = (verified: number): string =>
      JSON.stringify([
        [{ fingerprint: fallbacks[0], verified: 1000 - verified }],
        [{ fingerprint: fingerprint(old), verified }],
      ]);
    writeFileSync(join(folder, "usage.json"), usage(20));
    expect(await rotate(file, "--retire", "--usage", "usage.json")).toMatchObject({
      code: 2,
      error: expect.stringContaining("still makes 2 % of the verifications"),
    });
    expect(text(file)).toContain(old);
    writeFileSync(join(folder, "usage.json"), usage(5));
    expect(await rotate(file, "--retire", "--usage", "usage.json")).toMatchObject({ code: 0 });
    expect(text(file)).not.toContain(old);
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o640);
    if (file === ".env") expect(text(file)).toMatch(/^# settings\nPORT=8000\nSECRET_KEY=.+\nDEBUG=0\n$/s);
    expect(text(`${file}.bak`)).toContain(old);
    for (const { out, error } of [announced, promoted]) expect(out + error).not.toMatch(/lk1_/);
  });

  test("a dry run says what would be, and changes nothing", async () => {
    writeFileSync(join(folder, file), content(generateSecretKey()), { mode: 0o600 });
    const before = text(file);
    expect(await rotate(file, "--announce", "--dry-run")).toMatchObject({
      code: 0,
      out: expect.stringContaining("would write"),
    });
    expect([text(file), readdirSync(folder)]).toEqual([before, [file]]);
  });

  test("a weak old key does not stay as a fallback, unless a date is given", async () => {
    const weak = "correct-horse-1234";
    writeFileSync(join(folder, file), content(weak), { mode: 0o600 });
    await rotate(file, "--announce");
    const backup = text(file);
    expect((await rotate(file, "--promote")).out).toContain("The old key is not kept");
    expect(text(file)).not.toContain(weak);
    writeFileSync(join(folder, file), backup);
    await rotate(file, "--promote", "--keep-weak-until", "2999-01-01");
    expect(text(file)).toContain(weak);
  });

  test("--revoke-all leaves one new key", async () => {
    const old = generateSecretKey();
    writeFileSync(join(folder, file), content(old), { mode: 0o600 });
    const { code, out } = await rotate(file, "--revoke-all", "--json");
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ fallbacks: [] })]);
    expect(text(file)).not.toContain(old);
  });

  test("what it wrote is what a server loads", async () => {
    writeFileSync(join(folder, file), content(generateSecretKey()), { mode: 0o600 });
    await rotate(file, "--announce");
    const { out } = await cli(["key", "status", file, "--json"], { cwd: folder });
    const status = JSON.parse(out) as { keys: { fingerprint: string; role: string; verdict: string }[] };
    const env =
      file === ".env"
        ? Object.fromEntries(
            [...text(file).matchAll(/^(SECRET_KEY\w*)=(?:'(.*)'|(.*))$/gm)].map(([, name, quoted, bare]) => [
              name!,
              quoted ?? bare!,
            ]),
          )
        : { SECRET_KEY_FILE: join(folder, file) };
    const ring = loadKeyRing({ env, mode: "production" });
    expect([...ring].map((key) => key.fingerprint)).toEqual(status.keys.map((key) => key.fingerprint));
    expect(status.keys.map(({ role, verdict }) => [role, verdict])).toEqual([
      ["current", "strong"],
      ["fallback", "strong"],
    ]);
  });
});

describe("what cannot be rotated", () => {
  test.each([
    [["--announce", "--promote"], "The step is missing"],
    [[], "The step is missing"],
    [["nowhere.env", "--announce"], "cannot be read: ENOENT"],
    [["--promote"], "holds no second key"],
    [["--retire"], "--usage FILE"],
    [["--retire", "--usage", "usage.json", "--key", "00000000"], "has the fingerprint"],
    [["--retire", "--usage", "usage.json", "--at-most", "2"], "from 0 to 1"],
    [["--promote", "--keep-weak-until", "soon"], "must be a date"],
  ])("%j", async (options, reason) => {
    const key = generateSecretKey();
    writeFileSync(join(folder, ".env"), `SECRET_KEY=${key}\n`, { mode: 0o600 });
    writeFileSync(join(folder, "usage.json"), JSON.stringify([{ fingerprint: "00000000", verified: 1 }]));
    const result = await rotate(...options);
    expect(result).toMatchObject({ code: 2, error: expect.stringContaining(reason) });
    expect(text(".env")).toBe(`SECRET_KEY=${key}\n`);
  });

  test("status names what is missing, and shows what the environment would give", async () => {
    expect(await cli(["key", "status"], { cwd: folder })).toMatchObject({
      code: 2,
      error: expect.stringContaining("Neither SECRET_KEY nor SECRET_KEY_FILE"),
    });
    const { code, out } = await cli(["key", "status"], { cwd: folder, env: { SECRET_KEY: "correct-horse-1234" } });
    expect([code, out]).toEqual([1, expect.stringMatching(/current\s+[0-9a-f]{8}\s+✕ (?:weak|refused)/)]);
  });
});
