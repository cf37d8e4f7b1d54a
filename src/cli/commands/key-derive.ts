import type { Command } from "commander";
import { deriveSealedKey, type KeyLabel, type SealedKeyOptions, type SecretKey } from "../../index.ts";
import { gradeSecretKey } from "../../keys/index.ts";
import { EXIT, paint, type ExitCode, type Io } from "../io.ts";
import { readKeys } from "../input/read-keys.ts";
import { UsageError } from "../usage-error.ts";

interface Options {
  readonly app: string;
  readonly name: string;
  readonly json?: boolean;
}

interface Row {
  readonly role: KeyLabel["role"];
  /** The fingerprint of the secret key, as other commands show it. */
  readonly fingerprint: string;
  readonly paserk: string;
}

/** `latchkey key derive`: the key that another service needs to read sealed sessions. */
export function addDerive(key: Command, io: Io, finish: (code: ExitCode) => void): void {
  key
    .command("derive")
    .description("derive the key (PASERK) with which another service reads sealed sessions, without the secret key")
    .argument("[file]", "a .env or key file (default: what a server with this environment would load)")
    .option("--app <app>", "the application's name, if sealed({ app }) has one", "")
    .option("--name <name>", "the session cookie's name", "__Host-Http-session")
    .option("--json", "print keys and implicit assertion as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ latchkey key derive .env
  $ latchkey key derive --app shop --name session --json

Each line of standard output is one key: first the one of the current secret key, then those of the fallbacks.
A derived key is a secret: its holder can read and make sessions of this cookie. Treat it like a password.

Exit code: 0, or 1 if a secret key is not fit for production, or 2 if no key is set.`,
    )
    .action((file: string | undefined, { app, name, json }: Options) => {
      const { source, keys } = readKeys(file, io, "derive");
      const options: SealedKeyOptions = { app, cookieName: name };
      if (!isCookieName(name))
        throw new UsageError(
          `--name is the name of a cookie. It got ${JSON.stringify(name)}. Fix: --name __Host-Http-session`,
        );
      const derived = keys.map((secret) => deriveSealedKey(secret, options));
      const { assertion } = derived[0]!;
      const rows = derived.map(({ paserk }, index): Row => {
        return { role: index === 0 ? "current" : "fallback", fingerprint: keys[index]!.fingerprint, paserk };
      });
      const keyWarning = warningOf(keys);
      if (json === true)
        io.out(`${JSON.stringify({ source, app, cookieName: name, assertion, keys: rows, keyWarning }, null, 2)}\n`);
      else {
        io.out(rows.map(({ paserk }) => `${paserk}\n`).join(""));
        // Standard output holds only the keys, so this goes to standard error.
        io.error(describeDerivation(source, assertion, rows));
        if (keyWarning !== undefined) io.error(`${paint(io, "red", "!")} ${keyWarning}\n`);
      }
      finish(keyWarning === undefined ? EXIT.good : EXIT.found);
    });
}

function isCookieName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

function describeDerivation(source: string, assertion: string, rows: readonly Row[]): string {
  const from = rows.map(({ role, fingerprint }) => `${fingerprint} (${role})`).join(", ");
  return `Derived from ${source}: ${from}.\nImplicit assertion: ${assertion}\nKeep the derived key secret: its holder can read and make sessions of this cookie.\n`;
}

/**
 * A guess of the secret key can be tested against a derived key. So the secret key must not be
 * guessable.
 */
function warningOf(keys: readonly SecretKey[]): string | undefined {
  for (const [index, key] of keys.entries()) {
    const { verdict, findings } = gradeSecretKey(key);
    if (verdict === "strong" || verdict === "acceptable") continue;
    const name = index === 0 ? "The secret key" : "A fallback key";
    const problem = findings.some(({ code }) => code === "published") ? "is published" : `can be guessed (${verdict})`;
    return `${name} ${problem}: a holder of the derived key can find it, and derive all other keys. Fix: npx latchkey key rotate --revoke-all`;
  }
  return undefined;
}
