import { existsSync } from "node:fs";
import { join } from "node:path";
import { unixNow, type Clock } from "../../clock.ts";
import { SecretKeyError } from "../../errors.ts";
import { checkEnvironment, judgedMode, saidMode, type Environment, type Mode } from "../../mode.ts";
import { checkKey, emitWarning, type KeyCheckRules } from "../check-key.ts";
import { developmentKey } from "./development-key.ts";
import { parseFallbacks } from "./fallbacks.ts";
import { readKeyFile } from "./key-file.ts";
import { KeyRing } from "../key-ring.ts";
import type { KnownKeys } from "../grading/known/known-keys.ts";
import { HOW_TO_MAKE_ONE, SecretKey, type SecretKeyInput } from "../secret-key.ts";
import { checkOptions } from "../../options.ts";

/** Where keys come from, and how strictly they are graded. */
export interface LoadKeyRingOptions {
  /** The environment to read: `process.env`, or `{}` to read none. */
  readonly env: Environment;
  /**
   * `production` refuses keys that can be guessed, and a start without a key. `development` warns
   * of them, and makes a key where no key is set. Unless given: LATCHKEY_ENV; else NODE_ENV, where
   * `development` and `test` mean development. Where neither is set, a key that is given is judged
   * as in production, and where none is given one is made for this machine, with a warning.
   */
  readonly mode?: Mode | undefined;
  /** The key itself, where the application has it from somewhere else. */
  readonly secretKey?: SecretKeyInput | undefined;
  /** Keys that only verify: a list, never one text. */
  readonly fallbacks?: readonly SecretKeyInput[] | undefined;
  /**
   * The folder in which `.latchkey/secret_key` keeps the development key; the working directory
   * unless given.
   */
  readonly directory?: string | undefined;
  /**
   * Gets each warning, one sentence or two without any part of a key; `process.emitWarning` unless
   * given.
   */
  readonly warn?: ((message: string) => void) | undefined;
  /**
   * Until then, fallback keys that production would refuse are accepted with a warning. Each of
   * them lets anyone who guesses it forge sessions: prefer to log everybody out.
   */
  readonly acceptWeakFallbacksUntil?: Date | undefined;
  /** Further lists of keys to refuse, from `readKeyList`. */
  readonly knownKeys?: readonly KnownKeys[] | undefined;
  /** Tells the time, in whole Unix seconds. */
  readonly clock?: Clock | undefined;
}

/** What a loader hands in: one key, or a key with its fallbacks. */
export type LoadedKeys = SecretKeyInput | { readonly current: SecretKeyInput; readonly fallbacks?: readonly SecretKeyInput[] };

/** `LoadKeyRingOptions` with a function that fetches the keys. */
export interface LoadKeyRingAsyncOptions extends LoadKeyRingOptions {
  /** Fetches the keys from a vault or a key management service. */
  readonly loader?: (() => LoadedKeys | Promise<LoadedKeys>) | undefined;
}

interface Source {
  /** How messages name it: never with a value. */
  readonly name: string;
  read(): { readonly current: SecretKeyInput; readonly fallbacks?: readonly SecretKeyInput[]; readonly warnings?: readonly string[] };
}

/**
 * The key ring of a server, from the one place that has the key:
 *
 * 1. the option `secretKey`
 * 2. the file that the environment variable SECRET_KEY_FILE names (Docker and Kubernetes secrets)
 * 3. the file `secret_key` in $CREDENTIALS_DIRECTORY (systemd credentials)
 * 4. the environment variable SECRET_KEY
 *
 * More than one of them is an error, since any choice between them would surprise somebody.
 * Fallback keys stand in the option `fallbacks`, in the further lines of a key file, or in
 * SECRET_KEY_FALLBACKS (a JSON array, or a list with commas). A server without any key, where
 * nothing says production, gets one that is kept in `.latchkey/secret_key`. All keys are graded
 * (OWASP ASVS 11.2.3), fallbacks as strictly.
 *
 * @throws SecretKeyError `key_missing`, `key_conflict` (two sources), `key_file`, `key_invalid`, or
 *   `key_refused` in production.
 * @throws InvalidOptionError for an unknown mode, a name that is no option, and a missing
 *   environment.
 * @example
 * ```ts
 * const keys = loadKeyRing({ env: process.env });
 * keys.source; // "environment variable SECRET_KEY"
 * ```
 */
export function loadKeyRing(options: LoadKeyRingOptions): KeyRing {
  checkLoading("loadKeyRing", options, LOADING);
  return load(options, presentSources(options));
}

/**
 * The same with a fifth source, a function that may wait: for vaults and key management services.
 * No service is called before the other sources were looked at.
 *
 * @throws SecretKeyError as `loadKeyRing`; what the loader throws is passed on.
 * @example
 * ```ts
 * const keys = await loadKeyRingAsync({ env: process.env, loader: async () => (await vault.read("app")).secretKey });
 * ```
 */
export async function loadKeyRingAsync(options: LoadKeyRingAsyncOptions): Promise<KeyRing> {
  checkLoading("loadKeyRingAsync", options, [...LOADING, "loader"]);
  const sources = presentSources(options);
  const { loader } = options;
  if (loader === undefined) return load(options, sources);
  refuseConflict([...sources.map(({ name }) => name), "option loader"], "secret key");
  const loaded = await loader();
  const isPair = typeof loaded === "object" && loaded !== null && !(loaded instanceof SecretKey) && !(loaded instanceof Uint8Array);
  return load(options, [{ name: "option loader", read: () => (isPair ? loaded : { current: loaded }) }]);
}

