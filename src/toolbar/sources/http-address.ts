import type { Recording } from "../recording.ts";

/** A longer address is cut. */
const MOST_CHARACTERS = 4_000;

/**
 * The address of an outgoing request, with values of the query hidden by their names.
 *
 * @param origin "https://api.example".
 * @param path with the query; a whole address where a proxy is asked.
 */
export function httpAddress(origin: string, path: string, recording: Recording): string {
  const address = (/^https?:/i.test(path) ? path : origin + path).slice(0, MOST_CHARACTERS);
  const mark = address.indexOf("?");
  if (mark === -1) return address;
  const pairs = address.slice(mark + 1).split("&");
  return `${address.slice(0, mark)}?${pairs.map((pair) => hidden(pair, recording)).join("&")}`;
}

function hidden(pair: string, recording: Recording): string {
  const at = pair.indexOf("=");
  if (at === -1) return pair;
  const name = decoded(pair.slice(0, at));
  const value = decoded(pair.slice(at + 1));
  const [shown] = Object.values(recording.redactData({ [name]: value }) as Readonly<Record<string, unknown>>);
  return shown === value ? pair : `${pair.slice(0, at)}=${String(shown)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
