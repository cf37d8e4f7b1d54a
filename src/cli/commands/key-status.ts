import type { Command } from "commander";
import type { KeyLabel, KeyUsage, SecretKey } from "../../index.ts";
import { gradeSecretKey, verificationShare } from "../../keys/index.ts";
import { EXIT, paint, type ExitCode, type Io } from "../io.ts";
import { readUsageFile } from "../input/usage-file.ts";
import { readKeys } from "../input/read-keys.ts";

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

/** `latchkey key status`: lists the keys by fingerprint, with grade and use. */
export function addStatus(key: Command, io: Io, finish: (code: ExitCode) => void): void {
  key
    .command("status")
    .description("list the keys of a file or of this environment: role, fingerprint, grade and use")
    .argument("[file]", "a .env or key file (default: what a server with this environment would load)")
    .option("--usage <file>", "JSON of ring.usage(), or a list of them; - for standard input")
    .option("--json", "print the keys as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ latchkey key status .env
  $ curl -s localhost:9000/key-usage | latchkey key status .env --usage -

Exit code: 0 if all keys are fit for production, 1 if one is not, 2 if no key is set.`,
    )
    .action(async (file: string | undefined, { usage, json }: Options) => {
      const { source, keys } = readKeys(file, io, "status");
      const counters = usage === undefined ? undefined : await readUsageFile(usage, io);
      const rows = keys.map((secret, index) => rowOf(secret, index === 0 ? "current" : "fallback", counters));
      io.out(json === true ? `${JSON.stringify({ source, keys: rows }, null, 2)}\n` : describeKeys(source, rows, io));
      finish(rows.every(({ verdict }) => verdict === "strong" || verdict === "acceptable") ? EXIT.good : EXIT.found);
    });
}

function rowOf(secret: SecretKey, role: KeyLabel["role"], usage: readonly KeyUsage[] | undefined): Row {
  const { verdict, bits, findings } = gradeSecretKey(secret);
  const { fingerprint } = secret;
  const row = { role, fingerprint, verdict, bits, findings: findings.map(({ code }) => code) };
  if (usage === undefined) return row;
  const used = usage.filter((entry) => entry.fingerprint === fingerprint).map((entry) => entry.lastUsed ?? 0);
  return { ...row, share: verificationShare(usage, fingerprint), lastUsed: Math.max(0, ...used) || undefined };
}

function describeKeys(source: string, rows: readonly Row[], io: Io): string {
  const lines = rows.map(({ role, fingerprint, verdict, bits, findings, share, lastUsed }) => {
    const isGood = verdict === "strong" || verdict === "acceptable";
    const used =
      share === undefined
        ? ""
        : `  ${(100 * share).toFixed(2)} % of verifications${lastUsed === undefined ? ", never used" : `, last ${new Date(lastUsed * 1000).toISOString()}`}`;
    return `  ${role.padEnd(8)}  ${fingerprint}  ${paint(io, isGood ? "green" : "red", `${isGood ? "✓" : "✕"} ${verdict}`)} (at most ${bits} bits)${findings.length === 0 ? "" : `  ${findings.join(", ")}`}${used}`;
  });
  return `${[`Keys from ${source}:`, ...lines].join("\n")}\n`;
}