const LOADING: readonly string[] = [
  "env",
  "mode",
  "secretKey",
  "fallbacks",
  "directory",
  "warn",
  "acceptWeakFallbacksUntil",
  "knownKeys",
  "clock",
];
/** What users of other functions write. */
const INSTEAD = {
  keys: 'The key is the option "secretKey".',
  key: 'The key is the option "secretKey".',
  secret: 'The key is the option "secretKey".',
};

function checkLoading(place: string, options: LoadKeyRingOptions, known: readonly string[]): void {
  checkOptions(place, options, known, INSTEAD);
  checkEnvironment(place, options.env);
}

function rulesOf(options: LoadKeyRingOptions): KeyCheckRules & { readonly warn: (message: string) => void } {
  const { warn = emitWarning, clock = unixNow, acceptWeakFallbacksUntil, knownKeys } = options;
  return { warn, clock, acceptWeakFallbacksUntil, knownKeys };
}

function presentSources({ env, secretKey }: LoadKeyRingOptions): readonly Source[] {
  const sources: Source[] = [];
  if (secretKey !== undefined) sources.push({ name: "option secretKey", read: () => ({ current: secretKey }) });
  const file = env["SECRET_KEY_FILE"];
  if (file !== undefined) sources.push({ name: `file ${file} (environment variable SECRET_KEY_FILE)`, read: () => readKeyFile(file) });
  const folder = env["CREDENTIALS_DIRECTORY"];
  const credential = folder === undefined || folder === "" ? undefined : join(folder, "secret_key");
  if (credential !== undefined && existsSync(credential))
    sources.push({ name: `credential ${credential}`, read: () => readKeyFile(credential) });
  const variable = env["SECRET_KEY"];
  if (variable !== undefined) sources.push({ name: "environment variable SECRET_KEY", read: () => ({ current: variable }) });
  return sources;
}

function load(options: LoadKeyRingOptions, sources: readonly Source[]): KeyRing {
  refuseConflict(
    sources.map(({ name }) => name),
    "secret key",
  );
  const rules = rulesOf(options);
  const said = saidMode(options.env, options.mode);
  const source = sources[0] ?? developmentSource(options, said);
  const { current, fallbacks: own = [], warnings = [] } = source.read();
  for (const warning of warnings) rules.warn(warning);
  const fallbacks = collectFallbacks(options, own, source.name);
  const mode = judgedMode(said);
  checkKey(current, source.name, "current", mode, { ...rules, isOwnDevelopmentKey: sources.length === 0 });
  for (const fallback of fallbacks.keys) checkKey(fallback, fallbacks.name, "fallback", mode, rules);
  return new KeyRing(current, fallbacks.keys, { source: source.name, clock: rules.clock, mode: said, grading: "done", rules });
}

/**
 * The key that is made is strong, so nobody is endangered; but another server, or this one
 * elsewhere, would make another.
 */
const UNSAID = `No secret key is set, so a key for this machine is used. Nothing says where this server runs: production needs a secret key and NODE_ENV=production. ${HOW_TO_MAKE_ONE}. On your own machine set NODE_ENV=development.`;

function developmentSource({ directory = process.cwd() }: LoadKeyRingOptions, said: Mode | undefined): Source {
  if (said === "production") {
    throw new SecretKeyError(
      "key_missing",
      `A secret key is needed in production, but none of SECRET_KEY, SECRET_KEY_FILE, the systemd credential secret_key and the option secretKey is set. ${HOW_TO_MAKE_ONE}`,
    );
  }
  const { key, source, warnings } = developmentKey(directory);
  return { name: source, read: () => ({ current: key, warnings: said === undefined ? [...warnings, UNSAID] : warnings }) };
}

function collectFallbacks(
  { env, fallbacks }: LoadKeyRingOptions,
  own: readonly SecretKeyInput[],
  name: string,
): { readonly name: string; readonly keys: readonly SecretKeyInput[] } {
  if (fallbacks !== undefined && !Array.isArray(fallbacks)) {
    throw new SecretKeyError(
      "key_invalid",
      `The option fallbacks is a list of keys, not ${typeof fallbacks === "string" ? "one text" : `a ${typeof fallbacks}`}: write [key] for one.`,
    );
  }
  const variable = env["SECRET_KEY_FALLBACKS"];
  const inVariable = variable === undefined ? [] : parseFallbacks(variable);
  const present = [
    { name: "option fallbacks", keys: fallbacks ?? [] },
    { name: "environment variable SECRET_KEY_FALLBACKS", keys: inVariable },
    { name, keys: own },
  ].filter(({ keys }) => keys.length > 0);
  refuseConflict(
    present.map(({ name }) => name),
    "list of fallback keys",
  );
  return present[0] ?? { name, keys: [] };
}

function refuseConflict(names: readonly string[], what: string): void {
  if (names.length < 2) return;
  throw new SecretKeyError(
    "key_conflict",
    `There is more than one ${what}: ${names.join(" and ")}. Keep one of them and take the others away.`,
  );
}
