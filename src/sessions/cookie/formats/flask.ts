import { BadPayload, SessionError } from "../../../errors.ts";
import { flaskSessionSerializer } from "../../../signing/flask-session-serializer.ts";
import { moveNumberSources } from "../../../signing/number-sources.ts";
import { badSignature, rejection } from "../../data/rejection.ts";
import { isDataObject, type SessionRecord } from "../../data/session-record.ts";
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
 * What Flask has no member for is in one entry, `_latchkey`: when the user last logged in, the
 * user's id, and the tag. A Flask that reads and writes the cookie keeps it. It counts only for the
 * user that it names, so a login in Flask with another user is not recent here.
 *
 * The entries `_user_id` (a text), `_permanent` (true) and `_latchkey` (a list of that kind) cannot
 * be saved as data: the next request would read them as a login.
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
        encode({ data, subject, persistent, authenticatedAt, tag }) {
          refuseFlaskMembers(data);
          if (!persistent && subject === undefined) return serializer.dumps(data);
          const members = new Map<string, unknown>(Object.entries(data));
          // So that the 1.0 of a Python stays a float.
          moveNumberSources(data, members);
          if (persistent) members.set("_permanent", true);
          if (subject !== undefined) members.set("_user_id", subject);
          if (subject !== undefined && authenticatedAt !== undefined)
            members.set("_latchkey", [authenticatedAt, subject, ...(tag === undefined ? [] : [tag])]);
          return serializer.dumps(members);
        },
      };
    },
  };
}

/** What this package keeps beside the data. */
type FlaskMembers = Pick<SessionRecord, "subject" | "persistent" | "authenticatedAt" | "tag">;

/**
 * Data and members share one name space in this format, so an entry that a visitor has named could
 * log somebody in.
 *
 * @throws SessionError `session_invalid`.
 */
function refuseFlaskMembers(data: Record<string, unknown>): void {
  const isUser = Object.hasOwn(data, "_user_id") && typeof data["_user_id"] === "string";
  const isPermanent = Object.hasOwn(data, "_permanent") && data["_permanent"] === true;
  if (!isUser && !isPermanent && proofOf(data) !== undefined)
    throw new SessionError(
      "session_invalid",
      'The session cannot be saved: data["_latchkey"] would be read as the time of a login by the next request. Fix: use another name for the entry.',
    );
  if (!isUser && !isPermanent) return;
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
function takeFlaskMembers(data: Record<string, unknown>): FlaskMembers {
  const persistent = Object.hasOwn(data, "_permanent") && data["_permanent"] === true;
  if (persistent) delete data["_permanent"];
  const user = Object.hasOwn(data, "_user_id") ? data["_user_id"] : undefined;
  const proof = proofOf(data);
  if (proof !== undefined) delete data["_latchkey"];
  if (typeof user !== "string") return { subject: undefined, persistent };
  delete data["_user_id"];
  // Flask may have logged another user in since.
  if (proof?.subject !== user) return { subject: user, persistent };
  return { persistent, ...proof };
}

/** When a user logged in here, and the tag of that login. */
function proofOf(data: Record<string, unknown>): Pick<FlaskMembers, "subject" | "authenticatedAt" | "tag"> | undefined {
  const entry = Object.hasOwn(data, "_latchkey") ? data["_latchkey"] : undefined;
  if (!Array.isArray(entry) || entry.length < 2 || entry.length > 3) return undefined;
  const [authenticatedAt, subject, tag] = entry as readonly unknown[];
  if (!Number.isSafeInteger(authenticatedAt) || typeof subject !== "string") return undefined;
  if (tag !== undefined && typeof tag !== "string") return undefined;
  return { authenticatedAt: authenticatedAt as number, subject, tag };
}
