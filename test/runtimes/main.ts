/*
 * Runs files of tests on the runtime that runs this program, and prints what became of them as a
 * line of JSON for each file. Arguments: their paths from the folder of the project.
 */
import { runFile } from "./vitest.ts";

for (const file of process.argv.slice(2)) {
  const address = new URL(`../../${file}`, import.meta.url).href;
  const results = await runFile(async () => (await import(address)) as unknown);
  process.stdout.write(`\nRESULTS ${JSON.stringify({ file, ...results })}\n`);
}
// A server that a test left open does not keep the program.
process.exit(0);
