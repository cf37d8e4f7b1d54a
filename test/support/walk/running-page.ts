import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { cleanEnvironment } from "./install-page.ts";

/** A server that runs until it is stopped. */
export interface RunningPage {
  /** Such as "http://localhost:43210", without a slash at the end. */
  readonly url: string;
  /** All that it has printed so far. */
  output(): string;
  /** Ends it and all that it has started. */
  stop(): Promise<void>;
}

/**
 * Starts a server, and waits until it answers.
 *
 * @param command the words of the command line, for a free port.
 * @param env more environment variables. PORT is set.
 * @throws Error with what it printed, if it ends before.
 */
export async function runPage(
  folder: string,
  command: (port: number) => readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunningPage> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const [program, ...words] = command(port);
  const child = spawn(program!, words, {
    cwd: folder,
    env: cleanEnvironment({ ...env, PORT: String(port) }),
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that all that it starts can be ended with it.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  const ended = once(child, "close");
  const stop = async (): Promise<void> => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // The group has ended by itself.
    }
    await ended;
  };

  while (child.exitCode === null) {
    try {
      await (await fetch(url, { redirect: "manual" })).text();
      return { url, output: () => output, stop };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await stop();
  throw new Error(`${[program, ...words].join(" ")} ended before it answered:\n${output}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
