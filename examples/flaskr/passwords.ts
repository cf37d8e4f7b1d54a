import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { currentApp } from "latchkey/flask";

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
/** OWASP's parameters for scrypt: N = 2^17, r = 8, p = 1 (128 MiB). Tests take a smaller N. */
const cost = (): object => ({ N: currentApp.config["SCRYPT_N"], r: 8, p: 1, maxmem: 256 * 1024 * 1024 });
/** Compared with where there is no such user, so that the time does not show it. */
const NOBODY = `${randomBytes(16).toString("hex")}:${randomBytes(32).toString("hex")}`;

/** What is saved of a password: a salt, and a hash. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString("hex")}:${(await derive(password, salt, 32, cost())).toString("hex")}`;
}

/** Whether it is the password; undefined for an unknown user takes as long. */
export async function checkPassword(saved: string | undefined, password: string): Promise<boolean> {
  const [salt = "", hash = ""] = (saved ?? NOBODY).split(":");
  const derived = await derive(password, Buffer.from(salt, "hex"), 32, cost());
  return timingSafeEqual(derived, Buffer.from(hash, "hex")) && saved !== undefined;
}
