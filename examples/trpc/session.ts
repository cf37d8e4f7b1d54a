import { SessionManager, type Session as LatchkeySession } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";

interface Data {
  visits: number;
}

const keys = loadKeyRing({ env: process.env });
export const manager = new SessionManager<Data>({ keys });
// Off unless NODE_ENV is development.
export const toolbar = new Toolbar({ keys });
export type Session = LatchkeySession<Data>;
