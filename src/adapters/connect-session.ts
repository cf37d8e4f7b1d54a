import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestFacts } from "../sessions/cookie/cookie.ts";
import type { SessionManager } from "../sessions/manager.ts";
import type { Session } from "../sessions/session.ts";
import { beforeHeaders, isHoldable } from "./node-response/before-headers.ts";
import { headersOf } from "./headers-of.ts";
import { giveUp } from "./not-saved.ts";
import { hasSession, keepSession, sessionOf } from "./session-of.ts";
import { endIfDeleted, showSession, type SessionPlace } from "./session-place.ts";

/** What differs between node:http and Express. */
export interface ConnectOptions<Data extends object> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly facts: RequestFacts;
  /** Called when the session is open, to say what `request.session` is. */
  readonly place: (session: Session<Data>) => Omit<SessionPlace, "name" | "end">;
  /** Called just before the session is saved. */
  readonly beforeCommit?: (session: Session<Data>) => void;
  readonly onError: (error: unknown) => void;
  readonly next: () => void;
}

/**
 * Opens the session of a request for middleware that is called as connect calls it, and saves it
 * before the headers leave.
 *
 * What stands in for a response may have nothing that could be held: Socket.IO calls such
 * middleware for a WebSocket, which has no answer. Then the session is open, and the application
 * saves it with `manager.commit`.
 */
export function connectSession<Data extends object>(manager: SessionManager<Data>, options: ConnectOptions<Data>): void {
  const { request, response, facts, place, beforeCommit, onError, next } = options;
  // Mounted twice with the same manager: the outer one saves the session.
  if (hasSession(manager, request)) return next();
  const current = (): Session<Data> => sessionOf(manager, request);
  const start = (session: Session<Data>): void => {
    keepSession(manager, request, session, facts);
    showSession(request, { ...place(session), name: "request.session", end: () => current().logout() });
    const onMissed = (): void => giveUp(manager, current());
    if (!isHoldable(response)) {
      (request.socket as Partial<typeof request.socket> | null)?.once?.("close", onMissed);
      return;
    }
    const work = (): ReturnType<typeof headersOf> => {
      endIfDeleted(request);
      beforeCommit?.(current());
      return headersOf(manager, current(), response);
    };
    beforeHeaders(response, { work, onError, onMissed });
  };

  manager
    .load(request.headers.cookie, facts)
    .then(start)
    // What the handler throws is its own, and not a failure to open the session.
    .then(() => next(), onError)
    .catch(rethrow);
}

/** Out of the promise, to where exceptions of a handler without middleware would go. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
