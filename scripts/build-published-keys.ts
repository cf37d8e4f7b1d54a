/**
 * Builds src/keys/grading/known/published-keys.ts, the filter of published keys as a string, which
 * any bundler carries.
 *
 *     node scripts/build-published-keys.ts <list> [target]
 *
 * The list is Flask-Unsign-Wordlist's `all.txt`, gzipped or not: one Python literal a line. Left
 * out is what the grader refuses without any list, which keeps the filter small; the keys of
 * frameworks and applications are all in it. The same lists make the same bytes.
 */
import { hash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { severityOf } from "../src/keys/grading/findings.ts";
import { gradeSecretKey } from "../src/keys/grading/grade.ts";
import { parseKeyList } from "../src/keys/grading/known/known-keys-format.ts";
import { buildKeyFilter } from "../src/keys/grading/known/known-keys.ts";
import { FRAMEWORK_DEFAULT_KEYS } from "./framework-default-keys.ts";
import { readPublished, readPublishedKeys } from "./published/read-published.ts";

const LARGEST = 160_000;

const [path, target = fileURLToPath(new URL("../src/keys/grading/known/published-keys.ts", import.meta.url))] =
  process.argv.slice(2);
if (path === undefined) throw new Error("Name the list: node scripts/build-published-keys.ts all.txt.gz");
const file = readFileSync(path);
const list = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file;

const keys = parseKeyList(list).flatMap(withTwin);
const listed = keys.filter((key) => !isRefused(key));
const documented = [...FRAMEWORK_DEFAULT_KEYS, ...readPublished()]
  .map((key) => Buffer.from(key as string))
  .flatMap(withTwin);
const digests = [...FRAMEWORK_DEFAULT_KEYS, ...readPublishedKeys().map(({ key }) => key)].flatMap(digestsOf);
const filter = Buffer.from(
  buildKeyFilter([
    ...[...listed, ...documented].flatMap((key) => [key, trimmed(key)]).filter((key) => key.length > 0),
    ...digests,
  ]),
);
if (filter.length > LARGEST) throw new Error(`The filter has ${filter.length} bytes, more than ${LARGEST}.`);
writeFileSync(
  target,
  `/* Made by scripts/build-published-keys.ts: a filter of hashes, base64. It holds no key. */\nexport const PUBLISHED_KEYS: string =\n  "${filter.toString("base64")}";\n`,
);
console.log(
  `${keys.length} keys of the list, ${listed.length} of them not refused by themselves, ${documented.length} documented, ${filter.length} bytes`,
);

/** The key, and its characters as Latin-1: what the same literal is where it stands for bytes. */
function withTwin(key: Uint8Array): readonly Uint8Array[] {
  const text = Buffer.from(key).toString("utf8");
  return /^[\0-\u00ff]*[\u0080-\u00ff][\0-\u00ff]*$/.test(text) ? [key, Buffer.from(text, "latin1")] : [key];
}

/**
 * Whether production would refuse the key as one that is guessed at once, if it were on no list.
 * The list that is there must not matter.
 */
function isRefused(key: Uint8Array): boolean {
  return gradeSecretKey(key).findings.some(({ code }) => code !== "published" && severityOf(code) === "refused");
}

/**
 * The digests of a documented key: people often use the digest of an example as their key.
 */
function digestsOf(key: string | Uint8Array): readonly Uint8Array[] {
  const bytes = Buffer.from(key as string);
  return ["md5", "sha1", "sha256", "sha512"].flatMap((digest) =>
    [bytes, Buffer.concat([bytes, Buffer.from("\n")])].map((text) => hash(digest, text, "buffer")),
  );
}

/** Keys are looked up as they are, and without white space and NULs at the edges. */
function trimmed(key: Uint8Array): Buffer {
  return Buffer.from(
    Buffer.from(key)
      .toString("latin1")
      .replace(/^[\s\0]+|[\s\0]+$/g, ""),
    "latin1",
  );
}
