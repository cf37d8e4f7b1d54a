import { findOwnKeys } from "./find-own-keys.ts";

/** A value that a text assigns to the name of a secret key. */
export interface FoundKey {
  readonly name: string;
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
  /** Whether it is in a comment, where examples often are. */
  readonly isInComment: boolean;
}

/** The options of a call are searched on as many lines below it. */
export const LINES_OF_A_CALL = 6;

/**
 * Names of keys for signing or sealing: SECRET_KEY, secretKey, SESSION_SECRET, cookie_password,
 * secret_key_base …
 */
const NAME =
  /^(?:\w*_)?(?:secret_?keys?(?:_base|_fallbacks)?|(?:session|cookie|signing|jwt|app|auth)_?(?:secrets?|keys?|password))$/i;
/** Names that mean a key only in a call of a session library: `session({ secret: "…" })`. */
const NAME_IN_CALL = /^(?:secrets?|keys|password)$/;
const CALL =
  /\b(?:session|cookieSession|secureSession|fastifySession|getIronSession|sealData|cookieParser|useSession)\s*\(/;
/** Constructors and functions of this package that take a key directly. */
const DIRECT =
  /\b(?:SecretKey\.from|new\s+KeyRing|new\s+(?:TimestampSigner|Signer|(?:URLSafe)?(?:Timed)?Serializer))\s*\(\s*(["'`])((?:\\.|(?!\1)[^\\]){1,4096})\1/g;

// name = "value", name: "value", ["NAME"] = 'value', NAME => "value", with a type or Python's
// string prefix between. A name begins where a word does, and every repetition is bounded, so that
// a long word or line takes time in proportion to its length.
const QUOTED =
  /(?<!\w)([A-Za-z_][\w-]{0,79})["'\]]{0,4}\s{0,40}(?::\s{0,40}[A-Za-z]{1,40}\s{0,40})?(?:=>|[=:])\s{0,40}\[?\s{0,40}[bru]{0,2}(["'`])((?:\\.|(?!\2)[^\\\n]){1,4096})\2/g;
// NAME=value in .env, ENV NAME value and ARG NAME=value in a Dockerfile, NAME: value and -
// NAME=value in a compose file.
const BARE =
  /^\s{0,80}(?:export\s+|ENV\s+|ARG\s+|-\s*["']?)?([A-Za-z_]\w{0,79})\s{0,40}(?:[=:]\s{0,40}|\s{1,40})([^\s"'#][^\s#]{0,4096})\s{0,40}(?:#.*)?$/;

const COMMENT = /^\s*(?:\/\/|\/?\*|#|<!--)/;

/**
 * All keys in a text. `settings` texts (.env, compose files, Dockerfiles) also have values without
 * quotes. A key that `generateSecretKey` has made is found wherever it is, also in a text of
 * another kind: it needs no name in front, and it is no example in a comment.
 */
export function findKeys(text: string, kind: "source" | "settings" | undefined): readonly FoundKey[] {
  const assigned = kind === undefined ? [] : findAssignedKeys(text, kind);
  const made = text.split("\n").flatMap((line, index) =>
    findOwnKeys(line).map((value): FoundKey => {
      const holder = assigned.find((key) => key.line === index + 1 && key.value.includes(value));
      return { name: holder?.name ?? "a key", value, line: index + 1, isInComment: false };
    }),
  );
  const others = assigned.filter(
    ({ value, line }) => !made.some((key) => key.line === line && value.includes(key.value)),
  );
  return [...others, ...made].toSorted((first, second) => first.line - second.line);
}

function findAssignedKeys(text: string, kind: "source" | "settings"): readonly FoundKey[] {
  const found: FoundKey[] = [];
  let callEndsAt = -1;
  for (const [index, line] of text.split("\n").entries()) {
    const isInComment = kind === "source" && COMMENT.test(line);
    // The options of a call are often on the lines below it.
    if (CALL.test(line)) callEndsAt = index + LINES_OF_A_CALL;
    const add = (name: string, value: string): void => {
      const plain = name.replaceAll("-", "_");
      if (isValue(value) && (NAME.test(plain) || (index <= callEndsAt && NAME_IN_CALL.test(plain))))
        found.push({ name, value, line: index + 1, isInComment });
    };
    const before = found.length;
    for (const [, name, , value] of line.matchAll(QUOTED)) add(name!, unescape(value!));
    if (kind === "source") {
      for (const [, , value] of line.matchAll(DIRECT))
        if (isValue(value!)) found.push({ name: "a key", value: unescape(value!), line: index + 1, isInComment });
    } else if (found.length === before) {
      const bare = BARE.exec(line);
      if (bare !== null) add(bare[1]!, bare[2]!);
    }
  }
  return found;
}

/**
 * Whether it is a value: not a reference to the value's source, and not the name of a header, a
 * file or another setting.
 */
function isValue(value: string): boolean {
  if (value.trim() === "" || /\$\{|\$\(|^\$[A-Z_]+$|^<.*>$|\{\{|process\.env|os\.environ|getenv|secrets\./.test(value))
    return false;
  return !/^(?:[A-Z][A-Z0-9]*_)+[A-Z0-9]+$/.test(value) && !/^(?:file:|\.{0,2}\/|https?:)/.test(value);
}

function unescape(text: string): string {
  return text.replace(/\\(["'`\\])/g, "$1");
}
