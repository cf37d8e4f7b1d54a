const BEGIN = /-----BEGIN[A-Z0-9 +_-]{0,60}PRIVATE[ +]KEY/;
const END = /-----END[A-Z0-9 +_-]{0,60}PRIVATE[ +]KEY/;

/**
 * The lines of a text that are looked at one by one. A private key has many lines, and only the
 * first and the last of them say what it is, so all of them are replaced here.
 *
 * @param most the most lines that are returned.
 */
export function textLines(text: string, most?: number): readonly string[] {
  let isInKey = false;
  return text.split(/\r?\n/, most).map((line) => {
    const isHidden = isInKey || BEGIN.test(line);
    isInKey = isHidden && !END.test(line);
    return isHidden ? "[private key]" : line;
  });
}
