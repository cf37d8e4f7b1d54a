import { SessionManager } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";
import { debugToolbar, session } from "latchkey/web";

export interface Data {
  visits: number;
}

const keys = loadKeyRing({ env: process.env });
export const manager = new SessionManager<Data>({ keys });
// Where a proxy ends TLS: session(manager, { trustProxy: true })
export const withSession = session(manager);
// Off unless NODE_ENV is development.
export const withToolbar = debugToolbar(new Toolbar({ keys }));
