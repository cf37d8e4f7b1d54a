import type { IncomingMessage, ServerResponse } from "node:http";
import { adapterAccess } from "../adapter-access.ts";
import type { RequestFacts } from "../sessions/cookie/cookie.ts";
import type { HeaderPair } from "../sessions/data/header-pair.ts";
import type { SessionManager } from "../sessions/manager.ts";
import type { Session } from "../sessions/session.ts";
import { beforeHeaders, isHoldable } from "./node-response/before-headers.ts";
import { appendHeaders } from "./node-response/response-headers.ts";
import { giveUp } from "./not-saved.ts";
import { hasSession, noteSession, sessionOf } from "./session-of.ts";
import { endIfDeleted, showSession, type SessionPlace } from "./session-place.ts";

/** What differs between the frameworks that answer with a response of node:http. */
export interface SessionRecipe<Data extends object> {
  readonly manager: SessionManager<Data>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly facts: RequestFacts;
  /** What `sessionOf` is given, first the one that gets the property `session`. */
  readonly carriers: readonly [object, ...object[]];
  /** What the property is, once the session is open. */
  readonly place: (session: Session<Data>) => Omit<SessionPlace, "end">;
  /** Called just before the session is saved. */
  readonly beforeCommit?: (session: Session<Data>) => void;
  /** Called if the session cannot be saved. Another answer may be given. */
  readonly onError: (error: unknown) => void;
}

/** A session between its request and the answer. */
export interface OpenSession {
  /**
   * Saves the session now, and not when the answer begins. The headers still go out with the
   * answer; if it fails, none do.
   */
  commit(): Promise<void>;
}

/**
 * Opens the session of a request, shows it in its place, and saves it before the headers leave.
 *
 * What stands in for a response may have nothing that could be held: Socket.IO calls middleware for
 * a WebSocket, which has no answer. Then the session is open, and the application saves it with
 * `manager.commit`.
 *
 * @returns undefined where the same manager is mounted a second time: the outer one saves.
 */
export function openSession<Data extends object>(recipe: SessionRecipe<Data>): Promise<OpenSession> | undefined {
  const { manager, request, facts, carriers } = recipe;
  if (hasSession(manager, carriers[0])) return undefined;
  return manager.load(request.headers.cookie, facts).then((session) => showOpen(recipe, session));
}

/** Opens a session for middleware that is called as connect calls it. */
export function connectSession<Data extends object>(recipe: SessionRecipe<Data>, next: () => void): void {
  const { manager, request, facts, carriers, onError } = recipe;
  if (hasSession(manager, carriers[0])) return next();
  const proceed = (session: Session<Data>): void => {
    try {
      showOpen(recipe, session);
    } catch (error) {
      return onError(error);
    }
    // What the handler throws is its own, and not a failure to open the session.
    next();
  };
  manager.load(request.headers.cookie, facts).then(proceed, onError).catch(rethrow);
}

function showOpen<Data extends object>(recipe: SessionRecipe<Data>, session: Session<Data>): OpenSession {
  const { manager, request, response, facts, carriers, place, beforeCommit, onError } = recipe;
  const [carrier] = carriers;
  const current = (): Session<Data> => sessionOf(manager, carrier);
  const onMissed = (): void => giveUp(manager, current());

  let committed: readonly HeaderPair[] | Promise<readonly HeaderPair[]> | undefined;
  const commit = (): typeof committed & object => {
    if (committed !== undefined) return committed;
    endIfDeleted(carrier);
    beforeCommit?.(current());
    return (committed = manager[adapterAccess].commit(current()));
  };
  const setter = (headers: readonly HeaderPair[]) => (): void => appendHeaders(response, headers);
  const work = (): (() => void) | Promise<() => void> => {
    const headers = commit();
    // A promise only where a store is waited for: then the answer is held.
    return headers instanceof Promise ? headers.then(setter) : setter(headers);
  };

  noteSession(manager, carriers, session, facts);
  showSession(carrier, { ...place(session), end: () => current().logout() });
  if (isHoldable(response)) beforeHeaders(response, { work, onError, onMissed });
  else (request.socket as Partial<typeof request.socket> | null)?.once?.("close", onMissed);
  return {
    commit: async () => {
      try {
        committed = await commit();
      } catch (error) {
        committed = [];
        throw error;
      }
    },
  };
}

/** Out of the promise, to where exceptions of a handler without middleware would go. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
