import type { Session } from "../../sessions/session.ts";
import { withSessionHeaders } from "./go-on.ts";
import { checkHandler, type NextSettings } from "./session-options.ts";
import { answered } from "./with-session.ts";

type Answer = Response | undefined | void;

/** The function of `proxy.ts`: it saves its session, and hands it on to the page. */
export function proxy<Data extends object, R extends Request, Event>(
  settings: NextSettings<Data>,
  handler: (request: R, session: Session<Data>, event: Event) => Answer | Promise<Answer>,
): (request: R, event: Event) => Promise<Response | undefined> {
  checkHandler("proxy", handler, "export default proxy(async (request, session) => { … })");
  return async function proxy(request, event) {
    return await answered(
      settings,
      request,
      // Next.js takes null for "goes on", too.
      async (session) => (await handler(request, session, event)) ?? undefined,
      async (answer, headers) => await withSessionHeaders(request, answer, headers),
      "proxy",
    );
  };
}
