/*
 * Prints the table of all peers from the results of run.ts: ours : theirs, with a verdict.
 *
 *   npm exec -- node bench/sessions/peers.ts [bench/results/sessions.json]
 */
import { readFileSync } from "node:fs";
import { peerTableOf } from "./peer-table.ts";
import type { Figures } from "./report.ts";

const [file = new URL("../results/sessions.json", import.meta.url)] = process.argv.slice(2);
const { figures } = JSON.parse(readFileSync(file, "utf8")) as { readonly figures: readonly Figures[] };
console.log(peerTableOf(figures));
