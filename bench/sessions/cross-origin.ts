/*
 * What the judgement of cross-origin requests costs: a request that never looks at its session, one
 * that reads it and one that writes it, as GET and as POST, with the headers that a browser sends.
 *
 *   npm run build
 *   npm exec -- node bench/sessions/cross-origin.ts <dist before> [rounds]
 *
 * The folder is that of a build without the judgement, with package.json and node_modules beside
 * it. The two builds take turns in each round, and CPU time is measured: a figure is the upper end
 * of the quickest tenth of the rounds. The row "the judgement
 * alone" is the function itself, in this build.
 */
import { crossOriginRequest } from "../../src/sessions/request/cross-origin.ts";
import { inTurns } from "../before-after/row.ts";
import { Build, OWN_DIST } from "../build.ts";

/** In each round. */
const REQUESTS = 2000;
const WARM_UP_ROUNDS = 10;
const KEY = "lk1_uV9yB2nQm4XsTzR7wKfLh0JdPc3GaEo6iNbYx8Ztv5D4yKn6";
const BROWSER = {
  host: "app.example.com",
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
  accept: "text/html,application/xhtml+xml",
  "accept-encoding": "gzip, deflate, br, zstd",
  "accept-language": "en",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
};
const FACTS = { secure: true, host: BROWSER.host, path: "/", peer: "203.0.113.7", httpVersion: "1.1" };
const SENT = {
  GET: { ...FACTS, method: "GET", headers: { ...BROWSER, "sec-fetch-site": "none" } },
  "POST, by Sec-Fetch-Site": {
    ...FACTS,
    method: "POST",
    headers: { ...BROWSER, origin: "https://app.example.com", "sec-fetch-site": "same-origin" },
  },
  "POST, by Origin": { ...FACTS, method: "POST", headers: { ...BROWSER, origin: "https://app.example.com" } },
} as const;

const [before, roundsText = "41"] = process.argv.slice(2);
if (before === undefined)
  throw new Error("Name the dist folder of a build without it: node bench/sessions/cross-origin.ts ../before/dist");
const rounds = Number(roundsText);

type Run = () => Promise<void> | void;

/** Microseconds for each request, of both runs in turns. */
async function timesOf(runs: readonly [Run, Run]): Promise<readonly [number, number]> {
  const times: [number[], number[]] = [[], []];
  await inTurns(WARM_UP_ROUNDS + rounds, async (build, round) => {
    const start = process.cpuUsage();
    await runs[build]();
    const { user, system } = process.cpuUsage(start);
    if (round >= WARM_UP_ROUNDS) times[build].push((user + system) / REQUESTS);
  });
  return [quickest(times[0]), quickest(times[1])];
}

/** The tenth of the rounds that was quickest: other processes on the machine only add. */
function quickest(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 10)]!;
}

async function requestsOf(build: Build, kind: string, sent: (typeof SENT)[keyof typeof SENT]): Promise<Run> {
  const { KeyRing, SessionManager } = await build.entry("latchkey");
  const manager = new SessionManager({ keys: new KeyRing(KEY) });
  const login = await manager.load(undefined, FACTS);
  login.login("7");
  const cookie = (await manager.commit(login))[0]![1].split(";")[0]!;
  let count = 0;
  return async () => {
    for (let index = 0; index < REQUESTS; index++) {
      const session = await manager.load(cookie, sent);
      if (kind === "read") void session.data["name"];
      if (kind === "write") session.data["count"] = ++count;
      await manager.commit(session);
    }
  };
}

const builds = [new Build(before), new Build(OWN_DIST)] as const;
const lines = ["| request | before, µs | now, µs | added, µs |", "|---|---:|---:|---:|"];
for (const [name, sent] of Object.entries(SENT)) {
  for (const kind of ["untouched", "read", "write"]) {
    const runs = [await requestsOf(builds[0], kind, sent), await requestsOf(builds[1], kind, sent)] as const;
    const [first, second] = await timesOf(runs);
    lines.push(`| ${kind}, ${name} | ${first.toFixed(2)} | ${second.toFixed(2)} | ${(second - first).toFixed(2)} |`);
  }
  const trusted = new Set<string>();
  let refused = 0;
  const nothing = (): void => {
    for (let index = 0; index < REQUESTS; index++) refused += sent.path.length;
  };
  const judge = (): void => {
    for (let index = 0; index < REQUESTS; index++) if (crossOriginRequest(sent, trusted) !== undefined) refused++;
  };
  const [empty, alone] = await timesOf([nothing, judge]);
  lines.push(`| *the judgement alone, ${name}* | | | ${(alone - empty).toFixed(3)} |`);
}
console.log(lines.join("\n"));
