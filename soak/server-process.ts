import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Measured } from "./server.ts";
import type { StorePlace } from "./stores.ts";

/** An adapter's process, seen from the outside. */
export class ServerProcess {
  readonly adapter: string;
  readonly store: StorePlace;
  readonly #child: ChildProcess;
  #port = 0;
  #errors = "";
  #end: string | undefined;
  #isWanted = true;

  private constructor(adapter: string, store: StorePlace, keyFile: string) {
    this.adapter = adapter;
    this.store = store;
    this.#child = fork(new URL("server.ts", import.meta.url), [adapter, JSON.stringify(store), keyFile], {
      env: { ...process.env, NODE_ENV: "production" },
      execArgv: ["--expose-gc", "--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr!.on("data", (chunk: Buffer) => (this.#errors = (this.#errors + chunk.toString()).slice(-4000)));
    this.#child.once("exit", (code, signal) => {
      if (this.#isWanted) this.#end = `ended with ${signal ?? `code ${code}`}:\n${this.#errors}`;
    });
  }

  static async start(adapter: string, store: StorePlace, keyFile: string): Promise<ServerProcess> {
    const server = new ServerProcess(adapter, store, keyFile);
    server.#port = (await server.#answer<{ port: number }>()).port;
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** Why the process is not there any more; undefined while it is. */
  get end(): string | undefined {
    return this.#end;
  }

  async measure(): Promise<Measured> {
    const answer = this.#answer<Measured>();
    this.#child.send("measure", () => {});
    return await answer;
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill();
    await ended;
  }

  async #answer<Message>(): Promise<Message> {
    if (this.#end !== undefined) throw new Error(`The server with ${this.adapter} ${this.#end}`);
    const over = new AbortController();
    const { signal } = over;
    try {
      const exited = once(this.#child, "exit", { signal }).then(() => undefined);
      const answer = await Promise.race([once(this.#child, "message", { signal }), exited]);
      if (answer !== undefined) return answer[0] as Message;
      throw new Error(`The server with ${this.adapter} ${this.#end ?? "has ended"}`);
    } finally {
      over.abort();
    }
  }
}
