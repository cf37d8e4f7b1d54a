import { FAMOUS_KEYS } from "./known/famous-keys.ts";
import { KnownKeys } from "./known/known-keys.ts";
import { layersOf } from "./layers.ts";
import { PUBLISHED_KEYS } from "./known/published-keys.ts";
import { checkBytes } from "../../options.ts";

/** A key that was found among the published ones. */
export interface PublishedKey {
  /**
   * Where it is known from, such as "express-session's documentation"; undefined where only that it
   * is published is known.
   */
  readonly where: string | undefined;
}

let list: KnownKeys | "unavailable" | undefined;

/**
 * Whether a key is a published one: from public repositories, the documentation of frameworks,
 * templates and examples of applications, or a constant of a standard. It answers for the list that
 * comes with the package, which cannot hold every key that somebody has published. `gradeSecretKey`
 * also finds keys that are weak without having been published.
 *
 * The key is found in wrapping too: in quotes, behind a name, in hexadecimal or base64, in
 * capitals, doubled, or with a few characters behind. A random key is taken for a published one
 * about once in a hundred million.
 *
 * @param key text, or bytes.
 * @throws InvalidOptionError for anything else.
 * @returns false also where the list is damaged; `gradeSecretKey` then says `list_unavailable`.
 * @example
 * ```ts
 * isPublishedKey("192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf"); // true: it is in Flask's documentation
 * isPublishedKey("keyboard cat"); // true: it is in that of express-session
 * ```
 */
export function isPublishedKey(key: string | Uint8Array): boolean {
  if (typeof key !== "string") checkBytes("isPublishedKey(key), where it is not a string,", key);
  return layersOf(Buffer.from(key as string), typeof key === "string").some(({ bytes }) => Boolean(lookUpPublished(bytes)));
}

/**
 * The published key that these bytes are, in one spelling or another; false for another key,
 * undefined if the list cannot be read.
 */
export function lookUpPublished(key: Buffer): PublishedKey | false | undefined {
  list ??= open();
  const spelled = spellings(key);
  for (const spelling of spelled) {
    const where = FAMOUS_KEYS.get(typeof spelling === "string" ? spelling : spelling.toString("latin1"));
    if (where !== undefined) return { where };
  }
  if (list === "unavailable") return undefined;
  const published = list;
  return spelled.some((spelling) => published.has(spelling)) ? { where: undefined } : false;
}

function open(): KnownKeys | "unavailable" {
  try {
    const found = KnownKeys.open(Buffer.from(PUBLISHED_KEYS, "base64"));
    // A list without entries is not the list: something has put another module in its place.
    return found.size > 0 ? found : "unavailable";
  } catch {
    return "unavailable";
  }
}

/** What people put behind a key, or before it, to make it another one. */
const ENDINGS = /[-_.]?(?:prod(?:uction)?|dev(?:elopment)?|test(?:ing)?|stag(?:e|ing)|local|new|old|key|secret|v?\d{1,4}|!{1,3})$/i;
const MOST_ADDED = 3;
/** Shorter than this, what is left of a key says little. */
const SHORTEST_REST = 8;

/**
 * The ways in which the same key may be written, and what it is without a few characters that were
 * added.
 */
function spellings(key: Buffer): readonly (string | Buffer)[] {
  if (!key.every((byte) => byte < 0x80)) {
    const found = [key];
    const text = key.toString("utf8");
    // A key's escapes are read as UTF-8 in some programs and as Latin-1 in others.
    if (Buffer.from(text, "utf8").equals(key) && /^[\0-\u00ff]*$/.test(text)) found.push(Buffer.from(text, "latin1"));
    // Bytes may be what a published text says in hexadecimal or base64.
    const encoded = (["hex", "base64", "base64url"] as const).map((encoding) => Buffer.from(key.toString(encoding)));
    return [...found, Buffer.from(key.toString("latin1"), "utf8"), ...encoded];
  }
  const text = key.toString("latin1");
  const others = new Set([text.toLowerCase(), text.toUpperCase(), Array.from(text).toReversed().join(""), text.replace(ENDINGS, "")]);
  const lower = text.toLowerCase();
  others.add(lower.slice(0, 1).toUpperCase() + lower.slice(1));
  others.add(lower.replace(ENDINGS, ""));
  // Also the spelling before somebody capitalised it.
  others.add(text.slice(0, 1).toLowerCase() + text.slice(1));
  for (let added = 1; added <= MOST_ADDED; added++) {
    if (text.length - added < SHORTEST_REST) break;
    others.add(text.slice(0, -added));
    others.add(text.slice(added));
  }
  others.delete(text);
  others.delete("");
  return [text, ...others];
}
