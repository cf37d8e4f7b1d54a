import { FAMOUS_KEYS } from "./known/famous-keys.ts";
import { KnownKeys } from "./known/known-keys.ts";
import { layersOf } from "./layers.ts";
import { PUBLISHED_KEYS } from "./known/published-keys.ts";
import { checkTextOrBytes } from "../../options.ts";

/** A key that is on the list of published keys. */
export interface PublishedKey {
  /**
   * Where it was published, such as "express-session's documentation". Undefined if the list does
   * not say.
   */
  readonly where: string | undefined;
}

let list: KnownKeys | "unavailable" | undefined;

/**
 * Whether a key is published: in public repositories, the documentation of frameworks, templates
 * and examples of applications, or as a constant of a standard. It knows the list that comes with
 * the package, which cannot hold every published key. `gradeSecretKey` also finds keys that are
 * weak without having been published.
 *
 * It also finds a key in quotes, after a name, in hexadecimal or base64, in capitals, doubled, or
 * with a few characters at the end. A random key is taken for a published one about once in a
 * hundred million.
 *
 * @param key a string or bytes.
 * @throws InvalidOptionError for anything else.
 * @returns false also if the list is damaged. `gradeSecretKey` then reports `list_unavailable`.
 * @example
 * ```ts
 * // It is in Flask's documentation.
 * isPublishedKey("192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf"); // true
 * isPublishedKey("keyboard cat"); // true: it is in that of express-session
 * ```
 */
export function isPublishedKey(key: string | Uint8Array): boolean {
  checkTextOrBytes("The key in isPublishedKey(key)", key);
  return layersOf(Buffer.from(key as string), typeof key === "string").some(({ bytes }) =>
    Boolean(lookUpPublished(bytes)),
  );
}

/**
 * Looks these bytes up, in several spellings. False if they are not a published key, undefined if
 * the list cannot be read.
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
    // A list without entries means that something has replaced the module, such as a bundler.
    return found.size > 0 ? found : "unavailable";
  } catch {
    return "unavailable";
  }
}

/** What people add to a key, at its end or its beginning, to make it another one. */
const ENDINGS =
  /[-_.]?(?:prod(?:uction)?|dev(?:elopment)?|test(?:ing)?|stag(?:e|ing)|local|new|old|key|secret|v?\d{1,4}|!{1,3})$/i;
const MOST_ADDED = 3;
/** A remainder shorter than this says little about the key. */
const SHORTEST_REST = 8;

/** Other spellings of the same key, and the key without a few added characters. */
function spellings(key: Buffer): readonly (string | Buffer)[] {
  if (!key.every((byte) => byte < 0x80)) {
    const found = [key];
    const text = key.toString("utf8");
    // Some programs read a key's escapes as UTF-8, others as Latin-1.
    if (Buffer.from(text, "utf8").equals(key) && /^[\0-\u00ff]*$/.test(text)) found.push(Buffer.from(text, "latin1"));
    // The bytes may be the decoded form of a published hexadecimal or base64 text.
    const encoded = (["hex", "base64", "base64url"] as const).map((encoding) => Buffer.from(key.toString(encoding)));
    return [...found, Buffer.from(key.toString("latin1"), "utf8"), ...encoded];
  }
  const text = key.toString("latin1");
  const others = new Set([
    text.toLowerCase(),
    text.toUpperCase(),
    Array.from(text).toReversed().join(""),
    text.replace(ENDINGS, ""),
  ]);
  const lower = text.toLowerCase();
  others.add(lower.slice(0, 1).toUpperCase() + lower.slice(1));
  others.add(lower.replace(ENDINGS, ""));
  // Also the spelling before it was capitalised.
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
