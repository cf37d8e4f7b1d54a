import { BadPayload } from "../../../errors.ts";
import { TaggedJson } from "../../../signing/tagged-json.ts";
import { URLSafeTimedSerializer } from "../../../signing/url-safe-timed-serializer.ts";
import { badSignature, rejection } from "../../data/rejection.ts";
import { isDataObject, textOrNothing, timeOrNothing, type SessionRecord } from "../../data/session-record.ts";
import { createSessionId } from "../../data/session-id.ts";
import type { SessionCodec, SessionFormat } from "./format.ts";

const SHAPE = /^\.?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{1,7}\.[A-Za-z0-9_-]{43}$/;
/**
 * Compression would show a secret beside a visitor's text: the cookie gets shorter with
 * each letter that is guessed.
 */
const NEVER_COMPRESS: number = Number.MAX_SAFE_INTEGER;

/**
 * Cookies that anybody can read and only this server can write: the layout of itsdangerous
 * (payload, time, signature), with HMAC-SHA-256. The signing key is derived by HKDF for the
 * cookie's name, so nothing else that the secret key signs can be a session.
 *
 * Choose it where a script of the page or another service has to look into the session; else
 * `sealed()` is the better one.
 *
 * @example
 * ```ts
 * const manager = new SessionManager({ keys, format: signed() });
 * ```
 */
export function signed(): SessionFormat {
  return {
    name: "signed",
    bind({ keys, cookieName, clock }): SessionCodec {
      const serializer = new URLSafeTimedSerializer(keys, {
        salt: `latchkey.session.${cookieName}`,
        keyDerivation: "hkdf",
        digest: "sha256",
        serializer: new TaggedJson({ allowNaN: false }),
        compressFrom: NEVER_COMPRESS,
        clock,
      });
      return {
        decode(value) {
          if (!SHAPE.test(value)) return rejection("malformed");
          try {
            const opened = serializer.verify(value);
            if (opened === undefined) return badSignature(keys);
            const record = toRecord(opened.value, opened.timestamp);
            return record === undefined ? rejection("bad_payload") : { key: opened.key, record };
          } catch (error) {
            if (error instanceof BadPayload) return rejection("bad_payload");
            throw error;
          }
        },
        encode({ id = createSessionId(), data, subject, persistent, createdAt, authenticatedAt, tag }) {
          const times = { started: createdAt, auth_time: authenticatedAt };
          return serializer.dumps({ data, id, subject, persistent: persistent || undefined, ...times, tag });
        },
      };
    },
  };
}

function toRecord(content: unknown, lastSeenAt: number): SessionRecord | undefined {
  if (!isDataObject(content)) return undefined;
  const { data, id, subject, persistent, started, auth_time: authTime, tag } = content;
  if (!isDataObject(data) || typeof id !== "string" || !Number.isSafeInteger(started)) return undefined;
  if ((subject !== undefined && typeof subject !== "string") || (persistent !== undefined && persistent !== true))
    return undefined;
  return {
    data,
    id,
    subject,
    persistent: persistent === true,
    createdAt: started as number,
    lastSeenAt,
    authenticatedAt: timeOrNothing(authTime),
    tag: textOrNothing(tag),
  };
}
