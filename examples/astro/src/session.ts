import { SessionManager, type KeyRing } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";
import { debugToolbar, session } from "latchkey/web";

export interface Data {
  visits: number;
}

// `astro build` imports this file without a key: the first request loads it.
let ring: KeyRing | undefined;
const keys = () => (ring ??= loadKeyRing({ env: process.env }));
// Where a proxy ends TLS: session(manager, { trustProxy: true })
export const withSession = session(new SessionManager<Data>({ keys }));
// Off unless NODE_ENV is development.
export const withToolbar = debugToolbar(new Toolbar({ keys }));
