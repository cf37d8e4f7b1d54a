import handler, { createServerEntry } from "@tanstack/react-start/server-entry";
import { withSession, withToolbar } from "./session";

/** srvx, which runs the build, tells the address of the visitor. */
type Incoming = Request & { readonly ip?: string };

export default createServerEntry({
  async fetch(request: Incoming) {
    const visitor = request.ip === undefined ? undefined : { address: request.ip };
    return await withToolbar(
      request,
      (asked) => withSession(asked, (session) => handler.fetch(asked, { context: { session } }), visitor),
      visitor,
    );
  },
});
