import type { Reporter, TestModule } from "vitest/node";
import { formsIn } from "./canary.ts";
import { contractTable } from "./contract-table.ts";
import { runtimeTable } from "./runtime-table.ts";

/**
 * Closes a run with one line that counts, after it has searched everything that the whole suite
 * printed, and every error that it met, for the key that tests plant: if it shows anywhere, the run
 * fails. (test/canary.test.ts searches what is not printed.) What failed stands here once more, a
 * line each, as whoever reads a long log begins at its end.
 */
export default class ClosingReporter implements Reporter {
  #printed = "";
  #searched = 0;

  onUserConsoleLog({ content }: { readonly content: string }): void {
    // The end of what came before stays: a key may be cut in two.
    this.#printed = this.#printed.slice(-1000) + content;
    this.#searched += content.length;
    search(this.#printed);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly Complaint[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result()));
    // What fails outside of a test: a file that does not load, or a hook.
    const outside = [
      ...errors,
      ...modules.flatMap((module) => [module, ...module.children.allSuites()]).flatMap((suite) => suite.errors()),
    ];
    for (const { message = "", stack = "" } of [...outside, ...states.flatMap(({ errors: own }) => own ?? [])])
      search(message + stack);
    const count = (state: string): number => states.filter((result) => result.state === state).length;
    const skipped = count("skipped");
    process.stdout.write(contractTable(modules));
    process.stdout.write(runtimeTable(modules));
    process.stdout.write(failures(modules));
    process.stdout.write(
      `The planted key shows nowhere in ${this.#searched.toLocaleString("en")} characters of output.\n`,
    );
    process.stdout.write(
      `${count("passed")} passed, ${count("failed") + outside.length} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
    );
  }
}

/**
 * A line for each test, and each hook or file, that failed: where it is, its name, and the error's
 * first line.
 */
function failures(modules: readonly TestModule[]): string {
  const lines = modules.flatMap((module) => {
    const line = (name: string, error: Complaint | undefined): string =>
      `✗ ${[module.relativeModuleId, name, firstLineOf(error)].filter((part) => part !== "").join(": ")}\n`;
    return [
      ...module.errors().map((error) => line("", error)),
      ...[...module.children.allSuites()].flatMap((suite) =>
        suite.errors().map((error) => line(suite.fullName, error)),
      ),
      ...[...module.children.allTests("failed")].map((test) => line(test.fullName, test.result().errors?.[0])),
    ];
  });
  return lines.join("");
}

function firstLineOf({ message = "" }: Complaint = {}): string {
  return message.split("\n", 1)[0]!.slice(0, 200);
}

interface Complaint {
  readonly message?: string;
  readonly stack?: string;
}

function search(text: string): void {
  if (formsIn(text).length === 0) return;
  process.exitCode = 1;
  throw new Error("A planted secret key was printed by a test: something under test shows keys.");
}
