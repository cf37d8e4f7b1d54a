import { spawn, type ChildProcess } from "node:child_process";
import { connect } from "node:net";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Clock ticks in a second, as Linux counts CPU time for programs. */
const TICKS = 100;

/** A server with all its processes. */
export class ProcessTree {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Starts a command, and waits until it listens on the port. */
  static async start(command: string, args: readonly string[], port: number, folder: string): Promise<ProcessTree> {
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    while (!(await isListening(port))) {
      if (child.exitCode !== null) throw new Error(`${command} ended with code ${child.exitCode}.`);
      await sleep(50);
    }
    return new ProcessTree(child, port);
  }

  /** The CPU time of all its processes so far, user and system, in seconds. */
  cpu(): number {
    return cpuOf(this.#child.pid!);
  }

  stop(): void {
    this.#child.kill();
  }
}

function cpuOf(id: number): number {
  const stat = readFileSync(`/proc/${id}/stat`, "utf8");
  // The name of the program stands in brackets, and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const own = (Number(fields[11]) + Number(fields[12])) / TICKS;
  const children = readFileSync(`/proc/${id}/task/${id}/children`, "utf8").split(" ").filter(Boolean);
  return children.reduce((sum, child) => sum + cpuOf(Number(child)), own);
}

async function isListening(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
