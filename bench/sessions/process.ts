import { fork, execFileSync, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { SECRET, type Environment } from "./contender.ts";

const canPin =
  process.platform === "linux" && availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;

/**
 * Keeps this process, which makes the load, off the core that the servers run on. Says whether that
 * was possible.
 */
export function pinLoad(): boolean {
  if (canPin) execFileSync("taskset", ["-a", "-cp", "1", String(process.pid)], { stdio: "ignore" });
  return canPin;
}

/** What a contender's process is told. */
export interface Setup extends Omit<Environment, "build"> {
  /** The dist folder of Latchkey; peers and floors do not use it. */
  readonly dist: string;
}

/** A contender in its own process, on the servers' core. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** @param setup Default: one secret key, and Latchkey's own limit for the size of a session. */
  static async start(label: string, setup: Pick<Setup, "dist" | "services"> & Partial<Setup>): Promise<ServerProcess> {
    const whole: Setup = { secrets: [SECRET], sizeLimit: {}, ...setup };
    const child = fork(new URL("server.ts", import.meta.url), [label, JSON.stringify(whole)], {
      env: { ...process.env, NODE_ENV: "production" },
      execArgv: [
        "--disable-warning=ExperimentalWarning",
        "--disable-warning=LATCHKEY_PLAIN_HTTP",
        ...(process.env["BENCH_NODE_OPTIONS"]?.split(" ") ?? []),
      ],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    if (canPin) execFileSync("taskset", ["-a", "-cp", "0", String(child.pid)], { stdio: "ignore" });
    const [message] = (await Promise.race([once(child, "message"), failed(child, label)])) as [{ port: number }];
    return new ServerProcess(child, message.port);
  }

  /** CPU time of all its threads so far, user and system, in microseconds. */
  async cpu(): Promise<number> {
    const answer = once(this.#child, "message");
    this.#child.send("cpu");
    const [{ user, system }] = (await answer) as [NodeJS.CpuUsage];
    return user + system;
  }

  stop(): void {
    this.#child.removeAllListeners("exit");
    this.#child.kill();
  }
}

async function failed(child: ChildProcess, label: string): Promise<never> {
  const [code] = (await once(child, "exit")) as [number];
  throw new Error(`The server "${label}" ended with ${code}.`);
}
