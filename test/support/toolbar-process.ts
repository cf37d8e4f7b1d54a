import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import type { ExchangeRecord, ExchangeSummary, ToolbarOptions } from "latchkey/toolbar";
import { afterEach } from "vitest";

/** A server of toolbar-app.ts that runs. */
export interface ToolbarProcess {
  readonly url: string;
  readonly pid: number;
  output(): string;
  /** Opens a page as a browser does, and gives the id and the token of its record. */
  visit(path: string, headers?: Readonly<Record<string, string>>): Promise<Visited>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A page that was opened. */
export interface Visited {
  readonly id: string;
  readonly token: string;
  /** The process that answered. */
  readonly process: string;
  readonly response: Response;
}

const running: ToolbarProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder of an application, with a package.json. It is removed after the test. */
export function applicationFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-app-"));
  writeFileSync(join(folder, "package.json"), "{}");
  folders.push(folder);
  return folder;
}

/** The key of all servers that are not given one. */
export const KEY = generateSecretKey();

/** Starts a server in a folder, in development. It is killed after the test. */
export async function startToolbar(
  folder: string,
  options: Partial<Omit<ToolbarOptions, "keys">> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<ToolbarProcess> {
  // As a developer starts it: not in a test run.
  const { LATCHKEY_ENV: _, VITEST: __, ...inherited } = process.env;
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", fileURLToPath(new URL("toolbar-app.ts", import.meta.url))],
    {
      cwd: folder,
      env: { ...inherited, NODE_ENV: "development", SECRET_KEY: KEY, TOOLBAR: JSON.stringify(options), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const closed = once(child, "close");
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", () => {
      const found = /http:\/\/\S+/.exec(output)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.once("close", () => reject(new Error(`The server ended before it listened:\n${output}`)));
  });
  const server: ToolbarProcess = {
    url,
    pid: child.pid!,
    output: () => output,
    visit: async (path, headers = {}) => await visit(url + path, headers),
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await closed;
    },
  };
  running.push(server);
  return server;
}

async function visit(address: string, headers: Readonly<Record<string, string>>): Promise<Visited> {
  const response = await fetch(address, {
    headers: { "sec-fetch-dest": "document", connection: "close", ...headers },
    redirect: "manual",
  });
  const text = await response.text();
  const script = new URL((/src="([^"]+)"/.exec(text)?.[1] ?? "").replaceAll("&amp;", "&"), address);
  return {
    id: script.searchParams.get("exchange") ?? "",
    token: script.searchParams.get("token") ?? "",
    process: response.headers.get("x-process") ?? "",
    response,
  };
}

/** One of the toolbar's own addresses, with a token. Undefined if the answer is not 200. */
async function ask(server: ToolbarProcess, path: string, token: string): Promise<unknown> {
  const url = new URL(`/_latchkey/${path}`, server.url);
  url.searchParams.set("token", token);
  const response = await fetch(url, { headers: { connection: "close" } });
  const text = await response.text();
  return response.status === 200 ? JSON.parse(text) : undefined;
}

/** The raw record of a request. Undefined if the server does not have it. */
export async function recordAt(server: ToolbarProcess, { id, token }: Visited): Promise<ExchangeRecord | undefined> {
  return (await ask(server, `exchanges/${id}?format=record`, token)) as ExchangeRecord | undefined;
}

/** All requests that a token may see, newest first. */
export async function listAt(server: ToolbarProcess, token: string): Promise<readonly ExchangeSummary[]> {
  const list = (await ask(server, "exchanges", token)) as { exchanges: readonly ExchangeSummary[] } | undefined;
  return list?.exchanges ?? [];
}
