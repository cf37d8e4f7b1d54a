import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes, timingSafeEqual } from "node:crypto";
import { isUtf8 } from "node:buffer";
import { decodeBase64url } from "../../encoding.ts";
import type { SecretKey } from "../../keys/secret-key.ts";
import { InvalidOptionError } from "../../errors.ts";
import { checkOptions } from "../../options.ts";
import { Hmac } from "../../signing/hmac.ts";

import { badSignature, rejection, type Rejection } from "../rejection.ts";
import { readSessionJson, writeSessionJson } from "../session-json.ts";
import { isDataObject, type SessionRecord } from "../session-record.ts";
import { createSessionId, SESSION_ID_BYTES } from "../token.ts";
import type { Decoded, SessionCodec, SessionFormat } from "./format.ts";

/*
 * "e1." base64url( salt[24] commit[16] ciphertext tag[16] )
 *
 * Kp      = HKDF-SHA-256 (RFC 5869) of the secret key, salt "latchkey e1", info "enc" 0 application 0 "session" 0 cookie name
 * K       = HKDF-Expand(Kp, "msg" salt, 32), the key of AES-256-GCM for this message alone
 * commit  = HMAC-SHA-256(Kp, "mac" salt ciphertext tag), its first 16 bytes
 * nonce   = twelve zero bytes, because K is used once; the 24 random bytes of the salt keep it so beyond 2^80 messages
 * AAD     = "e1" 0 cookie name
 * plain   = flags[1] issued[6] started[6] id[12] JSON
 *
 * The commitment tells which key of the ring sealed the message, at one HMAC per key and without a key id in the cookie. It covers all of the message, so that a forgery
 * is refused before anything is decrypted, and costs no more than that.
 */
const PREFIX = "e1.";
const SALT_BYTES = 24;
const KEY_BYTES = 32;
/** Of "msg". */
const LABEL_BYTES = 3;
const MAC_LABEL = Buffer.from("mac");
const COMMIT_BYTES = 16;
const TAG_BYTES = 16;
/** Of flags and times, which the id stands behind. */
const TIMES_BYTES = 13;
const HEADER_BYTES: number = TIMES_BYTES + SESSION_ID_BYTES;
const NONCE = Buffer.alloc(12);
const CIPHER = "aes-256-gcm";
const TAG = { authTagLength: TAG_BYTES } as const;
const PERSISTENT = 1;
/** The JSON is [subject, data] and not the data alone. */
const HAS_SUBJECT = 2;

/** Settings of `sealed()`. */
export interface SealedFormatOptions {
  /** Keeps applications apart that share a key: what one sealed, another cannot open. Empty unless given. */
  readonly app?: string | undefined;
}

/**
 * The format of cookies unless another is chosen: the session is encrypted (AES-256-GCM, with a key for each message, committing to the
 * secret key), so that nobody but this server reads or changes it. It is bound to the cookie's name.
 *
 * @throws InvalidOptionError for an `app` that holds NUL or is no text.
 * @example
 * ```ts
 * const manager = new SessionManager({ keys, format: sealed({ app: "shop" }) });
 * ```
 */
