/**
 * Runs the comparison with Flask without the test runner, and prints what is left:
 *
 *     node --conditions=latchkey-source test/flask/differential/main.ts [configuration …]
 */
import { flaskPython, FlaskSide } from "./flask-side.ts";
import { NAMES } from "./names.ts";
import { figuresOf, listOf, reportOf } from "./report.ts";
import { runConfiguration, type Outcome } from "./run.ts";

// DEBUG takes effect in development alone.
process.env["NODE_ENV"] = "development";
const chosen = process.argv.slice(2);
const flask = new FlaskSide(flaskPython!);
const outcomes: Outcome[] = [];
for (const name of chosen.length > 0 ? chosen : NAMES) {
  const began = performance.now();
  try {
    outcomes.push(...(await runConfiguration(name, flask)));
  } catch (error) {
    process.stdout.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
  process.stderr.write(`${name}: ${Math.round(performance.now() - began)} ms\n`);
}
flask.close();
const report = reportOf(outcomes);
process.stdout.write(`${listOf(report)}\n\n${figuresOf(report)}\n`);
