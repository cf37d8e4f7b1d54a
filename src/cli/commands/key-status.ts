import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { gradeSecretKey, loadKeyRing, readKeysText, SecretKey, verificationShare, type KeyLabel, type KeyUsage } from "../../index.ts";
import { EXIT, paint, type ExitCode, type Io } from "../io.ts";
import { formatOf, readUsage } from "../key-text.ts";
import { UsageError } from "../usage-error.ts";

interface Options {
  readonly usage?: string;
  readonly json?: boolean;
}

interface Row {
  readonly role: KeyLabel["role"];
  readonly fingerprint: string;
  readonly verdict: string;
  readonly bits: number;
  readonly findings: readonly string[];
  readonly share?: number | undefined;
  readonly lastUsed?: number | undefined;
}

/** `latchkey key status`: which keys there are, by fingerprint; how good, and how much used. */
export function addStatus(key: Command, io: Io, finish: (code: ExitCode) => void): void {
  key
    .command("status")
    .description("show the keys of a file, or of this environment: role, fingerprint, grade, and how much each is used")
    .argument("[file]", "a .env or key file (default: what a server with this environment would load)")
    .option("--usage <file>", "JSON of ring.usage(), or a list of them; - for standard input")
    .option("--json", "print the keys as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ latchkey key status .env
  $ curl -s localhost:9000/key-usage | latchkey key status .env --usage -

Exit code: 0 when all keys are fit for production, 1 when one is not, 2 when there is none.`,
    )
    .action(async (file: string | undefined, { usage, json }: Options) => {
      const { source, keys } = file === undefined ? fromEnvironment(io) : fromFile(file, io);
      const counters = usage === undefined ? undefined : await readUsage(usage, io);
      const rows = keys.map((secret, index) => rowOf(secret, index === 0 ? "current" : "fallback", counters));
      io.out(json === true ? `${JSON.stringify({ source, keys: rows }, null, 2)}\n` : describe(source, rows, io));
      finish(rows.every(({ verdict }) => verdict === "strong" || verdict === "acceptable") ? EXIT.good : EXIT.found);
    });
}

function fromFile(file: string, io: Io): { source: string; keys: readonly SecretKey[] } {
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, file), "utf8");
  } catch (error) {
    throw new UsageError(`The file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown error"}.`);
  }
  const { current, fallbacks } = readKeysText(text, formatOf(file));
  return { source: file, keys: [current, ...fallbacks].map((key) => SecretKey.from(key)) };
}

function fromEnvironment(io: Io): { source: string; keys: readonly SecretKey[] } {
  if (["SECRET_KEY", "SECRET_KEY_FILE", "CREDENTIALS_DIRECTORY"].every((name) => io.env[name] === undefined)) {
    throw new UsageError("Neither SECRET_KEY nor SECRET_KEY_FILE is set. Name a file: latchkey key status .env");
  }
  // Development, so that a bad key is shown with its grade and not refused; the grade itself is the same.
  const ring = loadKeyRing({ env: io.env, mode: "development", directory: io.cwd, warn: () => undefined });
  return { source: ring.source, keys: [...ring] };
}

function rowOf(secret: SecretKey, role: KeyLabel["role"], usage: readonly KeyUsage[] | undefined): Row {
  const { verdict, bits, findings } = gradeSecretKey(secret);
  const { fingerprint } = secret;
  const row = { role, fingerprint, verdict, bits, findings: findings.map(({ code }) => code) };
  if (usage === undefined) return row;
  const used = usage.filter((entry) => entry.fingerprint === fingerprint).map((entry) => entry.lastUsed ?? 0);
  return { ...row, share: verificationShare(usage, fingerprint), lastUsed: Math.max(0, ...used) || undefined };
}

function describe(source: string, rows: readonly Row[], io: Io): string {
  const lines = rows.map(({ role, fingerprint, verdict, bits, findings, share, lastUsed }) => {
    const good = verdict === "strong" || verdict === "acceptable";
    const used =
      share === undefined
        ? ""
        : `  ${(100 * share).toFixed(2)} % of verifications${lastUsed === undefined ? ", never used" : `, last ${new Date(lastUsed * 1000).toISOString()}`}`;
    return `  ${role.padEnd(8)}  ${fingerprint}  ${paint(io, good ? "green" : "red", `${good ? "✓" : "✕"} ${verdict}`)} (at most ${bits} bits)${findings.length === 0 ? "" : `  ${findings.join(", ")}`}${used}`;
  });
  return `${[`Keys from ${source}:`, ...lines].join("\n")}\n`;
}
