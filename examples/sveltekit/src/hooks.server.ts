import type { Handle } from "@sveltejs/kit";
import { SessionManager, type KeyRing } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";
import { debugToolbar, session } from "latchkey/web";

export interface Data {
  visits: number;
}

// `vite build` imports this file without a key: the first request loads it.
let ring: KeyRing | undefined;
const keys = () => (ring ??= loadKeyRing({ env: process.env }));
// Where a proxy ends TLS: session(manager, { trustProxy: true })
const withSession = session(new SessionManager<Data>({ keys }));
// Off unless NODE_ENV is development.
const withToolbar = debugToolbar(new Toolbar({ keys }));

export const handle: Handle = async ({ event, resolve }) => {
  const visitor = { address: event.getClientAddress() };
  return await withToolbar(
    event.request,
    (request) =>
      withSession(
        request,
        (session) => {
          event.locals.session = session;
          return resolve(event);
        },
        visitor,
      ),
    visitor,
  );
};
