import { lateModule } from "../../late-module.ts";
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
import { checkOptions, kindOf } from "../../options.ts";

const fs = lateModule("node:fs");

/** Where to find the keys, and how strictly they are graded. */
export interface LoadKeyRingOptions {
  /**
   * The environment to read: `process.env`, or `{}` to read none. It is required, so that no key is
   * read by accident.
   */
  readonly env: Environment;
  /**
   * How strict the check is. `production` refuses keys that can be guessed, and throws without a
   * key. `development` only warns about such keys, and creates a key if none is set. Default:
   * LATCHKEY_ENV, then NODE_ENV, where `development` and `test` mean development. If neither is
   * set, a key that is set is checked as in production. If no key is set, one is created for this
   * machine, with a warning.
   */
  readonly mode?: Mode | undefined;
  /**
   * The key itself, if the application has it from somewhere else. If SECRET_KEY or another source
   * is also set, `loadKeyRing` throws `key_conflict`. Default: read the other sources.
   */
  readonly secretKey?: SecretKeyInput | undefined;
  /**
   * Old keys that only verify, so that sessions signed by them stay valid. A list, never a single
   * string. Default: those of the key file or of SECRET_KEY_FALLBACKS.
   */
  readonly fallbacks?: readonly SecretKeyInput[] | undefined;
  /**
   * The folder for `.latchkey/secret_key`, the file of the development key. Default: the working
   * directory. In another folder there is another key, so the old development sessions end.
   */
  readonly directory?: string | undefined;
  /**
   * Is called with each warning: one or two sentences without any part of a key. Default:
   * `process.emitWarning`.
   */
  readonly warn?: ((message: string) => void) | undefined;
  /**
   * Until this date, fallback keys that production would refuse are accepted with a warning. A
   * visitor who guesses such a key can forge sessions until then. Logging everybody out is safer.
   * Default: none are accepted.
   */
  readonly acceptWeakFallbacksUntil?: Date | undefined;
  /**
   * Further lists of keys to refuse, from `readKeyList`. Default: only the list in the package.
   */
  readonly knownKeys?: readonly KnownKeys[] | undefined;
  /** Returns the time in whole Unix seconds. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** The result of a loader: one key, or a key with its fallbacks. */
export type LoadedKeys =
  | SecretKeyInput
  | { readonly current: SecretKeyInput; readonly fallbacks?: readonly SecretKeyInput[] };

/** `LoadKeyRingOptions` with a function that fetches the keys. */
export interface LoadKeyRingAsyncOptions extends LoadKeyRingOptions {
  /**
   * Fetches the keys from a vault or a key management service. An error that it throws is passed
   * on. Default: none.
   */
  readonly loader?: (() => LoadedKeys | Promise<LoadedKeys>) | undefined;
}

/** A source that has a key. */
interface KeySource {
  /** How messages name the source. Never a value. */
  readonly name: string;
  read(): {
    readonly current: SecretKeyInput;
    readonly fallbacks?: readonly SecretKeyInput[];
    readonly warnings?: readonly string[];
  };
}

/**
 * The key ring of a server. The key comes from one of these sources:
 *
 * 1. the option `secretKey`
 * 2. the file that the environment variable SECRET_KEY_FILE names (Docker and Kubernetes secrets)
 * 3. the file `secret_key` in $CREDENTIALS_DIRECTORY (systemd credentials)
 * 4. the environment variable SECRET_KEY
 *
 * It is an error if more than one of them is set, because any choice between them would surprise.
 * Fallback keys come from the option `fallbacks`, the further lines of a key file, or
 * SECRET_KEY_FALLBACKS (a JSON array, or a list with commas). If no key is set, and neither an
 * option nor the environment says production, the server gets a key of its own, saved in
 * `.latchkey/secret_key`. All keys are graded (OWASP ASVS 11.2.3), fallbacks as strictly as the
 * current key.
 *
 * @throws SecretKeyError `key_missing`, `key_conflict` (two sources), `key_file`, `key_invalid`, or
 *   `key_refused` in production.
 * @throws InvalidOptionError for an unknown mode, an unknown option, and a missing environment.
 * @example
 * ```ts
 * const keys = loadKeyRing({ env: process.env });
 * keys.source; // "environment variable SECRET_KEY"
 * ```
 */
export function loadKeyRing(options: LoadKeyRingOptions): KeyRing {
  checkLoading("loadKeyRing", options, LOADING);
  return load(options, presentSources(options, "loadKeyRing"), "loadKeyRing");
}

/**
 * Like `loadKeyRing`, with a fifth source: an asynchronous function, for vaults and key management
 * services. It is called only after the other sources were checked.
 *
 * @throws SecretKeyError as `loadKeyRing` does. An error of the loader is passed on.
 * @example
 * ```ts
 * const keys = await loadKeyRingAsync({ env: process.env, loader: async () => (await vault.read("app")).secretKey });
 * ```
 */
export async function loadKeyRingAsync(options: LoadKeyRingAsyncOptions): Promise<KeyRing> {
  checkLoading("loadKeyRingAsync", options, [...LOADING, "loader"]);
  const sources = presentSources(options, "loadKeyRingAsync");
  const { loader } = options;
  if (loader === undefined) return load(options, sources, "loadKeyRingAsync");
  const name = "loadKeyRingAsync({ loader })";
  refuseConflict([...sources.map((source) => source.name), name], "secret key");
  const loaded = await loader();
  const isPair =
    typeof loaded === "object" && loaded !== null && !(loaded instanceof SecretKey) && !(loaded instanceof Uint8Array);
  return load(options, [{ name, read: () => (isPair ? loaded : { current: loaded }) }], "loadKeyRingAsync");
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
/** Names from other functions, and what to write here. */
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

function presentSources({ env, secretKey }: LoadKeyRingOptions, place: string): readonly KeySource[] {
  const sources: KeySource[] = [];
  if (secretKey !== undefined) sources.push({ name: `${place}({ secretKey })`, read: () => ({ current: secretKey }) });
  const file = env["SECRET_KEY_FILE"];
  if (file !== undefined)
    sources.push({ name: `file ${file} (environment variable SECRET_KEY_FILE)`, read: () => readKeyFile(file) });
  const folder = env["CREDENTIALS_DIRECTORY"];
  const credential = folder === undefined || folder === "" ? undefined : join(folder, "secret_key");
  if (credential !== undefined && fs().existsSync(credential))
    sources.push({ name: `credential ${credential}`, read: () => readKeyFile(credential) });
  const variable = env["SECRET_KEY"];
  if (variable !== undefined)
    sources.push({ name: "environment variable SECRET_KEY", read: () => ({ current: variable }) });
  return sources;
}

/** @param place the name of the function that the user called, for messages. */
function load(options: LoadKeyRingOptions, sources: readonly KeySource[], place: string): KeyRing {
  refuseConflict(
    sources.map(({ name }) => name),
    "secret key",
  );
  const rules = rulesOf(options);
  const said = saidMode(options.env, options.mode);
  const source = sources[0] ?? developmentSource(options, said, place);
  const { current, fallbacks: own = [], warnings = [] } = source.read();
  for (const warning of warnings) rules.warn(warning);
  const fallbacks = collectFallbacks(options, own, source.name, place);
  const mode = judgedMode(said);
  checkKey(current, source.name, "current", mode, { ...rules, isOwnDevelopmentKey: sources.length === 0 });
  for (const fallback of fallbacks.keys) checkKey(fallback, fallbacks.name, "fallback", mode, rules);
  return new KeyRing(current, fallbacks.keys, {
    source: source.name,
    clock: rules.clock,
    mode: said,
    grading: "done",
    rules,
  });
}

/**
 * The key that is created is strong, so this is only a warning. But another server, or this one in
 * another folder, would create a different key.
 */
const MODE_UNKNOWN = `No secret key is set, so a key for this machine is used. NODE_ENV is not set either: production needs a secret key and NODE_ENV=production. ${HOW_TO_MAKE_ONE}. On your own machine, set NODE_ENV=development.`;

function developmentSource(
  { directory = process.cwd() }: LoadKeyRingOptions,
  said: Mode | undefined,
  place: string,
): KeySource {
  if (said === "production") {
    throw new SecretKeyError(
      "key_missing",
      `Production needs a secret key, and none is set. It may be in SECRET_KEY, SECRET_KEY_FILE, the systemd credential secret_key or ${place}({ secretKey }). ${HOW_TO_MAKE_ONE}`,
    );
  }
  const { key, source, warnings } = developmentKey(directory);
  return {
    name: source,
    read: () => ({ current: key, warnings: said === undefined ? [...warnings, MODE_UNKNOWN] : warnings }),
  };
}

function collectFallbacks(
  { env, fallbacks }: LoadKeyRingOptions,
  own: readonly SecretKeyInput[],
  name: string,
  place: string,
): { readonly name: string; readonly keys: readonly SecretKeyInput[] } {
  if (fallbacks !== undefined && !Array.isArray(fallbacks)) {
    throw new SecretKeyError(
      "key_invalid",
      `${place}({ fallbacks }) must be a list of keys. It got ${kindOf(fallbacks)}. Fix: write [key] for a single key.`,
    );
  }
  const variable = env["SECRET_KEY_FALLBACKS"];
  const inVariable = variable === undefined ? [] : parseFallbacks(variable);
  const present = [
    { name: `${place}({ fallbacks })`, keys: fallbacks ?? [] },
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
    `There is more than one ${what}: ${names.join(" and ")}. Fix: keep one of them, and remove the others.`,
  );
}
