/** Names of entries that hold something secret, whole or as a part of the name. */
const SECRET_NAME = new RegExp(
  "passw|passphrase|secret|token|csrf|xsrf|nonce|verifier|challenge|authorization|credential|cookie|private|api_?key|signature" +
    "|^(?:otp|pin|state|code|key|jwt|seed|salt|hash)$",
  "i",
);
/** A text without spaces that is as long as random bytes are, and has a digit, as they do. */
const LIKE_A_TOKEN = /^(?=.*\d)[\w+/=.~:-]{20,}$/;
const HIDDEN = "[hidden]";
/** Deeper than this nothing is shown; console.log itself shows less. */
const DEEPEST = 8;

/**
 * A copy of a session's entries for a log: what seems to be a password, a token or a key is hidden.
 */
export function hideSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return LIKE_A_TOKEN.test(value) ? HIDDEN : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth === DEEPEST) return HIDDEN;
  if (Array.isArray(value)) return value.map((item) => hideSecrets(item, depth + 1));
  // A Date and the like have no entries; bytes are shown by their number.
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, SECRET_NAME.test(name) ? HIDDEN : hideSecrets(item, depth + 1)]),
  );
}
