/*
 * What a page and a session cost in latchkey/flask, beside Flask under gunicorn with the same
 * number of processes, in one run.
 *
 *   npm run build apt-get install gunicorn python3-flask npm exec -- node bench/flask/run.ts
 *   [--processes 2] [--rounds 8] [--window 1] [--connections 16]
 *
 * The two take turns in each round. What counts are the ratios within one round: requests in a
 * second, and CPU time for a request, of all processes of a server together. Their medians are
 * printed, with the least and the greatest, and all figures go to bench/results/flask.json.
 * gunicorn has threads, because its plain workers close each connection after one answer. On a
 * machine that others use, begin the command with `chrt -r 50`: then no other process takes turns
 * with these.
 */
import { loadavg } from "node:os";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { executable, pythonWith } from "../../test/support/requirements.ts";
import { cookieAfter, load, quantile } from "../sessions/load.ts";
import { ProcessTree } from "./process-tree.ts";
import { writeResults } from "../write-results.ts";

const { values: options } = parseArgs({
  options: {
    processes: { type: "string", default: "2" },
    rounds: { type: "string", default: "8" },
    window: { type: "string", default: "1" },
    connections: { type: "string", default: "16" },
  },
});
const [processes, rounds, seconds, connections] = [
  options.processes,
  options.rounds,
  options.window,
  options.connections,
].map(Number) as [number, number, number, number];
const PAGES = { "the quickstart's page": "/hello/Ada", "a session, read": "/read", "a session, written": "/write" };
const FOLDER = fileURLToPath(new URL(".", import.meta.url));

interface Figure {
  /** Requests in a second. */
  readonly rate: number;
  /** Microseconds of CPU time for a request. */
  readonly cpu: number;
  /** Milliseconds. */
  readonly p99: number;
}

if (executable("gunicorn") === undefined || pythonWith("flask") === undefined) {
  console.log("Left out, because gunicorn or Flask is not installed. Fix: apt-get install gunicorn python3-flask");
  process.exit();
}
const [ourPort, theirPort] = [await freePort(), await freePort()];
const servers = {
  "latchkey/flask": await ProcessTree.start(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", `${FOLDER}app.ts`, String(processes), String(ourPort)],
    ourPort,
    FOLDER,
  ),
  Flask: await ProcessTree.start(
    "gunicorn",
    ["--workers", String(processes), "--worker-class", "gthread", "--threads", String(connections)].concat([
      "--keep-alive",
      "60",
      "--bind",
      `127.0.0.1:${theirPort}`,
      "--log-level",
      "warning",
      "app:app",
    ]),
    theirPort,
    FOLDER,
  ),
};
const figures = new Map<string, Map<string, Figure[]>>(Object.keys(PAGES).map((page) => [page, new Map()]));

try {
  // What is measured is what has run before.
  for (const server of Object.values(servers)) for (const path of Object.values(PAGES)) await measure(server, path, 3);
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    for (const [page, path] of Object.entries(PAGES))
      for (const [name, server] of Object.entries(servers)) {
        const own = figures.get(page)!;
        own.set(name, [...(own.get(name) ?? []), await measure(server, path, seconds)]);
      }
  }
} finally {
  for (const server of Object.values(servers)) server.stop();
}

const rows = [...figures].map(([page, own]) => {
  const [ours, theirs] = [own.get("latchkey/flask")!, own.get("Flask")!];
  const ratio = (of: (figure: Figure) => number): string => {
    const ratios = ours.map((figure, round) => of(figure) / of(theirs[round]!));
    const [least, median, most] = [0, 0.5, 1].map((part) => quantile(ratios, part).toFixed(2));
    return `${median} (${least} to ${most})`;
  };
  return `| ${page} | ${ratio(({ rate }) => rate)} | ${ratio(({ cpu }) => cpu)} | ${ratio(({ p99 }) => p99)} |`;
});
console.log(
  [
    `| latchkey/flask : Flask, ${processes} processes each | requests in a second | CPU time of a request | 99th percentile |`,
    "|---|---:|---:|---:|",
    ...rows,
  ].join("\n"),
);
const about = {
  load: loadavg(),
  processes,
  rounds,
  seconds,
  connections,
};
const raw = Object.fromEntries([...figures].map(([page, own]) => [page, Object.fromEntries(own)]));
writeResults("flask", { about, figures: raw });

async function measure(server: ProcessTree, path: string, duration: number): Promise<Figure> {
  const cookies = path.startsWith("/hello") ? [] : [await cookieAfter(server.port, "/start")];
  const before = server.cpu();
  const {
    requests,
    seconds: took,
    p99,
  } = await load({ port: server.port, path, cookies }, { seconds: duration, connections });
  return { rate: requests / took, cpu: ((server.cpu() - before) * 1e6) / requests, p99 };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
