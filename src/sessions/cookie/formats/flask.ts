import { BadPayload, SessionError } from "../../../errors.ts";
import { flaskSessionSerializer } from "../../../signing/flask-session-serializer.ts";
import { moveNumberSources } from "../../../signing/number-sources.ts";
import { badSignature, rejection } from "../../data/rejection.ts";
import { isDataObject } from "../../data/session-record.ts";
import type { SessionCodec, SessionFormat } from "./format.ts";

/** 31 days, Flask's PERMANENT_SESSION_LIFETIME, in seconds. */
const FLASK_LIFETIME = 31 * 86_400;
const SHAPE = /^\.?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{0,7}\.[A-Za-z0-9_-]{27}$/;

/**
 * Flask's own session cookie: what it writes, Flask 2.2 to 3.1 reads with the same SECRET_KEY, and
 * the reverse.
 *
 * Anybody can read such a cookie; only we can write one. `session.persistent` is Flask's
 * `_permanent`, and `session.subject` is `_user_id`, where Flask-Login has the user. The cookie
 * is called `session` and ends 31 days after it was last signed. Flask's format has no start of the
 * session: as in Flask, a session that is used again and again has no absolute end. `lifetime` and
 * `idleTimeout` both count from the last signature, and the shorter one decides.
 *
 * The entries `_user_id` (a text) and `_permanent` (true) cannot be saved as data: the next request
 * would read them as a login.
 *
 * @example
 * ```ts
 * const manager = new SessionManager({ keys, format: flask() });
 * ```
 */
export function flask(): SessionFormat {
  return {
    name: "flask",
    cookieName: "session",
    unquotes: true,
    hasNoStart: true,
    lifetimes: { lifetime: FLASK_LIFETIME, idleTimeout: FLASK_LIFETIME },
    bind({ keys, clock }): SessionCodec {
      const serializer = flaskSessionSerializer(keys, { clock, allowNaN: false });
      return {
        decode(value) {
          if (!SHAPE.test(value)) return rejection("malformed");
          try {
            const opened = serializer.verify(value);
            if (opened === undefined) return badSignature(keys);
            const { value: data, timestamp, key } = opened;
            // Flask itself would answer 500 to a list or a text here.
            if (!isDataObject(data)) return rejection("bad_payload");
            return { key, record: { ...takeFlaskMembers(data), data, createdAt: timestamp, lastSeenAt: timestamp } };
          } catch (error) {
            if (error instanceof BadPayload) return rejection("bad_payload");
            throw error;
          }
        },
        encode({ data, subject, persistent }) {
          refuseFlaskMembers(data);
          if (!persistent && subject === undefined) return serializer.dumps(data);
          const members = new Map<string, unknown>(Object.entries(data));
          // So that the 1.0 of a Python stays a float.
          moveNumberSources(data, members);
          if (persistent) members.set("_permanent", true);
          if (subject !== undefined) members.set("_user_id", subject);
          return serializer.dumps(members);
        },
      };
    },
  };
}

/**
 * Data and members share one name space in this format, so an entry that a visitor has named could
 * log somebody in.
 *
 * @throws SessionError `session_invalid`.
 */
function refuseFlaskMembers(data: Record<string, unknown>): void {
  const isUser = Object.hasOwn(data, "_user_id") && typeof data["_user_id"] === "string";
  if (!isUser && !(Object.hasOwn(data, "_permanent") && data["_permanent"] === true)) return;
  throw new SessionError(
    "session_invalid",
    isUser
      ? 'The session cannot be saved: data["_user_id"] would be read as a login by the next request. Fix: session.login(String(user.id)).'
      : 'The session cannot be saved: data["_permanent"] would be read as session.persistent by the next request. Fix: session.persistent = true.',
  );
}

/**
 * Takes out of the data what this package keeps beside it. Only in the form that Flask and
 * Flask-Login write.
 */
function takeFlaskMembers(data: Record<string, unknown>): { subject: string | undefined; persistent: boolean } {
  const persistent = Object.hasOwn(data, "_permanent") && data["_permanent"] === true;
  if (persistent) delete data["_permanent"];
  const user = Object.hasOwn(data, "_user_id") ? data["_user_id"] : undefined;
  if (typeof user !== "string") return { subject: undefined, persistent };
  delete data["_user_id"];
  return { subject: user, persistent };
}
