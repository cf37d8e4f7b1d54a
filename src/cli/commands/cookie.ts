import { Option, type Command } from "commander";
import { KeyRing } from "../../index.ts";
import { gradeSecretKey, loadKeyRing } from "../../keys/index.ts";
import { FORMAT_NAMES, inspectCookie, signCookie, type CookieReport } from "../inspect-cookie.ts";
import { EXIT, paint, type ExitCode, type Io } from "../io.ts";
import { readKeyInput } from "../input/key-input.ts";
import { UsageError } from "../usage-error.ts";

interface Options {
  readonly name: string;
  readonly keyFile?: string;
  readonly format: string;
  readonly json?: boolean;
}

/**
 * `latchkey cookie …`: decodes, verifies and makes session cookies, with the keys of this
 * environment.
 */
export function addCookie(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  const cookie = program
    .command("cookie")
    .description("decode, verify and make session cookies (read from standard input)");
  const shared = (command: Command): Command =>
    command
      .option("--name <name>", "the cookie's name, which some formats are bound to", "session")
      .option("--key-file <file>", "read the key from a file (default: SECRET_KEY or SECRET_KEY_FILE)")
      .option("--json", "print JSON");

  shared(cookie.command("inspect").description("print a cookie's format, age, size, key, verdict and data"))
    .addHelpText("after", EXAMPLES)
    .action(async (options: Options) => {
      const ring = await readRing(options, io);
      const report = {
        ...(await inspectCookie(...(await readCookie(options, io)), ring)),
        keyWarning: warningOf(ring),
      };
      io.out(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : describeCookie(report, true, io));
      finish(report.verdict === "valid" ? EXIT.good : EXIT.found);
    });

  shared(
    cookie
      .command("verify")
      .description("say whether a cookie would be accepted, and why not, without printing its data"),
  )
    .addHelpText("after", EXAMPLES)
    .action(async (options: Options) => {
      const ring = await readRing(options, io);
      const { data: _, subject: __, ...known } = await inspectCookie(...(await readCookie(options, io)), ring);
      const report = { ...known, keyWarning: warningOf(ring) };
      io.out(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : describeCookie(report, false, io));
      finish(report.verdict === "valid" ? EXIT.good : EXIT.found);
    });

  shared(cookie.command("sign").description("make a cookie that holds the JSON object on standard input"))
    .addOption(new Option("--format <format>", "what the cookie looks like").choices(FORMAT_NAMES).default("sealed"))
    .addHelpText("after", EXAMPLES)
    .action(async (options: Options) => {
      const ring = await readRing(options, io);
      const value = await signCookie(readObject(await io.readInput()), options.format, options.name, ring);
      const keyWarning = warningOf(ring);
      io.out(options.json === true ? `${JSON.stringify({ name: options.name, value, keyWarning })}\n` : `${value}\n`);
      // Standard output holds only the cookie, so this goes to standard error.
      if (keyWarning !== undefined && options.json !== true) io.error(`${paint(io, "red", "!")} ${keyWarning}\n`);
    });
}

const EXAMPLES = `
Examples:
  $ pbpaste | latchkey cookie inspect
  $ echo "$COOKIE" | latchkey cookie verify --name __Host-Http-session
  $ echo '{"user_id": 7}' | latchkey cookie sign --format flask

Standard input is the value, name=value, or a whole Cookie or Set-Cookie header. Exit code: 0 valid, 1 rejected, 2 nothing to read.`;

async function readRing({ keyFile }: Options, io: Io): Promise<KeyRing> {
  if (keyFile !== undefined)
    return new KeyRing((await readKeyInput({ file: keyFile }, io)).bytes, [], { mode: "development", grading: "done" });
  if (io.env["SECRET_KEY"] === undefined && io.env["SECRET_KEY_FILE"] === undefined)
    throw new UsageError(
      "There is no key to verify the cookie with. Fix: set SECRET_KEY or SECRET_KEY_FILE, or give --key-file FILE.",
    );
  // Development mode, so that a cookie of a bad key is shown and not refused.
  return loadKeyRing({ env: io.env, mode: "development", directory: io.cwd, warn: () => undefined });
}

/**
 * A warning that other people can make such a cookie, if a key of the ring is published or can be
 * guessed.
 */
function warningOf(ring: KeyRing): string | undefined {
  for (const key of ring) {
    const { verdict, findings } = gradeSecretKey(key);
    const name = key === ring.current ? "The key" : "A fallback key";
    if (findings.some(({ code }) => code === "published"))
      return `${name} is published: anybody can make this cookie. Fix: npx latchkey key rotate --revoke-all`;
    if (verdict === "weak" || verdict === "refused")
      return `${name} can be guessed (${verdict}): anyone who guesses it can make this cookie. Fix: npx latchkey key rotate --revoke-all`;
  }
  return undefined;
}

/** The value and the name of the cookie on standard input, in any of its forms. */
async function readCookie({ name }: Options, io: Io): Promise<[value: string, name: string]> {
  const text = (await io.readInput())
    .toString("utf8")
    .trim()
    .replace(/^(?:set-)?cookie:\s*/i, "");
  if (text === "" || text.includes("\n"))
    throw new UsageError(
      'Standard input must hold one cookie on one line. Fix: echo "$COOKIE" | latchkey cookie inspect',
    );
  for (const part of text.split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return [part.slice(at + 1).trim(), name];
  }
  // No format contains an equals sign: this is "name=value" of another cookie, or the value itself.
  const [first = ""] = text.split(";");
  const [left = "", right] = first.split(/=(.*)/s);
  return right === undefined || right === "" ? [first.trim(), name] : [right.trim(), left.trim()];
}

function readObject(input: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(input.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The error below says it.
  }
  throw new UsageError("Standard input must be a JSON object. Fix: echo '{\"user_id\": 7}' | latchkey cookie sign");
}

function describeCookie(
  {
    format,
    verdict,
    reason,
    explanation,
    key,
    bytes,
    issuedAt,
    expiresAt,
    subject,
    data,
    keyWarning,
  }: CookieReport & {
    readonly keyWarning: string | undefined;
  },
  mayShowData: boolean,
  io: Io,
): string {
  const rows = [
    ["format", format ?? "unknown"],
    ["size", `${bytes} of 4096 bytes (name and value)`],
    ["key", key && `${key.fingerprint} (${key.role})`],
    ["issued", issuedAt],
    ["expires", expiresAt],
    ["subject", subject],
    [
      "data",
      mayShowData && data !== undefined
        ? JSON.stringify(data, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))
        : undefined,
    ],
  ].filter((row): row is [string, string] => row[1] !== undefined);
  const head =
    verdict === "valid" ? paint(io, "green", "✓ valid") : paint(io, "red", `✕ rejected (${reason ?? "unknown"})`);
  const warning = keyWarning === undefined ? [] : [`${paint(io, "red", "!")} ${keyWarning}`];
  return `${[`${head}  ${explanation}`, ...warning, ...rows.map(([name, text]) => `  ${name.padEnd(8)} ${text}`)].join("\n")}\n`;
}
