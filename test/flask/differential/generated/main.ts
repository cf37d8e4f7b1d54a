/**
 * Compares random applications with Flask, and prints what is left with its seed:
 *
 *     node --conditions=latchkey-source test/flask/differential/generated/main.ts FIRST LAST [requests]
 */
import { flaskPython, FlaskSide } from "../flask-side.ts";
import { figuresOf, listOf, reportOf } from "../report.ts";
import { runGenerated, type Outcome } from "../run.ts";

process.env["NODE_ENV"] = "development";
const [first = 0, last = first, requests = 12] = process.argv.slice(2).map(Number);
const flask = new FlaskSide(flaskPython!);
const outcomes: Outcome[] = [];
for (let seed = first; seed <= last; seed++) {
  try {
    outcomes.push(...(await runGenerated(seed, requests, flask)));
  } catch (error) {
    process.stdout.write(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
}
flask.close();
const report = reportOf(outcomes);
process.stdout.write(`${listOf(report)}\n\n${figuresOf(report)}\n`);
