/** Headers as pairs. With a method `get`, as the `Headers` of fetch have, they are read by name. */
export type HeaderPairs = Iterable<readonly [string, string]> & { get?(name: string): string | null | undefined };

/** The values of a header, whose name is in lower case, joined by commas. */
export function headerValue(headers: HeaderPairs, wanted: string): string | undefined {
  if (headers.get !== undefined) return headers.get(wanted) ?? undefined;
  let all: string | undefined;
  for (const [name, value] of headers)
    if (name.toLowerCase() === wanted) all = all === undefined ? value : `${all}, ${value}`;
  return all;
}
