/*
 * How the cost of a session grows: with its size, with the keys in the ring, and with the requests
 * that are under way at once, for Latchkey on Express and for what people use instead.
 *
 *   npm run build
 *   npm ci --prefix bench
 *   npm exec -- node bench/sessions/growth.ts [--quick] [--rounds 5] [--window 0.3] [--only signed]
 *   [--warm-up 10000]
 *
 * Measured as in run.ts: each contender is a process on one core, the load comes from another, and
 * in each round every point has one window. What is added is the CPU time beyond the bare
 * framework's in the same round. The bare framework gets no cookie, so that a larger Cookie header
 * counts as what it is, a cost of the session. 64 requests are under way. All figures go to
 * bench/results/growth.json.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { OWN_DIST } from "../build.ts";
import { spreadOf } from "../spread.ts";
import { writeResults } from "../write-results.ts";
import { CONTENDERS, labelOf } from "./contenders.ts";
import {
  connectionPoints,
  contendersOf,
  keyPoints,
  ringOf,
  sizePoints,
  type Extent,
  type Start,
} from "./growth/axes.ts";
import { measureWindow, type LeftOut, type MeasuredPoint, type Point, type Window } from "./growth/point.ts";
import { pinLoad, ServerProcess } from "./process.ts";
import { hasService, isInstalled, startServices } from "./services.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    window: { type: "string" },
    only: { type: "string", default: "" },
    "warm-up": { type: "string" },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 1 : 5));
const seconds = Number(options.window ?? (options.quick ? 0.1 : 0.3));
/**
 * So many requests of each kind, or so many seconds, come before anything of a server is measured.
 */
const WARM_UP = { requests: Number(options["warm-up"] ?? 10_000), seconds: options.quick ? 0.15 : 20 };
/** Many, because on a machine that others use a few requests at once take long. */
const WARM_UP_CONNECTIONS = 256;
/** By default more than 64 kB are refused. */
const SIZE_LIMIT = { maxPayloadBytes: 200_000 };
const PAIRS = {
  encrypted: ["latchkey encrypted", "iron-session"],
  signed: ["latchkey signed", "cookie-session"],
  memory: ["latchkey memory", "express-session, MemoryStore"],
  redis: ["latchkey redis", "express-session, connect-redis"],
};
const WHOLE: Extent = {
  contenders: Object.values(PAIRS).flat(),
  cookieSizes: [110, 500, 1000, 2000, 2800],
  storeSizes: [110, 1000, 3000, 10_000, 30_000, 100_000],
  keys: [1, 2, 5, 20],
  connections: [1, 4, 16, 64, 256],
};
const QUICK: Extent = {
  contenders: [...PAIRS.encrypted, ...PAIRS.memory],
  cookieSizes: [110, 2000],
  storeSizes: [110, 100_000],
  keys: [1, 20],
  connections: [1, 64],
};

const isPinned = pinLoad();
const loadBefore = loadavg()[0]!;
const whole = options.quick ? QUICK : WHOLE;
const asked = { ...whole, contenders: whole.contenders.filter((name) => name.match(options.only) !== null) };
const services = await startServices(contendersOf(asked));
const able = contendersOf(asked).filter((one) => hasService(one, services) && isInstalled(one));
const extent = { ...asked, contenders: able.map(({ name }) => name) };
const missing = asked.contenders.filter((name) => !extent.contenders.includes(name));
if (missing.length > 0) console.log(`Left out, because it is not installed: ${missing.join(", ")}`);

const servers = new Map<string, ServerProcess>();
const start: Start = async (contender, secrets) => {
  const key = JSON.stringify([labelOf(contender), secrets]);
  const server =
    servers.get(key) ??
    (await ServerProcess.start(labelOf(contender), { dist: OWN_DIST, services, sizeLimit: SIZE_LIMIT, secrets }));
  servers.set(key, server);
  return server;
};
const leftOut: LeftOut[] = [];
const windows = new Map<Point, Window[]>();
/** By requests under way: CPU time of the bare framework in each round. */
const bareCpu = new Map<number, number[]>();

try {
  const bare = await start(
    CONTENDERS.find(({ framework, name }) => framework === "express" && name === "bare")!,
    ringOf(1),
  );
  const points = [
    ...(await sizePoints(extent, start, (point) => leftOut.push(point))),
    ...(await keyPoints(extent, start)),
    ...(await connectionPoints(extent, start)),
  ];
  const groups = Map.groupBy(points, ({ connections }) => connections);
  const bareOf = (connections: number) => ({ server: bare, path: "/read", cookies: [], connections });
  await measureWindow(bareOf(WARM_UP_CONNECTIONS), WARM_UP);
  const kinds = Map.groupBy(points, ({ server, request }) => `${server.port} ${request}`);
  for (const [one] of kinds.values()) await measureWindow({ ...one!, connections: WARM_UP_CONNECTIONS }, WARM_UP);
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    for (const [connections, group] of groups) {
      // Longer, because every added figure of the round hangs on it.
      const { cpu } = await measureWindow(bareOf(connections), { seconds: seconds * 3 });
      bareCpu.set(connections, [...(bareCpu.get(connections) ?? []), cpu]);
      for (const one of group) windows.set(one, [...(windows.get(one) ?? []), await measureWindow(one, { seconds })]);
    }
  }
  report([...windows].map(([point, own]) => measured(point, own)));
} finally {
  for (const server of servers.values()) server.stop();
  await services.stop();
}

function measured({ axis, x, line, guarantee, isOurs, request, connections }: Point, own: Window[]): MeasuredPoint {
  const base = bareCpu.get(connections)!;
  return {
    axis,
    x,
    line,
    guarantee,
    isOurs,
    request,
    added: own.map(({ cpu }, round) => cpu - base[round]!),
    rate: own.map(({ rate }) => rate),
    p99: own.map(({ p99 }) => p99),
  };
}

function report(points: readonly MeasuredPoint[]): void {
  console.log("| what grows | sessions | request | added CPU µs |\n| --- | --- | --- | --- |");
  for (const [, own] of Map.groupBy(points, ({ axis, line, request }) => `${axis} ${line} ${request}`)) {
    const { axis, line, request } = own[0]!;
    const cells = own.map(({ x, added }) => `${x}: ${spreadOf(added).median.toFixed(1)}`);
    console.log(`| ${axis} | ${line} | ${request} | ${cells.join(", ")} |`);
  }
  for (const { axis, x, line, why } of leftOut) console.log(`Left out: ${line}, ${axis} ${x}: ${why}.`);
  const about = { rounds, seconds, isPinned, load: [loadBefore, loadavg()[0]!], missing };
  writeResults("growth", { about, points, leftOut }, 2);
}
