import { SessionManager, type KeyRing, type Session } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";
import { debugToolbar, session } from "latchkey/web";

interface Data {
  visits: number;
}

// The build imports this file without a key: the first request loads it.
let ring: KeyRing | undefined;
const keys = () => (ring ??= loadKeyRing({ env: process.env }));
// Where a proxy ends TLS: session(manager, { trustProxy: true })
export const withSession = session(new SessionManager<Data>({ keys }));
// Off unless NODE_ENV is development.
export const withToolbar = debugToolbar(new Toolbar({ keys }));

declare module "@tanstack/react-start" {
  interface Register {
    server: { requestContext: { session: Session<Data> } };
  }
}
