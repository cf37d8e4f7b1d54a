import { fileURLToPath } from "node:url";
import { LineProcess } from "../../support/line-process.ts";
import { KEY, OLD_KEY } from "./configuration.ts";

/** The process of the real Flask, which serves the same configurations. */
export class FlaskSide {
  readonly #process: LineProcess;

  constructor(python: string) {
    this.#process = new LineProcess(python, [fileURLToPath(new URL("flask_side.py", import.meta.url))]);
  }

  /** Starts Flask's application of this name, and returns its port. */
  async start(name: string): Promise<number> {
    const { port } = await this.#ask<{ port: number }>({ do: "start", name });
    return port;
  }

  async stop(name: string): Promise<void> {
    await this.#ask({ do: "stop", name });
  }

  /** A session cookie with this content, as Flask would have made it `age` seconds ago. */
  async sign(content: unknown, age = 0, key = KEY): Promise<string> {
    return (await this.#ask<{ cookie: string }>({ do: "sign", content, age, key })).cookie;
  }

  /** The content of a session cookie as JSON; undefined if no key of ours has signed it. */
  async open(cookie: string): Promise<string | undefined> {
    const answer = await this.#ask<{ content: string | null }>({ do: "open", cookie, keys: [KEY, OLD_KEY] });
    return answer.content ?? undefined;
  }

  close(): void {
    this.#process.close();
  }

  async #ask<Answer>(message: object): Promise<Answer> {
    const answer = await this.#process.ask<Answer & { error?: string }>(message);
    if (answer.error !== undefined) throw new Error(`Flask's side, ${JSON.stringify(message)}: ${answer.error}`);
    return answer;
  }
}
