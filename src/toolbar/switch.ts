import { InvalidOptionError } from "../errors.ts";
import { judgedMode, processEnvironment, saidMode, type Mode } from "../mode.ts";

let warned = false;

/** The options of a toolbar that decide whether it runs. */
interface SwitchOptions {
  readonly mode?: string | undefined;
  readonly production?: boolean | undefined;
  readonly authorize?: unknown;
}

/** How a toolbar was judged. */
export interface Judgement {
  /** Whether it runs. */
  readonly on: boolean;
  /** How strictly its keys are graded. */
  readonly mode: Mode;
}

/**
 * Whether a toolbar runs: where development was said and nobody says production, or where both
 * options for production are given.
 *
 * Three places can say it: the option `mode`, the environment of the process, and the key ring.
 *
 * @throws InvalidOptionError for an unknown mode, and in production for one of `production` and
 *   `authorize` without the other.
 */
export function judge({ mode: own, production, authorize }: SwitchOptions, ring: Mode | undefined): Judgement {
  const said = [own === undefined ? undefined : saidMode({}, own), saidMode(processEnvironment()), ring];
  const mode = judgedMode(...said);
  if (production === true && authorize !== undefined) return { on: true, mode };
  const development = mode === "development";
  if (production === true || (!development && authorize !== undefined)) {
    throw new InvalidOptionError(
      `The debug toolbar is for development and does not start in production by the option ${production === true ? "production" : "authorize"} alone. ` +
        "Fix: leave the option out; or, if the toolbar must run in production, give both: " +
        "new Toolbar({ keys, production: true, authorize: (request) => … }).",
    );
  }
  if (!development) warnOnce(said.includes("production"));
  return { on: development, mode };
}

/**
 * A toolbar that stays away without a word would be looked for. Said once, since a process may make
 * several.
 */
function warnOnce(production: boolean): void {
  if (warned) return;
  warned = true;
  process.emitWarning(
    `The debug toolbar is off, because ${production ? "this is production" : "nothing says that this is development"}. ` +
      "To turn it on, start the server with the environment variable NODE_ENV=development.",
    { code: "LATCHKEY_TOOLBAR_OFF" },
  );
}
