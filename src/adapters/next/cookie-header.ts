import { forCookieJar } from "../web/for-cookie-jar.ts";
import type { HeaderPair } from "../../sessions/data/header-pair.ts";

/** A cookie as the jar of Next.js has it, decoded. */
interface Cookie {
  readonly name: string;
  readonly value: string;
}

/**
 * The Cookie header with the changes of Next.js's own jar: a proxy or a server action may have set
 * cookies for the page that is made in the same request, and the header of the request stays as it
 * came. Cookies that the jar has not changed stay as they came, with all of one name.
 */
export function headerWithJar(header: string, jar: readonly Cookie[]): string {
  const now = new Map(jar.map(({ name, value }) => [name, value]));
  const pairs = pairsOf(header);
  const isKept = ({ name }: Pair): boolean =>
    pairs.some((pair) => pair.name === name && decoded(pair.value) === now.get(name));
  const kept = pairs.filter(isKept);
  const known = new Set(kept.map(({ name }) => name));
  const changed = jar.filter(({ name, value }) => !known.has(name) && value !== "");
  return [
    ...kept.map(({ text }) => text),
    ...changed.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`),
  ].join("; ");
}

/** The Cookie header as the browser will send it next, when it has an answer with these headers. */
export function headerAfter(header: string, sent: readonly HeaderPair[]): string {
  const pairs = new Map<string, readonly string[]>();
  for (const { name, text } of pairsOf(header)) pairs.set(name, [...(pairs.get(name) ?? []), text]);
  for (const { name, value, attributes } of forCookieJar(sent).cookies) {
    if (attributes.maxAge !== 0) pairs.set(name, [`${name}=${value}`]);
    // Without Expires, the line is for another scope, and the own cookie stays.
    else if (attributes.expires !== undefined) pairs.delete(name);
  }
  return [...pairs.values()].flat().join("; ");
}

interface Pair extends Cookie {
  readonly text: string;
}

function pairsOf(header: string): readonly Pair[] {
  return header
    .split(";")
    .map((part) => part.trim())
    .filter((text) => text !== "")
    .map((text) => {
      const end = text.indexOf("=");
      return end === -1
        ? { text, name: text, value: "" }
        : { text, name: text.slice(0, end).trim(), value: text.slice(end + 1).trim() };
    });
}

/**
 * As Next.js decodes it. A value that cannot be decoded is not in its jar, and stays as it came.
 */
function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
