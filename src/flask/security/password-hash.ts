import { pbkdf2, randomInt, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { InvalidOptionError } from "../../index.ts";
import { checkOptions, checkText, kindOf } from "../../options.ts";

/** How a password is hashed. */
export interface PasswordHashOptions {
  /**
   * The function and its parameters: "scrypt", "scrypt:N:r:p", "pbkdf2", "pbkdf2:sha256" or
   * "pbkdf2:sha256:ITERATIONS". Default: "scrypt:32768:8:1", which takes 32 MiB of memory, as in
   * Flask. "scrypt:131072:8:1", which OWASP advises, takes 128 MiB and four times as long.
   */
  readonly method?: string | undefined;
  /** How many letters and digits the salt has. Default: 16. */
  readonly saltLength?: number | undefined;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/** Bytes by digest. A hash is as long as its digest. */
const LENGTHS: Readonly<Record<string, number>> = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 };
const runScrypt = promisify<string, string, number, object, Buffer>(scrypt);
const runPbkdf2 = promisify(pbkdf2);

/**
 * Makes of a password what can be saved in a database, in the format of Werkzeug: Flask in Python
 * can check it too. It does not block other requests.
 *
 * @throws InvalidOptionError for an unknown method, and for parameters that it cannot have.
 * @example
 * ```ts
 * const hash = await generatePasswordHash("correct horse"); // "scrypt:32768:8:1$…$…"
 * await checkPasswordHash(hash, "correct horse"); // true
 * ```
 */
export async function generatePasswordHash(password: string, options: PasswordHashOptions = {}): Promise<string> {
  checkText("generatePasswordHash(password)", password);
  checkOptions("generatePasswordHash", options, ["method", "saltLength"]);
  const { method = "scrypt", saltLength = 16 } = options;
  checkText("generatePasswordHash(password, { method }): method", method);
  if (!Number.isSafeInteger(saltLength) || saltLength < 1)
    throw new InvalidOptionError(
      `The option saltLength of generatePasswordHash is a number of letters, at least 1. It got ${typeof saltLength === "number" ? saltLength : kindOf(saltLength)}. Fix: saltLength: 16.`,
    );
  const salt = Array.from({ length: saltLength }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  const { name, hash } = await derived(method, salt, password);
  return `${name}$${salt}$${hash}`;
}

/**
 * Whether it is the password of a hash that `generatePasswordHash` or Werkzeug has made. It takes
 * as long for a wrong password as for the right one, and does not block other requests.
 *
 * @returns false for a text that is no such hash.
 * @throws InvalidOptionError for a hash of another method.
 */
export async function checkPasswordHash(hash: string, password: string): Promise<boolean> {
  checkText("checkPasswordHash(hash)", hash);
  checkText("checkPasswordHash(hash, password): password", password);
  const [, method, salt, saved] = /^([^$]*)\$([^$]*)\$(.*)$/s.exec(hash) ?? [];
  if (method === undefined) return false;
  const given = Buffer.from((await derived(method, salt!, password)).hash);
  const known = Buffer.from(saved!);
  return given.length === known.length && timingSafeEqual(given, known);
}

async function derived(
  method: string,
  salt: string,
  password: string,
): Promise<{ readonly name: string; readonly hash: string }> {
  const [kind, ...given] = method.split(":");
  if (kind === "scrypt" && (given.length === 0 || given.length === 3)) {
    const [N, r, p] = (given.length === 0 ? ["32768", "8", "1"] : given).map((each) => whole(each, method));
    // 128 bytes for each step are the rule; OpenSSL needs a little more.
    const options = { N, r, p, maxmem: 132 * N! * r! * p! };
    const bytes = await runScrypt(password, salt, 64, options).catch((cause: unknown) => refuse(method, cause));
    return { name: `scrypt:${N}:${r}:${p}`, hash: bytes.toString("hex") };
  }
  if (kind === "pbkdf2" && given.length <= 2) {
    const [digest = "sha256", iterations = "1000000"] = given;
    const count = whole(iterations, method);
    const length = LENGTHS[digest] ?? refuse(method);
    const bytes = await runPbkdf2(password, salt, count, length, digest);
    return { name: `pbkdf2:${digest}:${count}`, hash: bytes.toString("hex") };
  }
  return refuse(method);
}

function whole(text: string, method: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(value) && value > 0 ? value : refuse(method);
}

function refuse(method: string, cause?: unknown): never {
  throw new InvalidOptionError(
    `The password hash method "${method.slice(0, 40)}" is not known, or its parameters cannot be. Fix: "scrypt", "scrypt:32768:8:1", "pbkdf2:sha256" or "pbkdf2:sha256:1000000".`,
    { cause },
  );
}
