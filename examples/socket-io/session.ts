import { SessionManager } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";

const keys = loadKeyRing({ env: process.env });
export const manager = new SessionManager<{ visits: number }>({ keys });
// Off unless NODE_ENV is development.
export const toolbar = new Toolbar({ keys });
