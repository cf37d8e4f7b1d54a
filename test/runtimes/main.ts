/*
 * Runs files of tests on the runtime that runs this program, and prints what became of them as a
 * line of JSON for each file. Arguments: the paths of the files.
 */
import { pathToFileURL } from "node:url";
import { runFile } from "./vitest.ts";

for (const file of process.argv.slice(2)) {
  const results = await runFile(async () => (await import(pathToFileURL(file).href)) as unknown);
  console.log(`RESULTS ${JSON.stringify({ file, ...results })}`);
}
// A server that a test left open does not keep the program.
process.exit(0);
