import { createHash } from "node:crypto";
import { COMMON_PASSWORDS, COMMON_WORDS, PLACEHOLDER_WORDS } from "./words.ts";

const DIGESTS = ["md5", "sha1", "sha256", "sha512"] as const;

let made: ReadonlySet<string> | undefined;

/**
 * The MD5, SHA-1, SHA-256 and SHA-512 digests, in hexadecimal, of nothing and of every word that made-up keys are made of: such a digest
 * looks random and is the first thing that is tried after the word itself. Made when first asked for.
 */
export function digestsOfCommonPasswords(): ReadonlySet<string> {
  made ??= new Set(
    ["", ...PLACEHOLDER_WORDS, ...COMMON_WORDS, ...COMMON_PASSWORDS].flatMap((word) =>
      DIGESTS.map((digest) => createHash(digest).update(word).digest("hex")),
    ),
  );
  return made;
}
