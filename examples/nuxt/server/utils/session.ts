import type { H3Event } from "h3";
import { SessionManager, type KeyRing, type Session } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { sessionOf } from "latchkey/node";
import { Toolbar } from "latchkey/toolbar";

interface Data {
  visits: number;
}

// `nuxt build` needs no key: the first request loads it.
let ring: KeyRing | undefined;
const keys = () => (ring ??= loadKeyRing({ env: process.env }));
export const manager = new SessionManager<Data>({ keys });
// Off unless NODE_ENV is development.
export const toolbar = new Toolbar({ keys });

/** The session of a request. */
export function useLatchkey(event: H3Event): Session<Data> {
  return sessionOf(manager, event.node.req);
}
