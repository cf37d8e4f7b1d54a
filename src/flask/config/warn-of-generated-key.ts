import { wasGeneratedHere } from "../../keys/generated-here.ts";
import { isTestRun } from "../../mode.ts";
import type { Config } from "./config.ts";
import { isDebugging } from "./debugging.ts";

let hasWarned = false;

/**
 * Warns once if a server has a key that this very process has made: every restart, and every other
 * process, has another one, and logs all visitors out.
 */
export function warnOfGeneratedKey(config: Config): void {
  if (hasWarned || isDebugging(config) || isTestRun()) return;
  if (typeof config.SECRET_KEY !== "string" || !wasGeneratedHere(config.SECRET_KEY)) return;
  hasWarned = true;
  process.emitWarning(
    'app.config["SECRET_KEY"] was made by generateSecretKey() in this process. Every restart and every other process has another key, and logs all visitors out. ' +
      'Fix: make one key with "npx latchkey key generate", and let loadKeyRing read it from the environment.',
    { type: "LatchkeyWarning", code: "LATCHKEY_GENERATED_KEY" },
  );
}
