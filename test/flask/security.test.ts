import { checkPasswordHash, generatePasswordHash, secureFilename } from "latchkey/flask";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pythonWithFlask, RealFlask } from "../support/real-flask.ts";

const FILENAMES = [
  "My cool movie.mov",
  "../../../etc/passwd",
  "/etc/passwd",
  "..\\..\\windows\\win.ini",
  "a/b/../c.txt",
  "übergrößen ﬁle ①.txt",
  "Ж.png",
  ".htaccess",
  "..",
  "",
  "   ",
  "a\u0000b.txt",
  "a\tb\u001fc\u000bd\u0085e\u00a0f.txt",
  "__init__.py",
  "a;b|c&d$(e).sh",
  "name\r\nSet-Cookie: x.txt",
  "con.txt",
  "日本語.tar.gz",
  "a..b...",
  "-rf",
];
const PASSWORDS = ["correct horse", "", "pässwörd 🐎", "a$b:c", "x".repeat(300)];

describe.skipIf(pythonWithFlask === undefined)("as the real Werkzeug", () => {
  let real: RealFlask;
  beforeAll(() => {
    real = new RealFlask(pythonWithFlask!);
  });
  afterAll(() => real.close());

  test("secureFilename makes the same names", async () => {
    const theirs = await real.evaluate<string[]>(
      `from werkzeug.utils import secure_filename\nvalue = [secure_filename(name) for name in json.loads(${JSON.stringify(JSON.stringify(FILENAMES))})]`,
    );
    expect(FILENAMES.map(secureFilename)).toEqual(theirs);
  });

  test("each reads the hashes of the other", { timeout: 300_000 }, async () => {
    const methods = ["scrypt:1024:8:1", "scrypt", "pbkdf2:sha256:1000", "pbkdf2:sha512:1000", "pbkdf2:sha1:1000"];
    // The default is expensive, so it hashes one password alone.
    const pairs = methods.flatMap((method) =>
      PASSWORDS.slice(0, method === "scrypt" ? 1 : undefined).map((password) => ({ method, password })),
    );
    const ours = await Promise.all(
      pairs.map(async ({ method, password }) => ({
        password,
        hash: await generatePasswordHash(password, { method, saltLength: 9 }),
      })),
    );
    const { hashes, isRight, isWrong } = await real.evaluate<{
      hashes: string[];
      isRight: boolean[];
      isWrong: boolean[];
    }>(
      [
        "from werkzeug.security import check_password_hash as check, generate_password_hash as generate",
        `ours = json.loads(${JSON.stringify(JSON.stringify(ours))})`,
        `pairs = json.loads(${JSON.stringify(JSON.stringify(pairs))})`,
        "value = {'hashes': [generate(each['password'], each['method']) for each in pairs],",
        "  'isRight': [check(each['hash'], each['password']) for each in ours],",
        "  'isWrong': [check(each['hash'], each['password'] + '!') for each in ours]}",
      ].join("\n"),
    );
    expect(new Set(isRight)).toEqual(new Set([true]));
    expect(new Set(isWrong)).toEqual(new Set([false]));
    for (const [index, hash] of hashes.entries()) {
      const { password } = pairs[index]!;
      expect(await checkPasswordHash(hash, password)).toBe(true);
      expect(await checkPasswordHash(hash, `${password}!`)).toBe(false);
      expect(hash.split("$")[0]).toBe(ours[index]!.hash.split("$")[0]);
    }
  });
});

describe("hashes of passwords", () => {
  test("have a salt, so that two of the same password differ", async () => {
    const options = { method: "pbkdf2:sha256:10" };
    const [one, two] = await Promise.all(
      ["same", "same"].map(async (each) => await generatePasswordHash(each, options)),
    );
    expect(one).toMatch(/^pbkdf2:sha256:10\$[A-Za-z0-9]{16}\$[0-9a-f]{64}$/);
    expect(one).not.toBe(two);
  });

  test("a text that is no hash is no password", async () => {
    for (const hash of ["", "secret", "scrypt:1024:8:1", "a$b"])
      expect(await checkPasswordHash(hash, "secret")).toBe(false);
    expect(await checkPasswordHash("pbkdf2:sha256:10$salt$", "secret")).toBe(false);
  });

  test.each([
    ["md5"],
    ["plain"],
    ["scrypt:1024"],
    ["scrypt:1000:8:1"],
    ["scrypt:0:8:1"],
    ["pbkdf2:md5:1000"],
    ["pbkdf2:sha256:0"],
    ["pbkdf2:sha256:1e3"],
    ["pbkdf2:sha256:1:1"],
  ])("the method %s is refused by its name", async (method) => {
    const words = `The password hash method "${method}" is not known`;
    await expect(generatePasswordHash("x", { method })).rejects.toThrow(words);
    await expect(checkPasswordHash(`${method}$salt$hash`, "x")).rejects.toThrow(words);
  });

  test("what is no text, and what is no salt, is refused", async () => {
    await expect(generatePasswordHash(7 as never)).rejects.toThrow("generatePasswordHash(password)");
    await expect(generatePasswordHash("x", { saltLength: 0 })).rejects.toThrow("saltLength");
    await expect(checkPasswordHash(undefined as never, "x")).rejects.toThrow("checkPasswordHash(hash)");
    expect(() => secureFilename(undefined as never)).toThrow("secureFilename(filename)");
  });
});
