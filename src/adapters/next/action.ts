import type { Session } from "../../sessions/session.ts";
import { NextFacts } from "./next-facts.ts";
import { currentRequest, sendByJar } from "./request.ts";
import { checkHandler, type NextSettings } from "./session-options.ts";

/** A server action that saves its session before its result, or what it throws, goes on. */
export function action<Data extends object, Args extends readonly unknown[], Result>(
  { manager, trustProxy }: NextSettings<Data>,
  handler: (session: Session<Data>, ...args: Args) => Result | Promise<Result>,
): (...args: Args) => Promise<Result> {
  checkHandler("action", handler, "export const save = action(async (session, form: FormData) => { … })");
  return async function action(...args) {
    const { headers, cookieHeader } = await currentRequest();
    // Next.js itself calls actions for POST alone.
    const facts = new NextFacts({ headers, method: "POST" }, trustProxy);
    const session = await manager.load(cookieHeader, facts);
    let outcome: { readonly result: Result } | { readonly error: unknown };
    try {
      outcome = { result: await handler(session, ...args) };
    } catch (error) {
      // So does `redirect()`: it must not reach the browser before the store has the session.
      outcome = { error };
    }
    await sendByJar(await manager.commit(session));
    if ("error" in outcome) throw outcome.error;
    return outcome.result;
  };
}
