import type { Session } from "../../sessions/session.ts";
import { NextFacts } from "./next-facts.ts";
import { currentRequest } from "./request.ts";
import type { NextSettings } from "./session-options.ts";

const PLACE = {
  place: "a page or another server component of Next.js",
  fix: "change it in a server action made with action(…), a route handler made with withSession(…), or in proxy.ts",
} as const;

/** The session for reading, once for each request: a layout and its page share it. */
export function getSession<Data extends object>({
  manager,
  trustProxy,
}: NextSettings<Data>): () => Promise<Session<Data>> {
  interface Read {
    readonly cookieHeader: string;
    readonly session: Promise<Session<Data>>;
  }
  const read = new WeakMap<Headers, Read>();
  return async function getSession() {
    const { headers, cookieHeader } = await currentRequest();
    const known = read.get(headers);
    // A server action of the same request may have set another cookie.
    if (known?.cookieHeader === cookieHeader) return await known.session;
    const facts = new NextFacts({ headers }, trustProxy);
    const session = manager.loadReadOnly(cookieHeader, facts, PLACE);
    read.set(headers, { cookieHeader, session });
    return await session;
  };
}
