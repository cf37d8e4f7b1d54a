import { SessionManager } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";
import { debugToolbar, session, unsentHeaders, type Visitor } from "latchkey/web";
import { answer, type Data } from "./app.ts";

const keys = loadKeyRing({ env: process.env });
const manager = new SessionManager<Data>({ keys });
// Where a proxy ends TLS: session(manager, { trustProxy: true })
const withSession = session(manager);
// Off unless NODE_ENV is development.
const withToolbar = debugToolbar(new Toolbar({ keys }));

/** Answers a request. `visitor` is the other end of the connection. */
export async function handle(request: Request, visitor: Visitor | null): Promise<Response> {
  try {
    return await withToolbar(
      request,
      (asked) => withSession(asked, (session) => answer(asked, session), visitor),
      visitor,
    );
  } catch (error) {
    console.error(error);
    // What the session held was saved. Its cookie goes out with this answer.
    const headers = unsentHeaders(request).map(([name, value]): [string, string] => [name, value]);
    return new Response("Something went wrong\n", { status: 500, headers });
  }
}
