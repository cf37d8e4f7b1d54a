import type { Contender } from "../sessions/contender.ts";
import { CONTENDERS, labelOf } from "../sessions/contenders.ts";
import { pinLoad } from "../sessions/process.ts";
import { sample, startRunning, type Running, type Sample } from "../sessions/running.ts";
import { applies, SCENARIOS } from "../sessions/scenarios.ts";
import { hasService, startServices } from "../sessions/services.ts";
import { turnsOf, type Row } from "./row.ts";

/** Bytes of JSON in a session. */
const SIZE = 110;
/**
 * Seconds of a window. In PostgreSQL a write takes so long that a short window has too few of them.
 */
const WINDOW = { short: 0.07, postgres: 0.4 };
/**
 * So many requests of each kind, at most for so many seconds, come before anything is measured:
 * compiled code is what servers run.
 */
const WARM_UP = { requests: 4000, seconds: 10 };

/** What is asked of the bare framework. */
const BARE = { withCookie: SCENARIOS["read"]!, withoutCookie: SCENARIOS["untouched"]! };

/**
 * Our rows of sessions/run.ts. Each contender has a server of both builds, and no other servers run
 * meanwhile. The bare framework has two windows in each round, with and without a cookie.
 *
 * @param dists the dist folders, before and now.
 * @param only a regular expression for the labels, such as "express: latchkey redis".
 * @param requests a regular expression for the kinds of requests, such as "write".
 */
export async function serverRows(
  dists: readonly [string, string],
  rounds: number,
  only: string,
  requests: string,
  note: (row: Row) => void,
): Promise<void> {
  pinLoad();
  const ours = CONTENDERS.filter((one) => one.isOurs === true && labelOf(one).match(only) !== null);
  const services = await startServices(ours);
  try {
    for (const contender of ours.filter((one) => hasService(one, services))) {
      const options = { services, size: SIZE, isCold: true };
      const bare = await startRunning(bareOf(contender), { ...options, dist: dists[1] });
      const before = await startRunning(contender, { ...options, dist: dists[0] });
      const now = await startRunning(contender, { ...options, dist: dists[1] });
      const byHand = floorOf(contender);
      const floor = byHand && (await startRunning(byHand, { ...options, isCold: false, dist: dists[1] }));
      try {
        await rowsOf({ bare, floor, builds: [before, now] }, rounds, requests, note);
      } finally {
        for (const one of [bare, before, now, floor]) one?.server.stop();
      }
    }
  } finally {
    await services.stop();
  }
}

/** The servers that take turns. */
interface Servers {
  readonly bare: Running;
  /** The way to the data and back by hand, for sessions in a store. */
  readonly floor: Running | undefined;
  readonly builds: readonly [Running, Running];
}

async function rowsOf(
  { bare, floor, builds }: Servers,
  rounds: number,
  requests: string,
  note: (row: Row) => void,
): Promise<void> {
  const { contender } = builds[0];
  const scenarios = Object.entries(SCENARIOS).filter(
    ([name]) => name.match(requests) !== null && applies(name, contender),
  );
  for (const [, scenario] of scenarios) for (const one of builds) await sample(one, scenario, WARM_UP, one);
  for (const scenario of Object.values(BARE)) await sample(bare, scenario, WARM_UP, builds[0]);

  for (const [name, scenario] of scenarios)
    if (floor !== undefined && applies(name, floor.contender)) await sample(floor, scenario, WARM_UP, floor);

  const seconds = contender.guarantee === "postgres" ? WINDOW.postgres : WINDOW.short;
  const floorCpu = new Map<string, number[]>();
  const bareCpu = { withCookie: [] as number[], withoutCookie: [] as number[] };
  const samples = new Map(scenarios.map(([name]) => [name, [[], []] as [Sample[], Sample[]]]));
  for (let round = 0; round < rounds; round++) {
    for (const kind of ["withCookie", "withoutCookie"] as const)
      bareCpu[kind].push((await sample(bare, BARE[kind], { seconds }, builds[0])).cpu);
    for (const [name, scenario] of scenarios) {
      const own = samples.get(name)!;
      for (const build of turnsOf(round))
        own[build].push(await sample(builds[build], scenario, { seconds }, builds[build]));
      if (floor !== undefined && applies(name, floor.contender)) {
        const { cpu } = await sample(floor, scenario, { seconds }, floor);
        (floorCpu.get(name) ?? floorCpu.set(name, []).get(name)!).push(cpu);
      }
    }
  }
  for (const [name, [before, now]] of samples) {
    note({
      name: `${labelOf(contender)}: ${name}`,
      before: before.map(({ cpu }) => cpu),
      now: now.map(({ cpu }) => cpu),
      bare: SCENARIOS[name]!.cookies(builds[0]).length === 0 ? bareCpu.withoutCookie : bareCpu.withCookie,
      floor: floorCpu.get(name),
      wall: { before: before.map(({ wall }) => wall), now: now.map(({ wall }) => wall) },
    });
  }
}

function floorOf({ framework, guarantee }: Contender): Contender | undefined {
  const isInStore = guarantee === "memory" || guarantee === "redis" || guarantee === "postgres";
  return isInStore
    ? CONTENDERS.find((one) => one.isFloor === true && one.framework === framework && one.guarantee === guarantee)
    : undefined;
}

function bareOf({ framework }: Contender): Contender {
  return CONTENDERS.find((one) => one.framework === framework && one.name === "bare")!;
}
