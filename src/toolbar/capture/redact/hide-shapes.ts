import { AWS_LENGTH, hideAwsSecrets } from "./aws-secret.ts";
import { SECRET_SHAPES, type SecretShape } from "./secret-shapes.ts";

/** No secret of the list is shorter. */
const SHORTEST = 13;
/** Nearly every secret of the list has so many letters, digits, `_` and `-` in a row. */
const LONG_RUN = 16;
/** An address within an address within an address. */
const MOST_ENCODED = 3;
/** What is in the secrets that may have no long run. */
const PARTS = [
  "eyJ",
  "-----BEGIN",
  "whsec_",
  "Q~",
  "Key=",
  "Signature=",
  "pscale_",
  "IQoJ",
  "GZXI",
  "ABSK",
  "fo1_",
  "fm1",
  "fm2_",
  "glc_",
  "glsa_",
  "sntry",
  "ops_",
  "hooks.slack.com",
  "sl.",
  ".atlasv1.",
  "TT3",
] as const;
/**
 * The beginning of a word. `\n` of a JSON text counts as a line break, and so does a colour for
 * terminals: `\u001b[31m`.
 */
const WORD = String.raw`(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt])|(?<=\[[0-9;]{0,20}m))`;
const ANY = new RegExp(
  [
    `${WORD}(?:${sources(SECRET_SHAPES.filter(({ isWord }) => isWord === true))})`,
    sources(SECRET_SHAPES.filter(({ isWord }) => isWord !== true)),
  ].join("|"),
  "g",
);
/** To find out which one it was. */
const EACH = SECRET_SHAPES.map(({ name, pattern }) => ({ name, whole: new RegExp(`^(?:${pattern.source})`) }));
/** A part of an address or a form. */
const COMPONENT = /[^\s"'<>/?&=;,#]+/g;

/** By ASCII code: 1 for the characters of a long run, 2 for those of AWS, 3 for both. */
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return (/[A-Za-z0-9_-]/.test(character) ? 1 : 0) + (/[A-Za-z0-9/+]/.test(character) ? 2 : 0);
});

/** The text without the secrets that are known by their form. Takes linear time. */
export function hideShapes(text: string): string {
  if (text.length < SHORTEST) return text;
  // What is encoded comes first: in the text as it is, a part of such a secret may look like a
  // whole.
  return hideAny(text.includes("%") ? text.replace(COMPONENT, hideInComponent) : text);
}

/**
 * Nearly all texts have no secret. The search for all forms is left out where there can be none.
 */
function hideAny(text: string): string {
  const { run, awsRun } = longestRuns(text);
  let result = text;
  if (run >= LONG_RUN || PARTS.some((part) => text.includes(part))) result = result.replace(ANY, nameOf);
  return awsRun >= AWS_LENGTH ? hideAwsSecrets(result) : result;
}

/** A loop, because a regular expression takes five times as long. */
function longestRuns(text: string): { readonly run: number; readonly awsRun: number } {
  let [run, awsRun, inRun, inAwsRun] = [0, 0, 0, 0];
  for (let index = 0; index < text.length; index++) {
    const classes = CLASSES[text.charCodeAt(index)] ?? 0;
    inRun = (classes & 1) === 0 ? 0 : inRun + 1;
    inAwsRun = (classes & 2) === 0 ? 0 : inAwsRun + 1;
    if (inRun > run) run = inRun;
    if (inAwsRun > awsRun) awsRun = inAwsRun;
  }
  return { run, awsRun };
}

function nameOf(secret: string): string {
  return `[${EACH.find(({ whole }) => whole.test(secret))?.name ?? "secret"}]`;
}

/**
 * A secret in an address may be percent-encoded, so that its form is not seen: once, or again with
 * each address that holds the other. The innermost form is looked at first.
 */
function hideInComponent(component: string): string {
  const levels: string[] = [];
  for (let text = component; levels.length < MOST_ENCODED && text.includes("%"); levels.push(text)) {
    const inner = decoded(text);
    if (inner === text || inner.length < SHORTEST) break;
    text = inner;
  }
  for (const level of levels.toReversed()) {
    const hidden = hideAny(level);
    if (hidden !== level) return hidden;
  }
  return component;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A part of it is not UTF-8, or is no encoding at all. Secrets are made of ASCII.
    return text.replaceAll(/%([0-7][0-9A-F])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}

function sources(shapes: readonly SecretShape[]): string {
  return shapes.map(({ pattern }) => pattern.source).join("|");
}
