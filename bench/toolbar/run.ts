/*
 * What the toolbar costs a request: absent, off and on, beside Django Debug Toolbar as a multiple
 * of its own framework.
 *
 *   npm run build
 *   npm exec -- node bench/toolbar/run.ts [rounds]
 *
 * Django's part is left out without the packages python3-django and python3-django-debug-toolbar.
 * All servers take turns in each round. What counts is the CPU time of the server's process for
 * each request.
 */
import { fork, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { loadavg } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { writeResults } from "../write-results.ts";

const rounds = Number(process.argv[2] ?? "11");
/** In one window. A single round is to show that all of it works. */
const REQUESTS = rounds === 1 ? { node: 200, django: 20 } : { node: 800, django: 60 };
/**
 * So many requests are under way. With one alone a server of Node would sleep between them, and to
 * wake a sleeping processor is work on the server's time. Django's own server has one at a time.
 */
const CONNECTIONS = { node: 16, django: 1 };
const WARM_UP = 3;
/** Visits of the stream, of each server in each round. */
const STREAMS = 20;
/** Milliseconds before each of them. The server before may still be writing its record. */
const PAUSE = 30;
/** The kernel counts CPU time of other processes in hundredths of a second. */
const TICK = 10_000;

interface Server {
  readonly name: string;
  readonly port: number;
  readonly requests: number;
  readonly connections: number;
  /** CPU time so far, in microseconds. */
  cpu(): Promise<number>;
  stop(): void;
}

const agent = new Agent({ keepAlive: true });
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

async function startNode(kind: string): Promise<Server> {
  const child = fork(here("server.ts"), [kind], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    env: { ...process.env, NODE_ENV: kind === "on" ? "development" : "production" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    name: `express, ${kind}`,
    port,
    requests: REQUESTS.node,
    connections: CONNECTIONS.node,
    cpu: async () => {
      const answer = once(child, "message");
      child.send("cpu");
      const [{ user, system }] = (await answer) as [NodeJS.CpuUsage];
      return user + system;
    },
    stop: () => void child.kill(),
  };
}

async function startDjango(kind: string): Promise<Server> {
  const port = await freePort();
  const child: ChildProcess = spawn("/usr/bin/python3", [here("django_app.py"), kind, String(port)], {
    stdio: "ignore",
  });
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await answered(port)) break;
    await wait(100);
  }
  return {
    name: `django, ${kind}`,
    port,
    requests: REQUESTS.django,
    connections: CONNECTIONS.django,
    // Fields 14 and 15 of proc(5), after the name of the program in brackets.
    cpu: () => {
      const fields = readFileSync(`/proc/${child.pid}/stat`, "latin1").split(") ")[1]!.split(" ");
      return Promise.resolve((Number(fields[11]) + Number(fields[12])) * TICK);
    },
    stop: () => void child.kill(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function answered(port: number): Promise<boolean> {
  return await visit(port, "/bare").then(
    () => true,
    () => false,
  );
}

/** Milliseconds to the first byte of the body. */
async function visit(port: number, path: string): Promise<number> {
  const started = performance.now();
  const headers = { "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", Accept: "text/html" };
  const request = get({ port, path, host: "127.0.0.1", agent, headers });
  const [response] = (await once(request, "response")) as [NodeJS.ReadableStream & { statusCode: number }];
  if (response.statusCode !== 200) throw new Error(`${path} was answered with ${response.statusCode}.`);
  let first: number | undefined;
  for await (const _ of response) first ??= performance.now() - started;
  return first ?? Number.NaN;
}

/** CPU microseconds for each request. */
async function cost(server: Server, path: string): Promise<number> {
  const before = await server.cpu();
  let left = server.requests;
  const visitor = async (): Promise<void> => {
    while (left-- > 0) await visit(server.port, path);
  };
  await Promise.all(Array.from({ length: server.connections }, visitor));
  return ((await server.cpu()) - before) / server.requests;
}

const hasDjango = spawnSync("/usr/bin/python3", ["-c", "import django, debug_toolbar"]).status === 0;
const nodes = [await startNode("absent"), await startNode("off"), await startNode("floor"), await startNode("on")];
const djangos = hasDjango ? [await startDjango("absent"), await startDjango("on")] : [];
const servers = [...nodes, ...djangos];
const load = [loadavg()[0]!];
const figures = new Map<string, number[]>();
const note = (key: string, value: number): void =>
  void (figures.get(key) ?? figures.set(key, []).get(key)!).push(value);
try {
  for (let round = -WARM_UP; round < rounds; round++)
    for (const path of ["/bare", "/page"])
      for (const server of round % 2 === 0 ? servers : servers.toReversed()) {
        const value = await cost(server, path);
        if (round >= 0) note(`${server.name} ${path}`, value);
      }
  for (let round = 0; round < rounds; round++)
    for (const server of Array.from({ length: STREAMS }, () => nodes).flat()) {
      await wait(PAUSE);
      note(`${server.name} first byte`, await visit(server.port, "/stream"));
    }
} finally {
  for (const server of servers) server.stop();
}
load.push(loadavg()[0]!);

const of = (key: string): readonly number[] => figures.get(key)!;
const shown = (key: string): string => median(of(key)).toFixed(0);
/** The median of the rounds' ratios, with the range of the middle half. */
function ratio(key: string, base: string): string {
  const ratios = of(key).map((value, round) => value / of(base)[round]!);
  const sorted = ratios.toSorted((a, b) => a - b);
  const at = (share: number): string => sorted[Math.floor((sorted.length - 1) * share)]!.toFixed(2);
  return `${at(0.5)} (${at(0.25)} to ${at(0.75)})`;
}

console.log("| server | bare page, CPU µs | : absent | ten queries and ten log lines, CPU µs | : absent |");
console.log("| --- | ---: | ---: | ---: | ---: |");
for (const { name } of servers) {
  const base = `${name.split(",")[0]}, absent`;
  const cells = ["/bare", "/page"].flatMap((path) => [
    shown(`${name} ${path}`),
    ratio(`${name} ${path}`, `${base} ${path}`),
  ]);
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
const added = (kind: string): string =>
  median(of(`express, ${kind} /page`).map((value, round) => value - of("express, absent /page")[round]!)).toFixed(0);
console.log(
  `\nThe toolbar adds ${added("on")} µs of CPU to a page with ten queries and ten log lines, the floor ${added("floor")} µs.`,
);
console.log(
  `First byte of a stream, ms: ${nodes.map(({ name }) => `${name} ${median(of(`${name} first byte`)).toFixed(2)}`).join(", ")}.`,
);
console.log(`${rounds} rounds, load average ${load.map((value) => value.toFixed(2)).join(" to ")}.`);
const about = { rounds, load };
writeResults("toolbar", { about, figures: Object.fromEntries(figures) }, 3);
agent.destroy();
