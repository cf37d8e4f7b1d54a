import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { EXIT, type ExitCode, type Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

/** What the command needs of an application of `latchkey/flask`, which it knows by its methods. */
interface FlaskApplication {
  runCommand(argv: readonly string[], output: Pick<Io, "out" | "error">): Promise<number>;
}

/** The files in which an application is looked for, as Flask looks for app.py and wsgi.py. */
const FILES = ["app.ts", "app.js", "app.mjs", "src/app.ts", "src/app.js", "wsgi.ts", "wsgi.js", "index.ts", "index.js"];
const FACTORIES = ["createApp", "makeApp"];

/** `latchkey flask …`: runs a command of an application that is written with `latchkey/flask`. */
export function addFlask(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  program
    .command("flask")
    .description("run an application of latchkey/flask: run, routes, or a command of its own")
    .argument("[command...]", "run, routes, or the name of a command, with its arguments")
    .option("--app <file>", 'the file of the application, or "file:name" for an export of it (default: FLASK_APP)')
    .passThroughOptions()
    .addHelpText("after", HELP)
    .action(async (words: readonly string[], { app: given }: { readonly app?: string }) => {
      const application = await loadApplication(given ?? io.env["FLASK_APP"], io);
      const code = await application.runCommand(words.length === 0 ? ["--help"] : words, io);
      finish(code === 0 ? EXIT.good : EXIT.failed);
    });
}

async function loadApplication(given: string | undefined, io: Io): Promise<FlaskApplication> {
  const [, named, name] = /^(.*?)(?::(\w+))?$/.exec(given ?? "")!;
  const file = named === "" || named === undefined ? FILES.find((each) => existsSync(resolve(io.cwd, each))) : named;
  if (file === undefined)
    throw new UsageError(
      `There is no application here: none of ${FILES.join(", ")}. Fix: latchkey flask --app path/to/app.ts run, or set FLASK_APP.`,
    );
  if (!existsSync(resolve(io.cwd, file)))
    throw new UsageError(`There is no file ${file}. Fix: give the path of the application's file with --app.`);
  // `app.run()` in the file would serve the application before the command.
  process.env["FLASK_RUN_FROM_CLI"] = "true";
  const module = (await import(pathToFileURL(resolve(io.cwd, file)).href)) as Readonly<Record<string, unknown>>;
  const found = name === undefined ? findApplication(module) : await made(module[name]);
  if (isApplication(found)) return found;
  if (name === undefined) {
    for (const factory of FACTORIES) {
      const application = typeof module[factory] === "function" ? await made(module[factory]) : undefined;
      if (isApplication(application)) return application;
    }
  }
  throw new UsageError(
    `The file ${file} exports no application${name === undefined ? "" : ` as "${name}"`}. Fix: export const app = new Flask(import.meta.url), or export function createApp.`,
  );
}

function findApplication(module: Readonly<Record<string, unknown>>): unknown {
  const names = ["app", "application", "default", ...Object.keys(module)];
  return names.map((name) => module[name]).find(isApplication);
}

async function made(value: unknown): Promise<unknown> {
  if (typeof value !== "function" || isApplication(value)) return value;
  return (await (value as (env: unknown) => unknown)(process.env)) as unknown;
}

function isApplication(value: unknown): value is FlaskApplication {
  return (
    typeof value === "object" && value !== null && typeof (value as Partial<FlaskApplication>).runCommand === "function"
  );
}

const HELP = `
Examples:
  $ latchkey flask run --port 8000
  $ latchkey flask routes
  $ latchkey flask --app shop/app.ts:createApp init-db

Exit code: 0 if the command succeeded, 2 if it failed, or if no command has that name.`;
