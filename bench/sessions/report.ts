import type { Framework, Guarantee } from "./contender.ts";
import { quantile } from "./load.ts";

/** What was measured of one contender. */
export interface Figures {
  readonly name: string;
  readonly framework: Framework;
  readonly guarantee: Guarantee;
  readonly isOurs: boolean;
  readonly isFloor: boolean;
  readonly scenarios: Readonly<Record<string, ScenarioFigures>>;
}

export interface ScenarioFigures {
  /** Microseconds for each request, of each round: of CPU, and by the clock on the wall. */
  readonly cpu: readonly number[];
  readonly wall: readonly number[];
  /** Microseconds of CPU beyond the bare framework's, for each round. */
  readonly added: readonly number[];
  /** CPU and requests per second, each as a multiple of the bare framework's. */
  readonly times: number;
  readonly rate: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Set-Cookie headers for each answer. */
  readonly setCookie: number;
}

/** h3's sessions are compared with ours on the server that h3 stands on. */
const STANDS_FOR: Partial<Record<Framework, Framework>> = { h3: "node:http" };

/** The peers that give the same guarantee on the same framework. */
export function peersOf(figures: readonly Figures[], { framework, guarantee }: Figures): Figures[] {
  return figures.filter(
    (one) =>
      !one.isOurs &&
      !one.isFloor &&
      one.guarantee === guarantee &&
      (STANDS_FOR[one.framework] ?? one.framework) === framework,
  );
}

/** The peer that adds least. */
function cheapestPeer(figures: readonly Figures[], own: Figures, scenario: string): Figures | undefined {
  return peersOf(figures, own)
    .filter((one) => one.scenarios[scenario] !== undefined)
    .sort((a, b) => median(a.scenarios[scenario]!.added) - median(b.scenarios[scenario]!.added))[0];
}

/** What a floor adds, as a multiple of what the cheapest peer does. No library can add less. */
export function floorTableOf(figures: readonly Figures[]): string {
  const rows = figures
    .filter(({ isFloor }) => isFloor)
    .flatMap((floor) =>
      Object.entries(floor.scenarios).flatMap(([scenario, { added }]) => {
        const peer = cheapestPeer(figures, floor, scenario);
        if (peer === undefined) return [];
        const [mine, theirs] = [median(added), median(peer.scenarios[scenario]!.added)];
        return row([
          `${floor.framework}: ${floor.name}`,
          scenario,
          `${signed(mine)} µs`,
          peer.name,
          (mine / theirs).toFixed(2),
        ]);
      }),
    );
  if (rows.length === 0) return "";
  return [
    row(["floor", "request", "adds", "cheapest peer", "floor : theirs"]),
    row(["---", "---", "---:", "---", "---:"]),
    ...rows,
  ].join("\n");
}

/** What each contender adds, as Markdown. */
export function tableOf(figures: readonly Figures[]): string {
  const names = [...new Set(figures.flatMap(({ scenarios }) => Object.keys(scenarios)))].filter(
    (name) => name !== "writers",
  );
  const cell = (one: ScenarioFigures | undefined): string =>
    one === undefined
      ? "–"
      : `${signed(median(one.added))} µs ×${one.times.toFixed(2)}${one.setCookie > 0.5 ? " ✉" : ""}`;
  const rows = figures.map(({ framework, name, guarantee, isOurs, scenarios }) =>
    row([
      framework,
      isOurs ? `**${name}**` : name,
      guarantee,
      ...names.map((scenario) => cell(scenarios[scenario])),
      rates(scenarios),
    ]),
  );
  const head = ["framework", "sessions", "guarantee", ...names, "req/s of bare: read, write"];
  return [
    "Added CPU per request, and CPU as a multiple of the bare framework's. ✉: the answer sets a cookie.\n",
    row(head),
    row(head.map(() => "---")),
    ...rows,
  ].join("\n");
}

/**
 * 16 requests at once that write one session, beside 16 that write the sessions of 64 visitors:
 * microseconds of the server's CPU and of the clock, for each request. The ratios are medians of
 * the rounds' ratios.
 */
export function writersTableOf(figures: readonly Figures[]): string {
  const rows = figures.flatMap(({ framework, name, isOurs, scenarios: { write, writers } }) => {
    if (write === undefined || writers === undefined) return [];
    const pair = ({ cpu, wall }: ScenarioFigures): string => `${median(cpu).toFixed(0)}, ${median(wall).toFixed(0)}`;
    const ratio = (of: "cpu" | "wall"): string =>
      median(writers[of].map((value, round) => value / write[of][round]!)).toFixed(2);
    return [row([framework, isOurs ? `**${name}**` : name, pair(write), pair(writers), ratio("cpu"), ratio("wall")])];
  });
  if (rows.length === 0) return "";
  return [
    row([
      "framework",
      "sessions",
      "64 visitors: µs of CPU, of the clock",
      "16 writers of one session",
      "one : 64, CPU",
      "one : 64, clock",
    ]),
    row(["---", "---", "---:", "---:", "---:", "---:"]),
    ...rows,
  ].join("\n");
}

function rates({ read, write }: Figures["scenarios"]): string {
  return [read, write].map((one) => (one === undefined ? "–" : one.rate.toFixed(2))).join(", ");
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(1)}`;
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

export function median(values: readonly number[]): number {
  return (quantile(values, 0.5) + quantile(values, (values.length - 1) / 2 / values.length)) / 2;
}
