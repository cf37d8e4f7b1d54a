/**
 * The members of a header that is a list, such as `a, "b, c"` (RFC 9110, 5.6.1). As in Werkzeug, a
 * list with a quote that is not closed has none.
 */
export function readListHeader(header: string): readonly string[] {
  const items: string[] = [];
  let [item, isQuoted, isEscaped] = ["", false, false];
  for (const letter of header) {
    if (letter === "," && !isQuoted) {
      items.push(item);
      item = "";
      continue;
    }
    item += letter;
    if (isEscaped) isEscaped = false;
    else if (isQuoted && letter === "\\") isEscaped = true;
    else if (letter === '"') isQuoted = !isQuoted;
  }
  if (isQuoted) return [];
  return [...items, item]
    .map((each) => each.trim())
    .filter((each) => each !== "")
    .map(unquote);
}

/** The pairs of a header such as `realm="a b", stale`. A name without a value has null. */
export function readDictHeader(header: string): ReadonlyMap<string, string | null> {
  const pairs = new Map<string, string | null>();
  for (const item of readListHeader(header)) {
    const at = item.indexOf("=");
    const name = (at < 0 ? item : item.slice(0, at)).trim();
    if (name !== "") pairs.set(name, at < 0 ? null : unquote(item.slice(at + 1).trim()));
  }
  return pairs;
}

function unquote(text: string): string {
  const isQuoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"');
  return isQuoted ? text.slice(1, -1).replace(/\\(.)/gs, "$1") : text;
}
