import { KeyRing } from "../../index.ts";
import { judgedMode, processEnvironment, saidMode } from "../../mode.ts";
import type { Config } from "./config.ts";

/**
 * Whether DEBUG takes effect: it is on, and the environment of the process or the key ring says
 * that this is development.
 *
 * Code with `app.debug = true` is often deployed to production unchanged. There it must show
 * neither a stack trace nor the toolbar.
 */
export function isDebugging({ DEBUG, SECRET_KEY }: Config): boolean {
  const ring = SECRET_KEY instanceof KeyRing ? SECRET_KEY.saidMode : undefined;
  return DEBUG && judgedMode(saidMode(processEnvironment()), ring) === "development";
}
