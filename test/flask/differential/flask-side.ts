import { fileURLToPath } from "node:url";
import { execFileSync } from "node:child_process";
import { pythonWith, requirement } from "../../support/requirements.ts";
import { LineProcess } from "../../support/line-process.ts";
import { KEY, OLD_KEY } from "./configuration.ts";

/** The version that the answers are compared with. Others answer otherwise. */
const VERSION = "3.1.3";

/**
 * A Python with this version of Flask; undefined where there is none, and tests have to be skipped.
 */
export const flaskPython = requirement(`a Python with Flask ${VERSION}`, () => {
  const python = pythonWith("flask");
  if (python === undefined) return undefined;
  const found = execFileSync(python, ["-c", "import importlib.metadata as m; print(m.version('flask'))"]).toString();
  return found.trim() === VERSION ? python : undefined;
});

/** The process of the real Flask, which serves the same configurations. */
export class FlaskSide {
  readonly #process: LineProcess;

  constructor(python: string) {
    this.#process = new LineProcess(python, [fileURLToPath(new URL("flask_side.py", import.meta.url))]);
  }

  /** Starts Flask's application of this name, or one that is made of pieces. Returns its port. */
  async start(name: string, spec?: object): Promise<number> {
    const { port } = await this.#ask<{ port: number }>({ do: "start", name, spec });
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

  /** The same session cookie, signed `age` seconds ago. */
  async aged(cookie: string, age: number): Promise<string> {
    return (await this.#ask<{ cookie: string }>({ do: "age", cookie, age, keys: [KEY, OLD_KEY] })).cookie;
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
