/**
 * How many published keys pass each project's own check, and ours.
 *
 *   npm exec -- node bench/published-keys.ts path/to/list.txt.gz
 *
 * The list has one Python string literal a line, as Flask-Unsign-Wordlist writes it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { gradeSecretKey } from "../src/keys/grading/grade.ts";
import { parseKeyList } from "../src/keys/grading/known/known-keys-format.ts";

const file = process.argv[2] ?? process.env["LATCHKEY_PUBLISHED_KEYS"];
if (file === undefined) throw new Error("Name the list: npm exec -- node bench/published-keys.ts list.txt.gz");
const raw = readFileSync(file);
const keys = [
  ...new Map(
    parseKeyList(file.endsWith(".gz") ? gunzipSync(raw) : raw).map((key) => [Buffer.from(key).toString("hex"), key]),
  ).values(),
];

const text = (key: Uint8Array): string => Buffer.from(key).toString("utf8");
const distinct = (key: Uint8Array): number => new Set(text(key)).size;

/** Each check as its project states it. */
const checks: readonly (readonly [name: string, passes: (key: Uint8Array) => boolean])[] = [
  ["Flask: not empty", (key) => key.length > 0],
  ["AdonisJS 6: at least 16 characters", (key) => text(key).length >= 16],
  ["iron-session, @fastify/secure-session, Play: at least 32 characters", (key) => text(key).length >= 32],
  [
    "better-auth: at least 32, and length x log2(distinct) at least 120",
    (key) => text(key).length >= 32 && text(key).length * Math.log2(distinct(key)) >= 120,
  ],
  [
    "Django W009: 50 characters, 5 distinct, no django-insecure-",
    (key) => text(key).length >= 50 && distinct(key) >= 5 && !text(key).startsWith("django-insecure-"),
  ],
  ["Plug: at least 64 bytes", (key) => key.length >= 64],
  ["Latchkey: neither refused nor weak", (key) => !["refused", "weak"].includes(gradeSecretKey(key).verdict)],
];

const rows = checks.map(([check, passes]) => {
  const count = keys.filter(passes).length;
  return { check, passes: count, share: Number(((100 * count) / keys.length).toFixed(1)) };
});
console.log(`${keys.length} distinct published keys\n`);
console.log("| check | published keys that pass | share |\n|---|---:|---:|");
for (const { check, passes, share } of rows)
  console.log(`| ${check} | ${passes.toLocaleString("en")} | ${share.toFixed(1)} % |`);
if (process.argv.includes("--json"))
  writeFileSync("published-keys.json", JSON.stringify({ keys: keys.length, rows }, null, 2));
