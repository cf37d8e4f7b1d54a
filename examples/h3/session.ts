import { SessionManager } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";
import { debugToolbar, session, type Visitor } from "latchkey/web";

export interface Data {
  visits: number;
}

const keys = loadKeyRing({ env: process.env });
export const manager = new SessionManager<Data>({ keys });
// Where a proxy ends TLS: session(manager, { trustProxy: true })
const withSession = session(manager);
// Off unless NODE_ENV is development.
const withToolbar = debugToolbar(new Toolbar({ keys }));

/** Gives a request its session, and a page the toolbar. `next` answers. */
export async function handle(
  request: Request,
  next: (request: Request) => Response | Promise<Response>,
  visitor?: Visitor,
): Promise<Response> {
  return await withToolbar(request, (asked) => withSession(asked, () => next(asked), visitor), visitor);
}
