import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import { deriveKey } from "../../src/signing/index.ts";
import { type Contender, KEY } from "./contender.ts";

const signingKey = createSecretKey(deriveKey(Buffer.from(KEY), "itsdangerous", "django-concat", "sha1"));
const mac = (text: string): string => createHmac("sha1", signingKey).update(text, "utf8").digest("base64url");

/** What stands before the last dot, if the signature behind it is right. */
function verified(token: string): string {
  const end = token.lastIndexOf(".");
  const text = token.slice(0, end);
  const received = Buffer.from(token.slice(end + 1));
  const expected = Buffer.from(mac(text));
  if (received.length !== expected.length || !timingSafeEqual(received, expected)) throw new Error("bad signature");
  return text;
}

function floor(name: string, sign: (payload: unknown) => string, verify: (token: string) => unknown): Contender {
  return {
    name,
    start(payload) {
      const token = sign(payload);
      return { sign: () => sign(payload), verify: () => verify(token) };
    },
  };
}

/** What a careful person would write by hand. */
export const floors: readonly Contender[] = [
  floor(
    "floor",
    (payload) => {
      const text = JSON.stringify(payload);
      return `${text}.${mac(text)}`;
    },
    (token) => JSON.parse(verified(token)),
  ),
  floor(
    "floor + base64 + zlib",
    (payload) => {
      const json = Buffer.from(JSON.stringify(payload), "utf8");
      const packed = deflateSync(json);
      const body = packed.length < json.length - 1 ? `.${packed.toString("base64url")}` : json.toString("base64url");
      const time = Buffer.alloc(4);
      time.writeUInt32BE(Math.floor(Date.now() / 1000));
      const text = `${body}.${time.toString("base64url")}`;
      return `${text}.${mac(text)}`;
    },
    (token) => {
      const text = verified(token);
      const middle = text.lastIndexOf(".");
      if (Date.now() / 1000 - Buffer.from(text.slice(middle + 1), "base64url").readUInt32BE() > 3600)
        throw new Error("expired");
      const body = text.slice(0, middle);
      const bytes = body.startsWith(".")
        ? inflateSync(Buffer.from(body.slice(1), "base64url"))
        : Buffer.from(body, "base64url");
      return JSON.parse(bytes.toString("utf8"));
    },
  ),
];
