/** What was measured of one row, of each round and of both builds, in turns. */
export interface Row {
  readonly name: string;
  /** Microseconds of CPU for each request or call. */
  readonly before: readonly number[];
  readonly now: readonly number[];
  /** The bare framework in the same rounds; undefined for what needs no server. */
  readonly bare?: readonly number[] | undefined;
  /**
   * The same by hand, and nothing else (see sessions/apps/floors.ts), where such a server exists.
   */
  readonly floor?: readonly number[] | undefined;
  /** Microseconds for each request by the clock on the wall; undefined for what needs no server. */
  readonly wall?: { readonly before: readonly number[]; readonly now: readonly number[] } | undefined;
}

/** Below so many added microseconds a ratio of what is added is noise. */
const LEAST_ADDED = 5;

/** The order of the builds, before 0 and now 1. Which of them begins changes in each round. */
export function turnsOf(round: number): readonly (0 | 1)[] {
  return round % 2 === 0 ? [0, 1] : [1, 0];
}

/** Calls `measure` for both builds in each round. */
export async function inTurns(rounds: number, measure: (build: 0 | 1, round: number) => Promise<void>): Promise<void> {
  for (let round = 0; round < rounds; round++) for (const build of turnsOf(round)) await measure(build, round);
}

/** The median of the rounds' ratios, now : before. */
export function ratioOf({ before, now }: Row): number {
  return median(ratios(before, now));
}

/** Rows as Markdown, those of servers with what is added to the bare framework. */
export function tableOf(rows: readonly Row[]): string {
  const hasServers = rows.some(({ bare }) => bare !== undefined);
  const heads = ["what", "now : before", "half of the rounds", "CPU µs before", "CPU µs now"];
  if (hasServers)
    heads.push(
      "added before",
      "added now",
      "added, now : before",
      "added, floor : before",
      "clock µs before",
      "clock µs now",
    );
  const lines = rows.map((row) => [...cpuCells(row), ...(hasServers ? serverCells(row) : [])]);
  return [heads, heads.map((_, index) => (index === 0 ? "---" : "---:")), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function cpuCells(row: Row): string[] {
  const all = ratios(row.before, row.now).sort((a, b) => a - b);
  const [low, high] = [quantile(all, 0.25), quantile(all, 0.75)];
  return [
    row.name,
    ratioOf(row).toFixed(2),
    `${low.toFixed(2)} to ${high.toFixed(2)}`,
    median(row.before).toFixed(1),
    median(row.now).toFixed(1),
  ];
}

function serverCells({ before, now, bare, floor, wall }: Row): string[] {
  if (bare === undefined || wall === undefined) return ["", "", "", "", "", ""];
  const added = (values: readonly number[]): number => median(values.map((value, round) => value - bare[round]!));
  const [first, second] = [added(before), added(now)];
  return [
    first.toFixed(1),
    second.toFixed(1),
    first < LEAST_ADDED ? "–" : (second / first).toFixed(2),
    floor === undefined || first < LEAST_ADDED ? "–" : (added(floor) / first).toFixed(2),
    median(wall.before).toFixed(0),
    median(wall.now).toFixed(0),
  ];
}

function ratios(before: readonly number[], now: readonly number[]): number[] {
  return now.map((value, round) => value / before[round]!);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!) / 2;
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.round(part * (sorted.length - 1))]!;
}
