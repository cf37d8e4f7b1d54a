import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateSecretKey } from "../../src/keys/generate.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const COMMANDS = { Bun: ["bun", "run"], Deno: ["deno", "run", "--quiet", "--allow-all"] } as const;

const SAY = 'const say = ({ port }) => console.log("http://127.0.0.1:" + port);';

/** A runtime beside Node that the toolbar runs on. */
export type Runtime = keyof typeof COMMANDS;

/** All of them. */
export const RUNTIMES: readonly Runtime[] = ["Bun", "Deno"];

/** A server that runs as a process of its own. */
export interface RunningProgram {
  readonly url: string;
  /** What it has printed so far. */
  readonly output: () => string;
  /** Ends it, and waits for its end. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a server with a toolbar on a runtime, and waits for its address.
 *
 * @param name of the program's file.
 * @param code may use `toolbar`, the text `page`, and `say({ port })`, which it has to call. It
 *   imports the source of the package from "../../src/".
 * @param kind `ts` for a program that makes a toolbar itself, if it has one, and may use `say`
 *   only.
 */
export async function startOn(
  runtime: Runtime,
  name: string,
  code: string,
  kind: "mjs" | "ts" = "mjs",
): Promise<RunningProgram> {
  mkdirSync(`${root}/artifacts/runtimes`, { recursive: true });
  const file = `${root}/artifacts/runtimes/${`${runtime} ${name}`.replace(/\W+/g, "-")}.${kind}`;
  writeFileSync(
    file,
    kind === "ts"
      ? `${SAY}\n${code}`
      : `import { Toolbar } from "../../src/toolbar/index.ts";
const toolbar = new Toolbar({ keys: ${JSON.stringify(generateSecretKey())} });
const page = "<!doctype html><html><body>hi</body></html>";
${SAY}
${code}`,
  );
  const [command, ...args] = COMMANDS[runtime];
  const child = spawn(`${root}/node_modules/.bin/${command}`, [...args, file], {
    env: { ...process.env, NODE_ENV: "development", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", () => {
      const found = /http:\/\/\S+/.exec(output)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.once("close", () => reject(new Error(`The program ended: ${output}`)));
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  return { url, output: () => output, stop };
}
