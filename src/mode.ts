import { InvalidOptionError } from "./errors.ts";

/**
 * Where a server runs. In production every judgement of security is strict; in development some
 * only warn.
 */
export type Mode = "production" | "development";

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The mode that somebody has said, by an option or in the environment; undefined where nobody has.
 *
 * 1. The option `mode`: "production", "development", or "test", which counts as development.
 * 2. The environment variable LATCHKEY_ENV, with the same words.
 * 3. The environment variable NODE_ENV: "development" and "test" mean development, and every other
 *    word means production, because a misspelled word must not weaken a server.
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
 * The one judgement of what was said: production, unless at least one says development and none
 * says production.
 */
export function judgedMode(...said: readonly (Mode | undefined)[]): Mode {
  return said.includes("development") && !said.includes("production") ? "development" : "production";
}

/**
 * The environment of this process, for those who were handed none. Empty where the runtime has
 * none, or denies it (Deno without permission): then nobody has said development.
 */
export function processEnvironment(): Environment {
  try {
    const { NODE_ENV, LATCHKEY_ENV } = process.env;
    return { NODE_ENV, LATCHKEY_ENV };
  } catch {
    return {};
  }
}

function modeNamed(word: string, place: string): Mode {
  if (word === "production") return "production";
  if (word === "development" || word === "test") return "development";
  throw new InvalidOptionError(`${place} is "production", "development" or "test"; it is ${JSON.stringify(word)}.`);
}

/**
 * Refuses a missing environment: without it a function would read no key, and find nothing wrong
 * with that.
 *
 * @param place names the function in the message.
 * @throws InvalidOptionError with the line to write.
 */
export function checkEnvironment(place: string, env: unknown): void {
  if (typeof env === "object" && env !== null) return;
  throw new InvalidOptionError(`${place} needs the environment to read. Fix: ${place}({ env: process.env }), or env: {} to read none.`);
}
