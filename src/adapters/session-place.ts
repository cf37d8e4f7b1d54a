import { InvalidOptionError } from "../errors.ts";

/** The place where applications look for the session: `request.session` or `ctx.session`. */
export interface SessionPlace {
  /** How applications write the place, for messages. */
  readonly name: string;
  /** How applications set entries there, for messages. */
  readonly entries: string;
  /** What the place shows: the session, or null and the like once that was assigned. */
  value: unknown;
  /** Ends the session that the place shows. */
  readonly end: () => void;
}

const PLACE: unique symbol = Symbol("latchkey session place");
type Holder = { [PLACE]?: SessionPlace | undefined; session?: unknown };

/**
 * What `session` is on a request or a context. An assignment is not just accepted: null, undefined
 * and false end the session, as people know it from koa-session and cookie-session. Anything else
 * would be lost, so it throws.
 *
 * One pair of functions for all requests, because V8 gives up on the shape of objects whose
 * accessors differ.
 */
export const sessionAccessor = {
  configurable: true,
  enumerable: true,
  get(this: object): unknown {
    return (this as Holder)[PLACE]?.value;
  },
  set(this: object, value: unknown): void {
    const place = (this as Holder)[PLACE];
    if (place === undefined || value === place.value) return;
    if (value !== null && value !== undefined && value !== false) throw notReplaceable(place, value);
    if (isSession(place.value)) place.end();
    place.value = value;
  },
};

/**
 * Puts a session in its place. A place that middleware of others has taken stays as it is;
 * `sessionOf` is the way to the session then.
 *
 * @param define whether the object gets the property; false where the framework has defined
 *   `sessionAccessor` for it.
 */
export function showSession(holder: object, place: SessionPlace, define = true): void {
  const target = holder as Holder;
  if (target[PLACE] === undefined && define) {
    if (isSession(target.session)) return;
    Object.defineProperty(target, "session", sessionAccessor);
  }
  target[PLACE] = place;
}

/** What the place shows now. */
export function shownSession(holder: object): unknown {
  return (holder as Holder)[PLACE]?.value;
}

/** Puts another object in the place of one that it shows, and does nothing if it shows another. */
export function replaceShown(holder: object, before: unknown, after: unknown): void {
  const place = (holder as Holder)[PLACE];
  if (place !== undefined && place.value === before) place.value = after;
}

/**
 * Ends the session if the application has deleted the property, which means the same as assigning
 * undefined.
 */
export function endIfDeleted(holder: object): void {
  const place = (holder as Holder)[PLACE];
  if (place === undefined || !isSession(place.value) || Object.hasOwn(holder, "session")) return;
  place.value = undefined;
  place.end();
}

function isSession(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

function notReplaceable({ name, entries }: SessionPlace, value: unknown): InvalidOptionError {
  const kind = typeof value === "object" ? "an object" : `a ${typeof value}`;
  return new InvalidOptionError(
    `${kind[0]!.toUpperCase()}${kind.slice(1)} was assigned to ${name}, where it would be lost. ` +
      `Fix: to set entries, write Object.assign(${entries}, { … }). To end the session, write ${name} = null.`,
  );
}
