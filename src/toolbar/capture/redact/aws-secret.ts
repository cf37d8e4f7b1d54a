/** How many characters the secret of an AWS access key has. */
export const AWS_LENGTH = 40;
const MARK = "[AWS secret]";
const RUN = /[A-Za-z0-9/+]{40,}/g;
/** The end of a colour for terminals, `\u001b[31m`, in front of a secret. */
const COLOUR = /^\d*m/;
/**
 * How often a small letter, a capital, a digit and a `+` follow upon another kind. Among 40 random
 * characters it is about 24 times. Words and paths stay below it.
 */
const LEAST_CHANGES = 12;
/**
 * How many small letters and how many capitals a text of letters alone has. In names such as
 * `getUserById`, one letter of four is a capital; among random ones, one of two.
 */
const LEAST_OF_LETTERS = 12;

/**
 * Hides the secrets of AWS access keys: 40 characters of base64, and nothing else says what they
 * are. So they are told from words, paths and hashes by how often the kind of character changes. A
 * hash in hexadecimal has no capitals, or no small letters. Takes linear time.
 *
 * Source: https://aws.amazon.com/blogs/security/a-safer-way-to-distribute-aws-credentials-to-ec2/
 */
export function hideAwsSecrets(text: string): string {
  return text.replace(RUN, (run, at: number) => hideInRun(run, text[at - 1] ?? "", text[at + run.length] ?? ""));
}

/** @param before the character before the run, and `after` the one behind it; "" for none. */
function hideInRun(run: string, before: string, after: string): string {
  let result = "";
  let done = 0;
  for (const start of startsIn(run, before)) {
    const end = start + AWS_LENGTH;
    if (end > run.length) break;
    // With a "=" behind it, it is the end of a longer text in base64.
    const isWhole = end === run.length ? after !== "=" : run[end] === "/";
    if (start < done || !isWhole || !isRandom(run.slice(start, end))) continue;
    result += run.slice(done, start) + MARK;
    done = end;
  }
  return done === 0 ? run : result + run.slice(done);
}

/** Where a secret may begin: at the start, behind a slash of a path, and behind an escape. */
function* startsIn(run: string, before: string): Iterable<number> {
  yield 0;
  // `\n` of a text in JSON.
  if (before === "\\" && /^[nrt]/.test(run)) yield 1;
  const colour = /[[;]/.test(before) ? (COLOUR.exec(run)?.[0].length ?? 0) : 0;
  if (colour > 0) yield colour;
  for (let at = run.indexOf("/"); at !== -1; at = run.indexOf("/", at + 1)) yield at + 1;
}

/**
 * Slashes are left out, so that a path of many short parts does not count as random. One of 20,000
 * random texts does not count.
 */
function isRandom(text: string): boolean {
  const [small, capitals] = [countOf(text, /[a-z]/g), countOf(text, /[A-Z]/g)];
  if (!/[0-9+]/.test(text)) return Math.min(small, capitals) >= LEAST_OF_LETTERS;
  if (small === 0 || capitals === 0) return false;
  let changes = 0;
  let last = "";
  for (const character of text) {
    if (character === "/") continue;
    const kind = /[a-z]/.test(character) ? "a" : /[A-Z]/.test(character) ? "A" : character === "+" ? "+" : "0";
    if (last !== "" && kind !== last) changes++;
    last = kind;
  }
  return changes >= LEAST_CHANGES;
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
