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

interface ScenarioFigures {
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

/** One demand on ours, and whether it is met. */
export interface Bar {
  readonly ours: string;
  readonly scenario: string;
  /**
   * The cheapest peer with the same guarantee; undefined where the bar is a number of microseconds.
   */
  readonly peer?: string | undefined;
  readonly value: number;
  readonly limit: number;
  /** Undefined where the figures cannot be told from noise, or the rounds do not agree. */
  readonly holds: boolean | undefined;
}

export const MAX_RATIO = 0.35;
export const MAX_UNTOUCHED_MICROSECONDS = 3;
/** h3's sessions are compared with ours on the server that h3 stands on. */
const STANDS_FOR: Partial<Record<Framework, Framework>> = { h3: "node:http" };

/** The bars of all contenders of ours. */
export function barsOf(figures: readonly Figures[], scenarios: readonly string[]): Bar[] {
  return figures
    .filter(({ isOurs }) => isOurs)
    .flatMap((ours) => {
      const label = `${ours.framework}: ${ours.name}`;
      return scenarios.flatMap((scenario): Bar[] => {
        const own = ours.scenarios[scenario];
        if (own === undefined) return [];
        if (scenario === "untouched") {
          const value = median(own.added);
          const isWithin = own.added.map((added) => added <= MAX_UNTOUCHED_MICROSECONDS);
          return [{ ours: label, scenario, value, limit: MAX_UNTOUCHED_MICROSECONDS, holds: agreed(isWithin) }];
        }
        if (scenario === "anonymous") return [];
        // A session that is read for the first time in a while is held against a peer's only kind
        // of read.
        const theirs = scenario === "cold" ? "read" : scenario;
        const cheapest = cheapestPeer(figures, ours, theirs);
        if (cheapest === undefined) return [];
        const base = cheapest.scenarios[theirs]!.added;
        const value = median(own.added) / median(base);
        // A session that costs less than nothing is noise, on either side; then no ratio means
        // anything.
        const isMeasured = [...base, ...own.added].every((added) => added > 0);
        const holds = isMeasured ? agreed(own.added.map((added, round) => added / base[round]! <= MAX_RATIO)) : undefined;
        return [{ ours: label, scenario, peer: cheapest.name, value, limit: MAX_RATIO, holds }];
      });
    });
}

/** The peer with the same guarantee on the same framework that adds least. */
function cheapestPeer(figures: readonly Figures[], { framework, guarantee }: Figures, scenario: string): Figures | undefined {
  return figures
    .filter(
      (one) => !one.isOurs && !one.isFloor && one.guarantee === guarantee && (STANDS_FOR[one.framework] ?? one.framework) === framework,
    )
    .filter((one) => one.scenarios[scenario] !== undefined)
    .sort((a, b) => median(a.scenarios[scenario]!.added) - median(b.scenarios[scenario]!.added))[0];
}

/**
 * What a floor adds, as a multiple of what the cheapest peer does: no library can come below, and
 * where it is above MAX_RATIO the bar is out of reach.
 */
export function floorTableOf(figures: readonly Figures[]): string {
  const rows = figures
    .filter(({ isFloor }) => isFloor)
    .flatMap((floor) =>
      Object.entries(floor.scenarios).flatMap(([scenario, { added }]) => {
        const peer = cheapestPeer(figures, floor, scenario);
        if (peer === undefined) return [];
        const [mine, theirs] = [median(added), median(peer.scenarios[scenario]!.added)];
        return row([`${floor.framework}: ${floor.name}`, scenario, `+${mine.toFixed(1)} µs`, peer.name, (mine / theirs).toFixed(2)]);
      }),
    );
  if (rows.length === 0) return "";
  return [
    "",
    row(["floor", "request", "adds", "cheapest peer", "floor : theirs"]),
    row(["---", "---", "---:", "---", "---:"]),
    ...rows,
  ].join("\n");
}

/** What all rounds say; undefined if they differ. */
function agreed(rounds: readonly boolean[]): boolean | undefined {
  return rounds.every((holds) => holds === rounds[0]) ? rounds[0] : undefined;
}

/** Everything as Markdown. */
export function tableOf(figures: readonly Figures[], bars: readonly Bar[]): string {
  const names = [...new Set(figures.flatMap(({ scenarios }) => Object.keys(scenarios)))];
  const cell = (one: ScenarioFigures | undefined): string =>
    one === undefined ? "–" : `+${median(one.added).toFixed(1)} µs ×${one.times.toFixed(2)}${one.setCookie > 0.5 ? " ✉" : ""}`;
  const rows = figures.map(({ framework, name, guarantee, isOurs, scenarios }) =>
    row([framework, isOurs ? `**${name}**` : name, guarantee, ...names.map((scenario) => cell(scenarios[scenario])), rates(scenarios)]),
  );
  const head = ["framework", "sessions", "guarantee", ...names, "req/s of bare: read, write"];
  const barRows = bars.map(({ ours, scenario, peer, value, limit, holds }) =>
    row([
      ours,
      scenario,
      peer ?? "bare framework",
      peer === undefined ? `${value.toFixed(1)} µs` : value.toFixed(2),
      peer === undefined ? `${limit} µs` : String(limit),
      holds === undefined ? "not measurable" : holds ? "yes" : "**no**",
    ]),
  );
  return [
    "Added CPU per request, and CPU as a multiple of the bare framework's. ✉: the answer sets a cookie.\n",
    row(head),
    row(head.map(() => "---")),
    ...rows,
    "",
    row(["ours", "request", "against", "added CPU, ours : theirs", "bar", "holds"]),
    row(["---", "---", "---", "---:", "---:", "---"]),
    ...barRows,
  ].join("\n");
}

function rates({ read, write }: Figures["scenarios"]): string {
  return [read, write].map((one) => (one === undefined ? "–" : one.rate.toFixed(2))).join(", ");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function median(values: readonly number[]): number {
  return (quantile(values, 0.5) + quantile(values, (values.length - 1) / 2 / values.length)) / 2;
}
