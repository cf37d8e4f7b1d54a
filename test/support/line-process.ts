import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A long-lived process that answers one JSON line with one JSON line. */
export class LineProcess {
  readonly #child;
  readonly #answers: AsyncIterator<string>;
  #errors = "";

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr.on("data", (chunk: Buffer) => (this.#errors += chunk.toString()));
    // A broken pipe shows as "the other side went away" where its answer is awaited.
    this.#child.stdin.on("error", () => undefined);
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ask<Answer>(message: object): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error(`The other side went away:\n${this.#errors}`);
    return JSON.parse(value) as Answer;
  }

  close(): void {
    this.#child.kill();
  }
}
