import { fileURLToPath } from "node:url";
import type { Flask } from "latchkey/flask";
import { LineProcess } from "./line-process.ts";
import { pythonWith, requirement } from "./requirements.ts";

/** A request to both sides. */
export interface Ask {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** An answer of either side. Names of headers are in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The real Flask in a long-lived process of Python. */
export class RealFlask {
  readonly #process: LineProcess;

  constructor(python: string) {
    this.#process = new LineProcess(python, [fileURLToPath(new URL("real_flask.py", import.meta.url))]);
  }

  /** Runs the code, which makes `app`, and answers the requests one after the other. */
  async ask(code: string, asks: readonly Ask[], cookies = true): Promise<readonly Answer[]> {
    const { answers, trace } = await this.#process.ask<{
      answers?: { status: number; headers: [string, string][]; text: string }[];
      trace?: string;
    }>({
      do: "ask",
      code,
      cookies,
      requests: asks.map(({ body, ...ask }) => ({
        ...ask,
        ...(body === undefined ? {} : { body: Buffer.from(body).toString("base64") }),
      })),
    });
    if (answers === undefined) throw new Error(trace);
    return answers.map(({ headers, ...answer }) => ({ ...answer, headers: joined(headers) }));
  }

  /** Runs the code, and returns what it has left in `value`. */
  async evaluate<Value>(code: string): Promise<Value> {
    const { value, trace } = await this.#process.ask<{ value?: Value; trace?: string }>({ do: "evaluate", code });
    if (trace !== undefined) throw new Error(trace);
    return value as Value;
  }

  close(): void {
    this.#process.close();
  }
}

/** A Python with Flask, if this machine has one. */
export const pythonWithFlask: string | undefined = requirement("a Python with Flask", () => pythonWith("flask"));

/** Answers requests with ours, one after the other, with the cookies of the earlier answers. */
export async function askOurs(app: Flask, asks: readonly Ask[]): Promise<readonly Answer[]> {
  const cookies = new Map<string, string>();
  const answers: Answer[] = [];
  for (const { path, method = "GET", headers: given, body } of asks) {
    const headers = new Headers(given);
    if (cookies.size > 0) headers.set("Cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const init = { method, headers, redirect: "manual", ...(body === undefined ? {} : { body: Buffer.from(body) }) };
    const response = await app.fetch(new Request(`http://localhost${path}`, init as RequestInit));
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0]!.split(/=(.*)/s) as [string, string];
      if (/Max-Age=0/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    answers.push({
      status: response.status,
      headers: joined([...response.headers] as [string, string][]),
      text: await response.text(),
    });
  }
  return answers;
}

function joined(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const [name, value] of pairs) all[name] = all[name] === undefined ? value : `${all[name]}, ${value}`;
  return all;
}
