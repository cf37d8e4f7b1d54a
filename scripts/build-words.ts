/**
 * Builds src/keys/grading/words/word-list.ts: the words that made-up keys and digests are made of,
 * the most common first.
 *
 *     node scripts/build-words.ts <language-en> <language-common>
 *
 * The folders are the unpacked npm packages @zxcvbn-ts/language-en and @zxcvbn-ts/language-common
 * (MIT). The same packages make the same bytes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const [english, common] = process.argv.slice(2);
if (english === undefined || common === undefined)
  throw new Error("Name the folders of language-en and language-common.");
const read = (folder: string, name: string): readonly string[] =>
  JSON.parse(readFileSync(join(folder, "src", `${name}.json`), "utf8")) as string[];

const isWord = (word: string): boolean => /^[a-z]{3,16}$/.test(word);
const spoken = read(english, "commonWords").filter(isWord);
const known = new Set(spoken.slice(0, 25_000));
/** Each list is taken by rank, so that the merged list has the most common words first. */
const lists: readonly (readonly string[])[] = [
  spoken.slice(0, 8000),
  read(english, "wikipedia").filter(isWord).slice(0, 7000),
  read(common, "passwords")
    .filter((word) => /^[a-z0-9]{4,12}$/.test(word) && /[a-z]/.test(word))
    .slice(0, 4000),
  read(english, "firstnames").filter((name) => isWord(name) && known.has(name)),
  read(english, "lastnames").filter(isWord).slice(0, 800),
];
const words = new Set<string>();
for (let rank = 0; rank < 8000; rank++)
  for (const list of lists) if (list[rank] !== undefined) words.add(list[rank] as string);

const compressed = brotliCompressSync(Buffer.from([...words].join("\n")), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
});
writeFileSync(
  fileURLToPath(new URL("../src/keys/grading/words/word-list.ts", import.meta.url)),
  `/* Made by scripts/build-words.ts: ${words.size} words by rank, one a line, Brotli, base64. */\nexport const WORD_LIST: string =\n  "${compressed.toString("base64")}";\n`,
);
console.log(`${words.size} words, ${compressed.length} bytes`);
