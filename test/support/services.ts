import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { executable, requirement } from "./requirements.ts";

const run = promisify(execFile);

/**
 * Redis, with the tool that makes a Cluster; undefined where they are missing, and tests have to be
 * skipped.
 */
export const redisPrograms = requirement("Redis (redis-server and redis-cli)", () => {
  const [server, tool] = [executable("redis-server"), executable("redis-cli")];
  return server !== undefined && tool !== undefined ? { server, tool } : undefined;
});

/** Valkey's server; undefined where it is missing, and tests have to be skipped. */
export const valkeyProgram = requirement("Valkey (valkey-server)", () => executable("valkey-server"));

/** The folder of PostgreSQL's programs, the newest there is; undefined where they are missing. */
export const postgresPrograms = requirement("PostgreSQL (initdb, postgres and pg_isready)", () => {
  const versions = globSync("/usr/lib/postgresql/*/bin").sort((one, other) =>
    one.localeCompare(other, "en", { numeric: true }),
  );
  const folders = [...versions.toReversed(), ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.find((folder) =>
    ["initdb", "postgres", "pg_isready"].every((program) => existsSync(join(folder, program))),
  );
});

/**
 * A server that runs as a process of its own, on a free port of this machine, with its files in a
 * temporary folder.
 */
export class Service {
  readonly port: number;
  readonly folder: string;
  readonly #command: readonly string[];
  readonly #isReady: () => Promise<boolean>;
  #child: ChildProcess | undefined;
  #output = "";

  constructor(port: number, folder: string, command: readonly string[], isReady: () => Promise<boolean>) {
    this.port = port;
    this.folder = folder;
    this.#command = command;
    this.#isReady = isReady;
  }

  /** Starts it, or starts it again, and waits until it answers. */
  async start(): Promise<this> {
    const child = spawn(this.#command[0]!, this.#command.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
    const collect = (chunk: Buffer): void => void (this.#output = (this.#output + chunk.toString()).slice(-10_000));
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    this.#child = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    const patience = performance.now() + 30_000;
    while (!(await this.#isReady())) {
      if (child.exitCode !== null || performance.now() > patience)
        throw new Error(`${this.#command.join(" ")} does not answer:\n${this.#output}`);
      await sleep(50);
    }
    return this;
  }

  /** The last 10,000 characters that it has printed. */
  get output(): string {
    return this.#output;
  }

  /** Sends a signal that does not end the process, such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends the process by a signal, and waits for its end. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  /** Ends the process, and removes its files. */
  async stop(): Promise<void> {
    await this.kill();
    // PostgreSQL's children see a moment later that their parent is gone.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/**
 * Starts a Redis server of its own.
 *
 * @param options.always It answers a write when the disk has it.
 * @param options.program Another server of this protocol, with the same arguments.
 */
export async function startRedis({
  always = false,
  program,
}: { readonly always?: boolean; readonly program?: string } = {}): Promise<Service> {
  const folder = temporaryFolder("redis");
  const options = ["--appendonly", always ? "yes" : "no", "--appendfsync", "always"];
  return await redisServer(folder, await freePort(), options, program).start();
}

/** Starts a Sentinel that watches a server under the name "main". */
export async function startSentinel(watched: Service): Promise<Service> {
  const folder = temporaryFolder("redis-sentinel");
  const file = join(folder, "sentinel.conf");
  writeFileSync(file, `sentinel monitor main 127.0.0.1 ${watched.port} 1\n`);
  const port = await freePort();
  const command = [
    ...withParent(),
    redisPrograms!.server,
    file,
    "--sentinel",
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
  ];
  return await new Service(port, folder, command, async () => await answersPing(port)).start();
}

/** Six Redis servers that make up one Cluster: three primaries, each with a replica. */
export interface RedisCluster {
  readonly nodes: readonly Service[];
  /** The primary that keeps a key. */
  primaryOf(key: string): Promise<Service>;
  /** Whether every slot is served. */
  isWhole(): Promise<boolean>;
  stop(): Promise<void>;
}

export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes: Service[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(nodes.map(async (node) => await node.stop())));
  const ask = async (node: Service, ...args: readonly string[]): Promise<string> =>
    (await run(redisPrograms!.tool, ["-p", String(node.port), ...args])).stdout;
  const isWhole = async (): Promise<boolean> => {
    const answers = await Promise.all(
      nodes.map(async (node) => await ask(node, "cluster", "info").catch(() => "down")),
    );
    return answers.every((answer) => answer === "down" || answer.includes("cluster_state:ok"));
  };
  try {
    while (nodes.length < 6) {
      const port = await freePort({ withBus: true });
      const options = [
        "--cluster-enabled",
        "yes",
        "--cluster-node-timeout",
        "1000",
        "--cluster-config-file",
        "nodes.conf",
        "--save",
        "",
      ];
      nodes.push(await redisServer(temporaryFolder("redis-cluster"), port, options).start());
    }
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    await run(redisPrograms!.tool, ["--cluster", "create", ...addresses, "--cluster-replicas", "1", "--cluster-yes"]);
    const isReplicated = async (): Promise<boolean> =>
      (await Promise.all(nodes.map(async (node) => await ask(node, "info", "replication")))).every((answer) =>
        /role:master|master_link_status:up/.test(answer),
      );
    const patience = performance.now() + 30_000;
    while (!((await isWhole()) && (await isReplicated()))) {
      if (performance.now() > patience) throw new Error("The Redis Cluster does not come together.");
      await sleep(100);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    nodes,
    isWhole,
    stop,
    primaryOf: async (key) => {
      const living = nodes[0]!;
      const slot = Number(await ask(living, "cluster", "keyslot", key));
      for (const line of (await ask(living, "cluster", "nodes")).split("\n")) {
        const [, address, flags, , , , , , ...ranges] = line.split(" ");
        if (flags?.includes("master") !== true) continue;
        const holds = ranges.some((range) => {
          const [first, last = first] = range.split("-").map(Number);
          return slot >= first! && slot <= last!;
        });
        if (holds) return nodes.find(({ port }) => address!.startsWith(`127.0.0.1:${port}@`))!;
      }
      throw new Error("No primary of the Cluster keeps this key.");
    },
  };
}

/**
 * Starts a PostgreSQL of its own. Its only user is "postgres", from this machine, without a
 * password.
 */
export async function startPostgres(): Promise<Service & { readonly url: string }> {
  const folder = temporaryFolder("postgres");
  const port = await freePort();
  const as = unprivileged(folder);
  const program = (name: string): readonly string[] => [...as, join(postgresPrograms!, name)];
  const [initdb, ...args] = [
    ...program("initdb"),
    "-D",
    join(folder, "data"),
    "-U",
    "postgres",
    "--auth=trust",
    "-E",
    "UTF8",
    "--no-sync",
  ];
  execFileSync(initdb!, args, { stdio: "pipe", cwd: folder });
  const settings = [
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    "max_connections=60",
  ];
  const command = [
    ...withParent(),
    ...program("postgres"),
    "-D",
    join(folder, "data"),
    ...settings.flatMap((setting) => ["-c", setting]),
  ];
  const isReady = async (): Promise<boolean> =>
    await run(join(postgresPrograms!, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)]).then(
      () => true,
      () => false,
    );
  const service = await new Service(port, folder, command, isReady).start();
  return Object.assign(service, { url: `postgres://postgres@127.0.0.1:${port}/postgres` });
}

function redisServer(
  folder: string,
  port: number,
  options: readonly string[],
  program: string = redisPrograms!.server,
): Service {
  const command = [
    ...withParent(),
    program,
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    ...options,
  ];
  return new Service(port, folder, command, async () => await answersPing(port));
}

async function answersPing(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" }, () => socket.write("PING\r\n"));
    socket.once("data", (chunk) => {
      resolve(chunk.toString().startsWith("+PONG"));
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}

/** PostgreSQL refuses to run as root: then it gets another user's name, and the folder. */
export function unprivileged(folder: string): readonly string[] {
  if (process.getuid?.() !== 0) return [];
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const [, , uid, gid] = users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody")!;
  chownSync(folder, Number(uid), Number(gid));
  chmodSync(folder, 0o700);
  return [
    "setpriv",
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    ...(canFollow() ? ["--pdeathsig=KILL"] : []),
  ];
}

/** On Linux a service ends with the test process, however that ends. */
export function withParent(): readonly string[] {
  return canFollow() ? ["setpriv", "--pdeathsig=KILL"] : [];
}

function canFollow(): boolean {
  return process.platform === "linux" && executable("setpriv") !== undefined;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A folder of its own for what a service writes. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `latchkey-${name}-`));
}

/**
 * A free port; with `withBus`, that 10,000 above it is free as well, where the
 * nodes of a Cluster talk to each other.
 */
export async function freePort({ withBus = false }: { readonly withBus?: boolean } = {}): Promise<number> {
  for (;;) {
    const port = await listensOn(withBus ? 20_000 + Math.floor(Math.random() * 12_000) : 0);
    if (port !== undefined && (!withBus || (await listensOn(port + 10_000)) !== undefined)) return port;
  }
}

async function listensOn(wanted: number): Promise<number | undefined> {
  const server = createServer().listen(wanted, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return undefined;
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
