import { SessionManager, type KeyRing, type Session } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";
import { session } from "latchkey/web";
import { createContext } from "react-router";

export interface Data {
  visits: number;
}

// The build imports this file without a key: the first request loads it.
let ring: KeyRing | undefined;
const keys = () => (ring ??= loadKeyRing({ env: process.env }));
// Where a proxy ends TLS: session(manager, { trustProxy: true })
export const withSession = session(new SessionManager<Data>({ keys }));
// Off unless NODE_ENV is development.
export const toolbar = new Toolbar({ keys });

/** Where loaders and actions find the session: context.get(sessionContext). */
export const sessionContext = createContext<Session<Data>>();
