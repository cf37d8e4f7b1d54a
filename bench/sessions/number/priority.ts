import { execFileSync, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/**
 * Gives one processor to this process and all that it has started, before every ordinary process of
 * the machine, or takes it away again. Otherwise a 99th percentile tells of the others: what wakes
 * while they compute waits for the kernel's next tick, 4 ms later. And one, because the client and
 * the server take turns: to wake a second processor can take as long as Redis's answer. Says
 * whether it was possible: it takes Linux and the right to do so.
 */
export function runFirst(isFirst: boolean): boolean {
  if (process.platform !== "linux") return false;
  const last = availableProcessors - 1;
  return family().every((pid) => {
    const commands = isFirst
      ? [`taskset --all-tasks --cpu-list --pid ${last} ${pid}`, `chrt --rr --all-tasks --pid 1 ${pid}`]
      : [`chrt --other --all-tasks --pid 0 ${pid}`, `taskset --all-tasks --cpu-list --pid 0-${last} ${pid}`];
    return commands.every((command) => {
      const [program, ...args] = command.split(" ");
      return spawnSync(program!, args).status === 0;
    });
  });
}

/** Asked before anything is pinned. */
const availableProcessors = availableParallelism();

/** This process and its descendants. */
function family(): number[] {
  const rows = execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const processes = rows.map((row) => row.trim().split(/\s+/).map(Number) as [pid: number, parent: number]);
  const found = [process.pid];
  // The list grows while it is walked, and so holds children's children at the end. `ps` itself is
  // gone by now.
  for (const parent of found)
    found.push(...processes.filter(([pid, of]) => of === parent && isAlive(pid)).map(([pid]) => pid));
  return found;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
