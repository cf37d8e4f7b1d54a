import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** An example that runs as a process of its own, as its user would start it. */
export interface RunningExample {
  readonly url: string;
  /** All that it has printed so far. */
  output(): string;
  /** Sends a signal that does not end it. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal, waits for the end, and returns the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts a file (from the project's root) on a free port, and waits until it has printed its
 * address.
 */
export async function runExample(file: string, env: Readonly<Record<string, string>> = {}): Promise<RunningExample> {
  const child = startExample(file, env);
  let output = "";
  const collect = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout!.on("data", collect);
  child.stderr!.on("data", collect);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.on("data", () => {
      const found = /http:\/\/\S+/.exec(output)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.once("close", (code) =>
      reject(new Error(`${file} ended with code ${String(code)} before it listened:\n${output}`)),
    );
  });
  return {
    url,
    output: () => output,
    signal: (signal) => void child.kill(signal),
    stop: async (signal = "SIGINT") => {
      if (child.exitCode !== null) return child.exitCode;
      const ended = once(child, "exit");
      child.kill(signal);
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}

/**
 * Starts a file and hands its process over, for one that is not expected to listen.
 *
 * @param env NODE_ENV is "development" unless it is given, as `npm start` sets it; "" leaves it
 *   unset.
 */
export function startExample(file: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
  const { SECRET_KEY: _, NODE_ENV: __, LATCHKEY_ENV: ___, ...inherited } = process.env;
  const { NODE_ENV = "development", ...others } = env;
  return spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", fileURLToPath(new URL(`../../${file}`, import.meta.url))],
    {
      env: { ...inherited, PORT: "0", ...others, ...(NODE_ENV === "" ? {} : { NODE_ENV }) },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}
