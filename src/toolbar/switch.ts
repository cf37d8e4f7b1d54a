import { InvalidOptionError } from "../errors.ts";
import { judgedMode, processEnvironment, saidMode, type Mode } from "../mode.ts";

let warned = false;

/** The options of a toolbar that decide whether it runs. */
interface SwitchOptions {
  readonly mode?: string | undefined;
  readonly production?: boolean | undefined;
  readonly authorize?: unknown;
}

/** The decision about a toolbar. */
export interface Judgement {
  /** Whether it runs. */
  readonly isOn: boolean;
  /** How strictly its keys are graded. */
  readonly mode: Mode;
}

/**
 * Decides whether a toolbar runs. The option `mode`, the environment of the process and the key
 * ring can each say development or production. The toolbar runs if one of them says development and
 * none says production, or if both `production` and `authorize` are given.
 *
 * @throws InvalidOptionError for an unknown mode, and in production for one of `production` and
 *   `authorize` without the other.
 */
export function judge({ mode: own, production, authorize }: SwitchOptions, ring: Mode | undefined): Judgement {
  const said = [own === undefined ? undefined : saidMode({}, own), saidMode(processEnvironment()), ring];
  const mode = judgedMode(...said);
  if (production === true && authorize !== undefined) return { isOn: true, mode };
  const development = mode === "development";
  if (production === true || (!development && authorize !== undefined)) {
    throw new InvalidOptionError(
      `The debug toolbar is for development and does not start in production by the option ${production === true ? "production" : "authorize"} alone. ` +
        "Fix: leave the option out. If the toolbar must run in production, set both: " +
        "new Toolbar({ keys, production: true, authorize: (request) => … }).",
    );
  }
  if (!development) warnOnce(said.includes("production"));
  return { isOn: development, mode };
}

/**
 * Says on standard error why the toolbar is off; otherwise people would search for the reason. Only
 * once, because a process may make several toolbars.
 */
function warnOnce(production: boolean): void {
  if (warned) return;
  warned = true;
  process.emitWarning(
    `The debug toolbar is off, because ${production ? "this is production" : "nothing says that this is development"}. ` +
      "Fix: to turn it on, start the server with the environment variable NODE_ENV=development.",
    { code: "LATCHKEY_TOOLBAR_OFF" },
  );
}
