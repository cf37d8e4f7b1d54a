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

/** A line for each test that failed: where it is, its name, and the first line of the error. */
function failures(modules: readonly TestModule[]): string {
  return modules
    .flatMap((module) => [...module.children.allTests("failed")].map((test) => ({ module, test })))
    .map(({ module, test }) => {
      const [message = ""] = test.result().errors?.map(({ message: text }) => text.split("\n", 1)[0]!) ?? [];
      return `✗ ${module.relativeModuleId}: ${test.fullName}: ${message.slice(0, 200)}\n`;
    })
    .join("");
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
