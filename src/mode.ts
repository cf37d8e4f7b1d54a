import { InvalidOptionError } from "./errors.ts";

/**
 * Where a server runs. In production every security check is strict. In development some checks
 * only warn.
 */
export type Mode = "production" | "development";

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The mode that an option or the environment sets. Undefined if neither sets one.
 *
 * 1. The option `mode`: "production", "development", or "test", which counts as development.
 * 2. The environment variable LATCHKEY_ENV, with the same words.
 * 3. The environment variable NODE_ENV: "development" and "test" mean development. Every other word
 *    means production, because a misspelled word must not weaken a server.
 *
 * @throws InvalidOptionError for another word in the option or in LATCHKEY_ENV.
 */
export function saidMode(env: Environment, mode?: string): Mode | undefined {
  if (mode !== undefined) return modeNamed(mode, 'The option "mode"');
  const own = env["LATCHKEY_ENV"];
  if (own !== undefined && own !== "") return modeNamed(own, "The environment variable LATCHKEY_ENV");
  const node = env["NODE_ENV"];
  if (node === undefined || node === "") return undefined;
  return node === "development" || node === "test" ? "development" : "production";
}

/**
 * Combines several modes into one: production, unless at least one is development and none is
 * production.
 */
export function judgedMode(...said: readonly (Mode | undefined)[]): Mode {
  return said.includes("development") && !said.includes("production") ? "development" : "production";
}

/**
 * The environment of this process, for callers that were not given one. It is empty if the runtime
 * has none, or denies it (Deno without permission). Then no mode is set, which means production.
 */
export function processEnvironment(): Environment {
  try {
    const { NODE_ENV, LATCHKEY_ENV } = process.env;
    return { NODE_ENV, LATCHKEY_ENV };
  } catch {
    return {};
  }
}

/**
 * The variables of this process with these names, and no others. A variable that the runtime denies
 * is left out.
 */
export function environmentVariables(names: readonly string[]): Environment {
  const found: Record<string, string> = {};
  for (const name of names) {
    try {
      const value = process.env[name];
      if (value !== undefined) found[name] = value;
    } catch {
      // Deno without permission for this variable.
    }
  }
  return found;
}

/** The variables of this process that begin with a prefix; none where the runtime denies it. */
export function prefixedEnvironment(prefix: string): Environment {
  try {
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith(prefix)));
  } catch {
    return {};
  }
}

/**
 * Whether this process belongs to a test run: the environment says "test", or Vitest, Jest or
 * `node --test` has started it or its parent.
 */
export function isTestRun(): boolean {
  try {
    const { NODE_ENV, LATCHKEY_ENV, VITEST, JEST_WORKER_ID, NODE_TEST_CONTEXT } = process.env;
    return (LATCHKEY_ENV || NODE_ENV) === "test" || [VITEST, JEST_WORKER_ID, NODE_TEST_CONTEXT].some(Boolean);
  } catch {
    return false;
  }
}

function modeNamed(word: string, place: string): Mode {
  if (word === "production") return "production";
  if (word === "development" || word === "test") return "development";
  throw new InvalidOptionError(
    `${place} must be "production", "development" or "test". It is ${JSON.stringify(word)}. Fix: write "production" on a server, and "development" on your own machine.`,
  );
}

/**
 * Refuses a missing environment. Without it, the function would read no key and report no problem.
 *
 * @param place the name of the function, for the message.
 * @throws InvalidOptionError with the line to write.
 */
export function checkEnvironment(place: string, env: unknown): void {
  if (typeof env === "object" && env !== null) return;
  throw new InvalidOptionError(
    `${place} needs the environment to read. Fix: ${place}({ env: process.env }), or env: {} to read none.`,
  );
}
