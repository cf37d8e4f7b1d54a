import type { RequestFacts } from "../../sessions/cookie/cookie.ts";
import type { HeaderPair } from "../../sessions/data/header-pair.ts";
import { InvalidOptionError } from "../../errors.ts";
import { kindOf } from "../../options.ts";
import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";
import { noteSession } from "../session-of.ts";
import { isResponse } from "./is-response.ts";

/** What came of a handler, when its session was saved. */
export interface HandlerOutcome {
  readonly answer: Response | undefined;
  /** The headers that the session has to send. */
  readonly headers: readonly HeaderPair[];
  /** What the handler has thrown. */
  readonly failure: { readonly error: unknown } | undefined;
}

/**
 * Opens the session of a request, calls the handler with it, and saves it, also if the handler
 * throws.
 *
 * @param place the function that the reader has called, for messages.
 * @throws what `manager.load` and `manager.commit` throw. The handler's answer is then discarded.
 */
export async function runWithSession<Data extends object>(
  manager: SessionManager<Data>,
  request: Request,
  facts: RequestFacts,
  handler: (session: Session<Data>) => Response | undefined | Promise<Response | undefined>,
  place = "withSession",
): Promise<HandlerOutcome> {
  const current = await manager.load(request.headers.get("cookie"), facts);
  noteSession(manager, [request], current, facts);
  let answer: Response | undefined;
  let failure: { readonly error: unknown } | undefined;
  try {
    answer = checkedAnswer(await handler(current), place);
  } catch (error) {
    failure = { error };
  }
  try {
    return { answer, headers: await manager.commit(current), failure };
  } catch (error) {
    // The answer that is not sent must leave nothing in the one that is.
    for (const unsent of [answer, failure?.error]) if (isResponse(unsent)) await discard(unsent);
    throw error;
  }
}

/** @throws InvalidOptionError for what is no answer. */
export function checkedAnswer(answer: Response | undefined, place = "withSession"): Response | undefined {
  if (answer === undefined || isResponse(answer)) return answer;
  throw new InvalidOptionError(
    `The handler of ${place} must return a Response. It returned ${kindOf(answer)}. Fix: return new Response(text), or Response.json(data).`,
  );
}

async function discard({ body }: Response): Promise<void> {
  // A body that is being read belongs to its reader.
  if (body?.locked === false) await body.cancel();
}
