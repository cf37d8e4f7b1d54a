/**
 * Builds src/keys/published-keys.bin, the filter of published keys.
 *
 *     node scripts/build-published-keys.ts <list> [target]
 *
 * The list is Flask-Unsign-Wordlist's `all.txt`, gzipped or not: one Python literal a line. Left out is what the grader refuses or calls weak
 * without any list, which keeps the file small. The same list makes the same bytes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { severityOf } from "../src/keys/findings.ts";
import { gradeSecretKey } from "../src/keys/grade.ts";
import { parseKeyList } from "../src/keys/key-list.ts";
import { buildKeyFilter } from "../src/keys/known-keys.ts";
import { FRAMEWORK_DEFAULT_KEYS } from "./framework-default-keys.ts";
import { readPublished } from "./published/read-published.ts";

const LARGEST = 90_000;

const [path, target = fileURLToPath(new URL("../src/keys/published-keys.bin", import.meta.url))] = process.argv.slice(2);
if (path === undefined) throw new Error("Name the list: node scripts/build-published-keys.ts all.txt.gz");
const file = readFileSync(path);
const list = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file;

const keys = [...parseKeyList(list), ...[...FRAMEWORK_DEFAULT_KEYS, ...readPublished()].map((key) => Buffer.from(key as string))].flatMap(
  withTwin,
);
const kept = keys.filter(looksGood);
const filter = buildKeyFilter(kept);
if (filter.length > LARGEST) throw new Error(`The filter has ${filter.length} bytes, more than ${LARGEST}.`);
writeFileSync(target, filter);
console.log(`${keys.length} keys, ${kept.length} of them not given away by themselves, ${filter.length} bytes`);

/** The key, and its characters as Latin-1: what the same literal is where it stands for bytes. */
function withTwin(key: Uint8Array): readonly Uint8Array[] {
  const text = Buffer.from(key).toString("utf8");
  return /^[\0-\u00ff]*[\u0080-\u00ff][\0-\u00ff]*$/.test(text) ? [key, Buffer.from(text, "latin1")] : [key];
}

/** Whether production would take the key if it were on no list. The list that is there already must not matter. */
function looksGood(key: Uint8Array): boolean {
  return gradeSecretKey(key).findings.every(({ code }) => code === "published" || severityOf(code) === "note");
}
