import type { HeaderPair } from "../../sessions/data/header-pair.ts";
import type { Session } from "../../sessions/session.ts";
import { copyWith } from "../copy-with.ts";
import { InvalidOptionError } from "../../errors.ts";
import { hasSession, sessionOf } from "../session-of.ts";
import { pathOf } from "../node-facts.ts";
import { runWithSession } from "../web/run-with-session.ts";
import { isOfNext, statusAskedFor } from "./control-flow.ts";
import { NextFacts } from "./next-facts.ts";
import { sendByJar } from "./request.ts";
import { checkHandler, type NextSettings } from "./session-options.ts";

/** A route handler that saves its session before the answer is handed on. */
export function withSession<Data extends object, R extends Request, Context>(
  settings: NextSettings<Data>,
  handler: (request: R, session: Session<Data>, context: Context) => Response | Promise<Response>,
): (request: R, context: Context) => Promise<Response> {
  checkHandler("withSession", handler, "export const GET = withSession(async (request, session) => new Response(…))");
  const { manager } = settings;
  return async function withSession(request, context) {
    // Called inside of another one: the outer one saves the session.
    if (hasSession(manager, request)) return await handler(request, sessionOf(manager, request), context);
    return (await answered(
      settings,
      request,
      async (session) => present(await handler(request, session, context)),
      async (answer, headers) => (headers.length === 0 ? answer : copyWith(answer!, headers)),
    ))!;
  };
}

/** In JavaScript, a handler may forget its answer. */
function present(answer: Response | undefined): Response {
  if (answer !== undefined) return answer;
  throw new InvalidOptionError(
    "The handler of withSession must return a Response. It returned undefined. Fix: return new Response(text), or Response.json(data).",
  );
}

/** Puts the session's headers on an answer. */
type Send = (answer: Response | undefined, headers: readonly HeaderPair[]) => Promise<Response | undefined>;

/** Runs a handler with its session, and answers what it throws as far as Next.js does not. */
export async function answered<Data extends object>(
  { manager, trustProxy, onError }: NextSettings<Data>,
  request: Request,
  handler: (session: Session<Data>) => Response | undefined | Promise<Response | undefined>,
  send: Send,
  place = "withSession",
): Promise<Response | undefined> {
  const { headers, method, url } = request;
  const facts = new NextFacts({ headers, method, path: pathOf(url) }, trustProxy);
  let sent: readonly HeaderPair[] = [];
  try {
    const outcome = await runWithSession(manager, request, facts, handler, place);
    sent = outcome.headers;
    if (outcome.failure !== undefined) throw outcome.failure.error;
    return await send(outcome.answer, sent);
  } catch (error) {
    const status = statusAskedFor(error);
    // As Next.js answers it, and with the cookie.
    if (status !== undefined) return copyWith(new Response(null, { status }), sent);
    if (isOfNext(error)) {
      await sendByJar(sent);
      throw error;
    }
    if (onError === undefined) throw error;
    return copyWith(await onError(error, request), sent);
  }
}
