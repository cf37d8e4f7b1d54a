/*
 * What rendering a template costs, without a server: latchkey/flask, Flask's render_template, and
 * minijinja-js with its own values and filters, which is the floor for templates that run in it.
 *
 *   npm run build
 *   apt-get install python3-flask
 *   npm exec -- node bench/flask/rendering.ts [--rounds 9] [--milliseconds 300]
 *
 * They take turns in each round. The figures are CPU time; see `measure`. All figures go to
 * bench/results/flask-rendering.json.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Environment } from "minijinja-js";
import { pythonWith } from "../../test/support/requirements.ts";
import { Build, OWN_DIST } from "../build.ts";
import { quantile } from "../sessions/load.ts";
import { writeResults } from "../write-results.ts";

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "9" }, milliseconds: { type: "string", default: "300" } },
});
const [rounds, milliseconds] = [Number(options.rounds), Number(options.milliseconds)];
const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const CONTEXTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = JSON.parse(
  readFileSync(`${FOLDER}contexts.json`, "utf8"),
) as Record<string, Record<string, unknown>>;

const { Flask, renderTemplate } = await new Build(OWN_DIST).entry("latchkey/flask");
const app = new Flask(import.meta.url);
app.config["SECRET_KEY"] = "4e1c9a07d3b65f8209ecd4175ab3f6083dd7c2e95b40168f";
const { Environment: Engine } = createRequire(import.meta.url)("minijinja-js") as {
  Environment: new () => Environment;
};
const engine = new Engine();
for (const name of readdirSync(`${FOLDER}templates`))
  engine.addTemplate(name, readFileSync(`${FOLDER}templates/${name}`, "utf8"));
// Its own ones have other arguments, or there are none.
engine.addFilter("truncate", (text: string, length: number) => text.slice(0, length));
engine.addFilter("format", (_: string, value: number) => value.toFixed(2));

const pythonProgram = pythonWith("flask");
if (pythonProgram === undefined) {
  console.log("Left out, because Flask is not installed. Fix: apt-get install python3-flask");
  process.exit();
}
const python = spawn(pythonProgram, [`${FOLDER}rendering.py`], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: python.stdout });
const contenders: Readonly<Record<string, (page: string) => number | Promise<number>>> = {
  "latchkey/flask": (page) => measure(() => renderTemplate(page, CONTEXTS[page])),
  Flask: async (page) => {
    python.stdin.write(`${page} ${milliseconds}\n`);
    return Number(((await once(answers, "line")) as [string])[0]);
  },
  "minijinja-js": (page) => measure(() => engine.renderTemplate(page, CONTEXTS[page])),
};
const figures: Record<string, Record<string, number[]>> = {};

await app.testRequestContext("/").run(async () => {
  for (let round = 0; round <= rounds; round++)
    for (const page of Object.keys(CONTEXTS))
      for (const [name, render] of Object.entries(contenders)) {
        const figure = await render(page);
        // What is measured is what has run before.
        if (round > 0) ((figures[page] ??= {})[name] ??= []).push(figure);
      }
});
python.stdin.end();

console.log("| page | latchkey/flask, µs | Flask, µs | latchkey/flask : Flask | latchkey/flask : minijinja-js |");
console.log("|---|---:|---:|---:|---:|");
for (const [page, own] of Object.entries(figures)) {
  const median = (name: string): string => quantile(own[name]!, 0.5).toFixed(0);
  const ratio = (other: string): string => {
    const ratios = own["latchkey/flask"]!.map((figure, round) => figure / own[other]![round]!);
    const [least, middle, most] = [0, 0.5, 1].map((part) => quantile(ratios, part).toFixed(2));
    return `${middle} (${least} to ${most})`;
  };
  console.log(
    `| ${page} | ${median("latchkey/flask")} | ${median("Flask")} | ${ratio("Flask")} | ${ratio("minijinja-js")} |`,
  );
}
const about = { load: loadavg(), rounds };
writeResults("flask-rendering", { about, figures });

/** The CPU time of one call, in microseconds. */
function measure(render: () => unknown): number {
  const end = performance.now() + milliseconds;
  const before = process.cpuUsage();
  let count = 0;
  do {
    for (let each = 0; each < 10; each++) render();
    count += 10;
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
