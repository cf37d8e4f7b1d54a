import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { HeaderPair } from "../../sessions/data/header-pair.ts";

/**
 * The headers of a response, to be put back later. Lists are copied: Node appends to the very list
 * that it was given.
 */
export function copyHeaders(response: ServerResponse): OutgoingHttpHeaders {
  const headers = response.getHeaders();
  for (const [name, value] of Object.entries(headers)) if (Array.isArray(value)) headers[name] = [...value];
  return headers;
}

/** Takes all headers away and puts those of `copyHeaders` back. */
export function resetHeaders(response: ServerResponse, headers: OutgoingHttpHeaders): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
}

/**
 * Adds headers to those of a response.
 *
 * Not by `appendHeader`: that writes into the list that the application gave. An application may
 * give the same list to every visitor, and then each would get the cookies of those before.
 */
export function appendHeaders(response: ServerResponse, headers: readonly HeaderPair[]): void {
  for (const [name, value] of headers) {
    const present = response.getHeader(name);
    response.setHeader(name, present === undefined ? value : [...[present].flat().map(String), value]);
  }
}

type HeaderMap = Readonly<Record<string, OutgoingHttpHeader>>;

/**
 * Sets what `writeHead` is given: an object, a list of pairs, or a list of names and values in
 * turn, in which a name may come more than once. What Node would refuse is refused here.
 */
export function setGivenHeaders(response: ServerResponse, given: unknown): void {
  if (typeof given !== "object" || given === null) return;
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given as HeaderMap)) if (name !== "") response.setHeader(name, value);
    return;
  }
  const values = new Map<string, { readonly name: string; readonly list: OutgoingHttpHeader[] }>();
  for (const [name, value] of pairsOf(given)) {
    const entry = values.get(name.toLowerCase());
    if (entry === undefined) values.set(name.toLowerCase(), { name, list: [value] });
    else entry.list.push(value);
  }
  for (const { name, list } of values.values())
    response.setHeader(name, list.length === 1 ? list[0]! : list.flat().map(String));
}

function pairsOf(list: readonly unknown[]): readonly (readonly [string, OutgoingHttpHeader])[] {
  if (Array.isArray(list[0])) return list as readonly (readonly [string, OutgoingHttpHeader])[];
  if (list.length % 2 !== 0) {
    const message = "The headers of writeHead are names and values in turn, so their list has an even length.";
    throw Object.assign(new TypeError(message), { code: "ERR_INVALID_ARG_VALUE" });
  }
  const pairs: [string, OutgoingHttpHeader][] = [];
  for (let index = 0; index < list.length; index += 2)
    pairs.push([list[index] as string, list[index + 1] as OutgoingHttpHeader]);
  return pairs;
}