export function sealed(options: SealedFormatOptions = {}): SessionFormat {
  checkOptions("sealed()", options, ["app"]);
  const { app = "" } = options;
  if (typeof app !== "string" || !app.isWellFormed() || app.includes("\0")) {
    throw new InvalidOptionError('The option "app" of sealed() is a text without NUL, such as "shop".');
  }
  return {
    name: "sealed",
    bind({ keys, cookieName }): SessionCodec {
      const hmacs = new WeakMap<SecretKey, Hmac>();
      const expandInfo = Buffer.from(`msg${"\0".repeat(SALT_BYTES)}\u0001`);
      const additional = Buffer.from(`e1\0${cookieName}`);
      const info = `enc\0${app}\0session\0${cookieName}`;

      const hmacOf = (key: SecretKey): Hmac => {
        let hmac = hmacs.get(key);
        if (hmac === undefined) {
          hmac = new Hmac("sha256", Buffer.from(hkdfSync("sha256", key.bytes(), "latchkey e1", info, KEY_BYTES)));
          hmacs.set(key, hmac);
        }
        return hmac;
      };
      // The first block of HKDF-Expand; node:crypto offers it only together with Extract. As a KeyObject, which a cipher takes ten times as fast as the same bytes.
      const cipherKeyOf = (key: SecretKey, salt: Uint8Array): KeyObject => {
        expandInfo.set(salt, LABEL_BYTES);
        return createSecretKey(hmacOf(key).digestBytes(expandInfo));
      };
      const commitmentOf = (key: SecretKey, labelled: Uint8Array): Buffer => hmacOf(key).digestBytes(labelled).subarray(0, COMMIT_BYTES);

      return {
        decode(value) {
          const bytes = value.startsWith(PREFIX) ? decodeBase64url(value.slice(PREFIX.length)) : undefined;
          if (bytes === undefined || bytes.length < SALT_BYTES + COMMIT_BYTES + HEADER_BYTES + 2 + TAG_BYTES) return rejection("malformed");
          const salt = bytes.subarray(0, SALT_BYTES);
          const received = bytes.subarray(SALT_BYTES, SALT_BYTES + COMMIT_BYTES);
          const body = bytes.subarray(SALT_BYTES + COMMIT_BYTES);
          const labelled = Buffer.concat([MAC_LABEL, salt, body]);
          let found: SecretKey | undefined;
          // All keys, so that the time tells nobody which one it was.
          for (const key of keys) if (timingSafeEqual(received, commitmentOf(key, labelled))) found = key;
          const plain = found && decrypt(cipherKeyOf(found, salt), additional, body);
          if (found === undefined || plain === undefined) return badSignature(keys);
          keys.count(found, "verify");
          return fromPlain(plain, found);
        },
        encode(record, text) {
          const salt = randomBytes(SALT_BYTES);
          const cipher = createCipheriv(CIPHER, cipherKeyOf(keys.current, salt), NONCE, TAG).setAAD(additional);
          const body = [cipher.update(toPlain(record, text)), cipher.final(), cipher.getAuthTag()];
          const commit = commitmentOf(keys.current, Buffer.concat([MAC_LABEL, salt, ...body]));
          keys.count(keys.current, "sign");
          return PREFIX + Buffer.concat([salt, commit, ...body]).toString("base64url");
        },
      };
    },
  };
}

function decrypt(key: KeyObject, additional: Buffer, message: Buffer): Buffer | undefined {
  const decipher = createDecipheriv(CIPHER, key, NONCE, TAG).setAAD(additional);
  decipher.setAuthTag(message.subarray(message.length - TAG_BYTES));
  const start = decipher.update(message.subarray(0, message.length - TAG_BYTES));
  try {
    return Buffer.concat([start, decipher.final()]);
  } catch {
    return undefined;
  }
}

function toPlain({ id, subject, persistent, createdAt, lastSeenAt }: SessionRecord, text: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = (persistent ? PERSISTENT : 0) | (subject === undefined ? 0 : HAS_SUBJECT);
  header.writeUIntBE(lastSeenAt, 1, 6);
  header.writeUIntBE(createdAt, 7, 6);
  header.write(id ?? createSessionId(), TIMES_BYTES, "base64url");
  const json = subject === undefined ? text : `[${writeSessionJson(subject)},${text}]`;
  return Buffer.concat([header, Buffer.from(json, "utf8")]);
}

function fromPlain(plain: Buffer, key: SecretKey): Decoded | Rejection {
  const flags = plain[0]!;
  const json = plain.subarray(HEADER_BYTES);
  if (flags > (PERSISTENT | HAS_SUBJECT) || !isUtf8(json)) return rejection("bad_payload");
  let value: unknown;
  try {
    value = readSessionJson(json.toString("utf8"));
  } catch {
    return rejection("bad_payload");
  }
  const [subject, data] = (flags & HAS_SUBJECT) === 0 ? [undefined, value] : Array.isArray(value) ? (value as [unknown, unknown]) : [];
  if (!isDataObject(data) || (subject !== undefined && typeof subject !== "string")) return rejection("bad_payload");
  const record = {
    data,
    id: plain.toString("base64url", TIMES_BYTES, HEADER_BYTES),
    subject,
    persistent: (flags & PERSISTENT) !== 0,
    lastSeenAt: plain.readUIntBE(1, 6),
    createdAt: plain.readUIntBE(7, 6),
  };
  return { key, record };
}
