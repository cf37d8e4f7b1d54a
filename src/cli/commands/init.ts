import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { checkWritable, describeChange, writeChange } from "../init/file-change.ts";
import { findFramework, FRAMEWORK_NAMES } from "../init/find-framework.ts";
import { nextSteps } from "../init/next-steps.ts";
import { makePlan } from "../init/plan.ts";
import { readProject } from "../init/project.ts";
import { EXIT, paint, type ExitCode, type Io } from "../io.ts";

interface Options {
  readonly yes?: boolean;
  readonly toolbar?: boolean;
  readonly framework?: string;
  readonly directory: string;
}

/** `latchkey init`: sets up sessions in an application. It asks before it writes. */
export function addInit(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  program
    .command("init")
    .description("set up sessions in an application: a key for this machine, and a file with the session manager")
    .option("--yes", "write the files without asking")
    .option("--toolbar", "with the debug toolbar")
    .addOption(
      new Option("--framework <name>", "the framework, if it is not found in package.json").choices(FRAMEWORK_NAMES),
    )
    .option("--directory <folder>", "the application's folder, with its package.json", ".")
    .addHelpText(
      "after",
      `
It shows what it would write, and asks. No file of yours is rewritten: a key is added to .env, a
line to .gitignore, and one new file has the session manager. The lines for your own code are
printed. A second run changes nothing.

Examples:
  $ latchkey init
  $ latchkey init --yes --toolbar
  $ latchkey init --directory packages/api --framework express

Exit code: 0 if all is set up, 1 if nothing was written (the answer was not yes, or there is no
terminal to ask at and no --yes), 2 if the application was not understood.`,
    )
    .action(async ({ yes = false, toolbar = false, framework: named, directory }: Options) => {
      const project = readProject(resolve(io.cwd, directory), directory === "." ? "this folder" : directory, io.env);
      const framework = findFramework(project, named);
      const { isTypeScript, isEsm, newline, indent } = project;
      const style = { isTypeScript, isEsm, newline, indent, hasToolbar: toolbar };
      const plan = makePlan(project, framework, style);
      const { changes, kept, warnings } = plan;

      const entry = project.entry === undefined ? "" : ` in ${project.entry}`;
      const by = project.manager.by === undefined ? "" : ` (${project.manager.by})`;
      io.out(`${paint(io, "bold", framework.title)}${entry}, with ${project.manager.name}${by}.\n\n`);
      for (const change of changes) io.out(`${describeChange(change, io)}\n`);
      for (const sentence of kept) io.out(`${paint(io, "dim", "·")} ${sentence}\n`);
      for (const warning of warnings) io.out(`${paint(io, "yellow", "!")} ${warning}\n`);
      if (kept.length + warnings.length > 0) io.out("\n");

      if (changes.length > 0) {
        checkWritable(project.folder, changes);
        if (!yes && !(await isAgreed(io, changes.length))) return finish(EXIT.nothing);
        for (const change of changes) writeChange(project.folder, change);
        io.out(`${paint(io, "green", "✓")} Wrote ${changes.map(({ path }) => path).join(", ")}.\n\n`);
      } else io.out(`${paint(io, "green", "✓")} Nothing to change.\n\n`);
      io.out(nextSteps(project, framework, plan, style));
    });
}

/** Asks at the terminal. Without one, nothing is agreed. */
async function isAgreed(io: Io, count: number): Promise<boolean> {
  const files = count === 1 ? "this file" : `these ${count} files`;
  if (!io.isTerminal) {
    io.error("Nothing was written, because there is no terminal to ask at. Fix: npx latchkey init --yes\n");
    return false;
  }
  const answer = await io.ask(`Write ${files}? Type yes or no: `);
  if (/^\s*y(?:es)?\s*$/i.test(answer)) return true;
  io.error("Nothing was written.\n");
  return false;
}
