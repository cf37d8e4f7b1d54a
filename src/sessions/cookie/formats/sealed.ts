import { lateModule } from "../../../late-module.ts";
import { deriveLocalKey } from "../../../keys/derive.ts";
import type { SecretKey } from "../../../keys/secret-key.ts";
import { checkOptions } from "../../../options.ts";
import { LAST_SECOND } from "../../data/lifetime.ts";
import { badSignature, rejection } from "../../data/rejection.ts";
import { readSessionJson, writeSessionJson } from "../../data/session-json.ts";
import { isDataObject, textOrNothing, timeOrNothing, type SessionRecord } from "../../data/session-record.ts";
import { createSessionId } from "../../data/session-id.ts";
import type { SessionCodec, SessionFormat } from "./format.ts";
import { parsePaseto, PasetoKey } from "./paseto.ts";
import { checkApp, sealedAssertion } from "./sealed-key.ts";

const buffer = lateModule("node:buffer");

/** A time as PASETO's claims have it (RFC 3339). We write it in UTC and in whole seconds. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Settings of `sealed()`. */
export interface SealedFormatOptions {
  /**
   * A name that keeps applications apart that share a secret key: what one sealed, another cannot
   * open. Default: "". With another `app` than before, all visitors are logged out.
   */
  readonly app?: string | undefined;
}

/**
 * The default format of cookies. The session is encrypted and authenticated: nobody without a key
 * reads or changes it.
 *
 * The cookie is a PASETO token, `v3.local` (AES-256-CTR and HMAC-SHA-384). It is bound to the
 * application and the cookie's name, and commits to its key. Another service can read it with a
 * PASETO library and a key that `latchkey key derive` prints, and never needs the secret key.
 * The claim `exp` is the session's end, so such a service enforces the end too.
 *
 * @param options `app` keeps applications apart that share a secret key. Default: "".
 * @throws InvalidOptionError for an `app` that holds NUL or is no text.
 * @example
 * ```ts
 * const manager = new SessionManager({ keys, format: sealed({ app: "shop" }) });
 * ```
 */
export function sealed(options: SealedFormatOptions = {}): SessionFormat {
  checkOptions("sealed()", options, ["app"]);
  const { app = "" } = options;
  checkApp(app, "sealed()");
  return {
    name: "sealed",
    bind({ keys, cookieName, expiryOf }): SessionCodec {
      const text = sealedAssertion(app, cookieName);
      const assertion = Buffer.from(text);
      const known = new WeakMap<SecretKey, PasetoKey>();
      const keyOf = (secret: SecretKey): PasetoKey => {
        let key = known.get(secret);
        if (key === undefined) known.set(secret, (key = new PasetoKey(deriveLocalKey(secret, text))));
        return key;
      };
      return {
        decode(value) {
          const token = parsePaseto(value);
          if (token === undefined) return rejection("malformed");
          let found: SecretKey | undefined;
          // All keys, so that the time does not say which key it was.
          for (const secret of keys) if (keyOf(secret).verifies(token, assertion)) found = secret;
          if (found === undefined) return badSignature(keys);
          keys.count(found, "verify");
          const record = fromPayload(keyOf(found).decrypt(token));
          return record === undefined ? rejection("bad_payload") : { key: found, record };
        },
        encode(record, data) {
          const payload = Buffer.from(toPayload(record, data, expiryOf(record)));
          const token = keyOf(keys.current).encrypt(payload, assertion);
          keys.count(keys.current, "sign");
          return token;
        },
      };
    },
  };
}

/** @param data as session JSON. */
function toPayload(
  { id, subject, persistent, createdAt, lastSeenAt, authenticatedAt, tag }: SessionRecord,
  data: string,
  expiry: number,
): string {
  const times = `"exp":"${timeText(Math.min(expiry, LAST_SECOND))}","iat":"${timeText(lastSeenAt)}"`;
  const stays = persistent ? ',"persistent":true' : "";
  const owner = subject === undefined ? "" : `,"sub":${writeSessionJson(subject)}`;
  const mark = tag === undefined ? "" : `,"tag":${writeSessionJson(tag)}`;
  // OpenID Connect has this claim under the same name, and in Unix seconds too.
  const proof = authenticatedAt === undefined ? "" : `"auth_time":${authenticatedAt},`;
  return `{${proof}"data":${data},${times},"jti":${writeSessionJson(id ?? createSessionId())}${stays},"started":${createdAt}${owner}${mark}}`;
}

/**
 * The session of a payload; undefined for what is not a session. Other claims are ignored, so that
 * an older release reads the cookies of a newer one.
 */
function fromPayload(payload: Buffer): SessionRecord | undefined {
  if (!buffer().isUtf8(payload)) return undefined;
  let claims: unknown;
  try {
    claims = readSessionJson(payload.toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isDataObject(claims)) return undefined;
  const { data, exp, iat, jti, persistent = false, started, sub, auth_time: authTime, tag } = claims;
  const expiresAt = secondsOf(exp);
  const lastSeenAt = secondsOf(iat);
  if (!isDataObject(data) || expiresAt === undefined || lastSeenAt === undefined || !Number.isSafeInteger(started))
    return undefined;
  if (typeof jti !== "string" || jti === "" || typeof persistent !== "boolean") return undefined;
  if (sub !== undefined && typeof sub !== "string") return undefined;
  return {
    data,
    id: jti,
    subject: sub,
    persistent,
    createdAt: started as number,
    lastSeenAt,
    authenticatedAt: timeOrNothing(authTime),
    tag: textOrNothing(tag),
    // A later end has no text, so all of them are written as this one.
    expiresAt: expiresAt < LAST_SECOND ? expiresAt : undefined,
  };
}

function timeText(seconds: number): string {
  // Not "Z", which some readers do not know. The specification's examples have "+00:00" too.
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}+00:00`;
}

function secondsOf(time: unknown): number | undefined {
  if (typeof time !== "string" || !TIME.test(time)) return undefined;
  const seconds = Math.floor(Date.parse(time) / 1000);
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}
