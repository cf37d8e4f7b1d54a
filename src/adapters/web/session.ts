import type { HeaderPair } from "../../sessions/data/header-pair.ts";
import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";
import { checkManager } from "../check-mounted.ts";
import { copyWith } from "../copy-with.ts";
import { checkedFetchOptions, type FetchOptions } from "./fetch-options.ts";
import { warnNotSaved } from "../not-saved.ts";
import { hasSession, sessionOf } from "../session-of.ts";
import { checkArguments } from "./check-arguments.ts";
import { isResponse } from "./is-response.ts";
import { checkedAnswer, runWithSession } from "./run-with-session.ts";
import { noteUnsent, takeUnsent } from "./unsent-headers.ts";
import type { Visitor } from "./visitor.ts";
import { WebFacts } from "./web-facts.ts";

/** Options of `session` for the fetch interface. */
export interface WebSessionOptions extends FetchOptions {
  /**
   * Whether a proxy in front is believed: X-Forwarded-Proto says whether the visitor came over
   * HTTPS, and X-Forwarded-Host under which host. Default: false. Set it only if the proxy sets
   * both headers itself, whatever the visitor has sent, and if nobody reaches the server past it.
   */
  readonly trustProxy?: boolean | undefined;
  /**
   * Answers what the handler throws, and a session that cannot be opened or saved. The session's
   * headers are added to its answer, if the session was saved. Default: the error is thrown on.
   */
  readonly onError?: ((error: unknown, request: Request) => Response | Promise<Response>) | undefined;
}

/** Runs a handler with the session of its request; made by `session`. */
export interface WithSession<Data extends object = Record<string, unknown>> {
  (
    request: Request,
    handler: (session: Session<Data>) => Response | Promise<Response>,
    visitor?: Visitor | null,
  ): Promise<Response>;
  /** For a handler that may upgrade to a WebSocket, where Bun wants no answer. */
  (
    request: Request,
    handler: (session: Session<Data>) => Response | undefined | Promise<Response | undefined>,
    visitor?: Visitor | null,
  ): Promise<Response | undefined>;
}

/**
 * Gives the requests of any server of the fetch interface their sessions: `Bun.serve`,
 * `Deno.serve`, Workers, and frameworks with a `Request` and a `Response`.
 *
 * `withSession(request, handler, visitor)` opens the session, calls the handler with it, saves it,
 * and adds its headers to a copy of the answer. So it works with answers that cannot be changed,
 * such as `Response.redirect(…)`, and a stream stays a stream. The session is saved before the
 * answer is handed on; a change after that throws `session_closed`. The answer to a request that
 * does not touch its session is handed on as it is.
 *
 * If the handler throws, the session is saved too, and the error is thrown on. A `Response` that is
 * thrown gets the session's headers. For any other error, `onError` or `unsentHeaders(request)`
 * brings them into the answer.
 *
 * @param options `trustProxy` and `onError`.
 * @throws InvalidOptionError for anything but a SessionManager, and for wrong options.
 *   `withSession` throws what `manager.load` and `manager.commit` throw, unless `onError` answers
 *   it.
 * @example
 * ```ts
 * const withSession = session(manager);
 * const answer = await withSession(request, ({ data }) => {
 *   data.visits = Number(data.visits ?? 0) + 1;
 *   return new Response(`Visit ${data.visits}`);
 * });
 * ```
 */
export function session<Data extends object>(
  manager: SessionManager<Data>,
  options: WebSessionOptions = {},
): WithSession<Data> {
  checkManager("session", manager);
  const { trustProxy, onError } = checkedFetchOptions(options);
  type Handler = (session: Session<Data>) => Response | undefined | Promise<Response | undefined>;

  const answered = async (
    request: Request,
    handler: Handler,
    visitor: Visitor | null | undefined,
  ): Promise<Response | undefined> => {
    const facts = new WebFacts(request, visitor, trustProxy);
    const { answer, headers, failure } = await runWithSession(manager, request, facts, handler);
    if (failure === undefined) return send(answer, headers);
    const { error } = failure;
    // Frameworks take a thrown Response for the answer.
    if (isResponse(error)) throw send(error, headers);
    noteUnsent(request, headers);
    throw error;
  };

  async function withSession(
    request: Request,
    handler: Handler,
    visitor?: Visitor | null,
  ): Promise<Response | undefined> {
    checkArguments("withSession", request, handler, visitor);
    // Called twice with the same manager: the outer call saves the session.
    if (hasSession(manager, request)) return await handler(sessionOf(manager, request));
    try {
      return await answered(request, handler, visitor);
    } catch (error) {
      if (onError === undefined || isResponse(error)) throw error;
      const answer = await onError(error, request);
      const headers = takeUnsent(request);
      return send(checkedAnswer(answer), headers);
    }
  }
  return withSession as WithSession<Data>;
}

/** The answer with the session's headers; the same answer where there are none. */
function send(answer: Response | undefined, headers: readonly HeaderPair[]): Response | undefined {
  if (headers.length === 0) return answer;
  const sent = answer === undefined ? undefined : copyWith(answer, headers);
  // What upgrades a connection may have no headers, or none that can be changed.
  if (sent === answer && !headers.every(([name, value]) => name !== "Set-Cookie" || hasCookie(sent, value)))
    warnNotSaved();
  return sent;
}

function hasCookie(answer: Response | undefined, line: string): boolean {
  return answer?.headers.getSetCookie().includes(line) === true;
}
