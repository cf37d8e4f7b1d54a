import { percentDecode } from "../url-encoded.ts";

/** A header's value, and its parameters by their names in lower case. */
export interface OptionsHeader {
  readonly value: string;
  readonly options: ReadonlyMap<string, string>;
}

const NAME = /^([\w!#$%&'*+\-.^`|~]+)=/;
const TOKEN = /^[\w!#$%&'*+\-.^`|~]+/;
const QUOTED = /^"(?:\\[\\"]|[^"])*?"/;
const CHARSET = /^([\w!#$%&*+\-.^`|~]*)'[\w!#$%&*+\-.^`|~]*'(.*)$/s;

/**
 * Takes a header such as `form-data; name="f"; filename*=UTF-8''a.txt` apart (RFC 9110, 5.6.6, and
 * RFC 2231). As in Werkzeug, a parameter that is not well-formed is left out.
 */
export function readOptionsHeader(header: string): OptionsHeader {
  const end = header.indexOf(";");
  const value = (end < 0 ? header : header.slice(0, end)).trim();
  const options = new Map<string, string>();
  let known: string | undefined;
  if (value === "" || end < 0) return { value, options };
  for (let [key, text] of partsOf(header.slice(end + 1).trim())) {
    if (key.endsWith("*")) {
      key = key.slice(0, -1);
      const [, charset, encoded] = CHARSET.exec(text) ?? [];
      if (charset !== undefined && charset !== "") known = charset.toLowerCase();
      if (encoded !== undefined) text = encoded;
      text = decoded(text, known);
    }
    if (text.startsWith('"'))
      text = text
        .slice(1, -1)
        .replace(/\\([\\"])/g, "$1")
        .replaceAll("%22", '"');
    const continued = /^(.*)\*\d+$/s.exec(key)?.[1];
    if (continued === undefined) options.set(key, text);
    else options.set(continued, (options.get(continued) ?? "") + text);
  }
  return { value, options };
}

function* partsOf(header: string): Generator<[key: string, text: string]> {
  for (let rest = header; ;) {
    const name = NAME.exec(rest);
    if (name !== null) {
      rest = rest.slice(name[0].length);
      const text = TOKEN.exec(rest) ?? QUOTED.exec(rest);
      if (text !== null) yield [name[1]!.toLowerCase(), text[0]];
      if (text?.[0].startsWith('"') === true) rest = rest.slice(text[0].length);
    }
    const end = rest.indexOf(";");
    if (end < 0) return;
    rest = rest.slice(end + 1).trimStart();
  }
}

/** As Werkzeug, only charsets that modern clients send are known. */
function decoded(text: string, charset: string | undefined): string {
  if (charset === "iso-8859-1")
    return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return charset === "utf-8" || charset === "ascii" || charset === "us-ascii"
    ? percentDecode(text, () => "\ufffd")
    : text;
}
