import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import type { HistoryOperation } from "latchkey/testing";
import type { Order, Report } from "./worker.ts";

const PROCESSES = 3;
const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));
/** Of each process on each session. */
const REQUESTS = 8;
/** So long a load may take to go on, in milliseconds. */
const PATIENCE = 120_000;

/** Processes that share sessions in one store, and the history of their requests. */
export class Recorder {
  readonly history: HistoryOperation[] = [];
  readonly #arguments: readonly string[];
  readonly #workers: Worker[] = [];
  #missed = 0;

  constructor(kind: string, address: string) {
    // In the future, so that what Redis is to forget in a minute is there to the end of the test.
    const now = Math.floor(Date.now() / 1000) + 3600;
    this.#arguments = [kind, address, generateSecretKey(), String(now)];
  }

  async start(): Promise<this> {
    await Promise.all(Array.from({ length: PROCESSES }, async (_, number) => await this.restart(number)));
    return this;
  }

  /** How many operations were acknowledged, and how many had no good answer. */
  get counts(): { readonly acknowledged: number; readonly unanswered: number } {
    const acknowledged = this.history.filter(({ outcome }) => outcome === "ok").length;
    return { acknowledged, unanswered: this.history.length - acknowledged + this.#missed };
  }

  signal(number: number, signal: NodeJS.Signals): void {
    this.#workers[number]!.child.kill(signal);
  }

  /** Kills a process, if it runs, and starts it again. */
  async restart(number: number): Promise<void> {
    this.#workers[number]?.child.kill("SIGKILL");
    const worker = new Worker(this.#arguments, this.history, () => this.#missed++);
    this.#workers[number] = worker;
    await worker.isReady;
  }

  /** Makes requests while `breakIt` runs, and then reads each session once more. */
  async record(breakIt: () => Promise<void>): Promise<void> {
    const over = new AbortController();
    const breaking = breakIt().finally(() => over.abort());
    const cookies = new Map<string, string>();
    let rounds = 0;
    do {
      const round = rounds++;
      const sessions = [0, 1, 2].map((number) => `${round}.${number}`);
      await Promise.all(
        sessions.map(async (session, number) => {
          const cookie = await this.#workers[number]!.ask({ session, requests: 0, ends: false });
          if (cookie === undefined) return await sleep(50);
          cookies.set(session, cookie);
          await Promise.all(
            this.#workers.map(async (worker, each) => {
              await worker.ask({ session, cookie, requests: REQUESTS, ends: number !== 0 && each === number });
            }),
          );
        }),
      );
    } while (!over.signal.aborted || rounds < 3);
    await breaking;
    // One by one, or all of them would be there at once.
    for (const [session, cookie] of cookies) await this.#workers[0]!.ask({ session, cookie, requests: 1, ends: false });
  }

  /** Waits for further operations: acknowledged ones, or such that had no good answer. */
  async until(what: "acknowledged" | "unanswered", more: number): Promise<void> {
    const goal = this.counts[what] + more;
    const patience = performance.now() + PATIENCE;
    while (this.counts[what] < goal) {
      if (performance.now() > patience) throw new Error(`The requests do not go on: ${JSON.stringify(this.counts)}`);
      await sleep(20);
    }
  }

  stop(): void {
    for (const { child } of this.#workers) child.kill("SIGKILL");
  }
}

class Worker {
  readonly child: ChildProcess;
  readonly isReady: Promise<void>;
  readonly #waiting = new Map<string, (cookie: string | undefined) => void>();

  constructor(args: readonly string[], history: HistoryOperation[], missed: () => void) {
    const options = ["--conditions=latchkey-source", "--disable-warning=ExperimentalWarning"];
    this.child = spawn(process.execPath, [...options, WORKER, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    this.child.stdin!.on("error", () => {});
    const ready = Promise.withResolvers<void>();
    this.isReady = ready.promise;
    const places = new Map<number, number>();
    createInterface({ input: this.child.stdout! }).on("line", (line) => {
      const report = JSON.parse(line) as Report;
      if ("isReady" in report) ready.resolve();
      else if ("began" in report) places.set(report.began, history.push(report.operation) - 1);
      else if ("missed" in report) missed();
      else if ("done" in report) this.#answer(report.done, report.cookie);
      else {
        const place = places.get(report.ended)!;
        history[place] = { ...history[place]!, ...report.part };
      }
    });
    // Of a process that was killed, nothing more is to be waited for.
    this.child.once("close", () => {
      ready.reject(new Error("A process of the histories has ended before it was ready."));
      for (const session of this.#waiting.keys()) this.#answer(session, undefined);
    });
  }

  /** Resolves when the order was carried out, or the process has ended. */
  async ask(order: Order): Promise<string | undefined> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return undefined;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#waiting.set(order.session, resolve);
    this.child.stdin!.write(`${JSON.stringify(order)}\n`);
    return await promise;
  }

  #answer(session: string, cookie: string | undefined): void {
    this.#waiting.get(session)?.(cookie);
    this.#waiting.delete(session);
  }
}
