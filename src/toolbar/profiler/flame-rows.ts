import type { CpuProfile, FlameRow, HotFunction, ProfileNode } from "./cpu-profile.ts";

/** The most rows. The shortest calls are left out. */
const MOST = 1_000;
/** The most functions in the list of those that ran longest. */
const MOST_HOT = 20;

/** What a profile is turned into. */
export interface ReadProfile {
  readonly rows: readonly FlameRow[];
  readonly hot: readonly HotFunction[];
  /** Milliseconds of the CPU, without the time in which nothing ran. */
  readonly busy: number;
}

/** Where and how a profile is read. */
export interface ReadOptions {
  /** Where the request began, on the clock of the profile, in microseconds. */
  readonly from: number;
  /** How long the request took, in milliseconds. */
  readonly total: number;
  /** The file and line of a function; "" for one of Node. */
  readonly placeOf: (url: string, line: number) => string;
}

/**
 * The functions that V8 names for what is no function: its root, and the time in which nothing ran.
 */
const NOTHING = /^\((?:root|idle)\)$/;

/**
 * Turns the samples of a profile into calls over time, without Node's own functions. A call is as
 * long as the samples in a row that saw it.
 */
export function readProfile(profile: CpuProfile, { from, total, placeOf }: ReadOptions): ReadProfile {
  const { samples = [], timeDeltas = [] } = profile;
  const stacks = stacksOf(profile.nodes);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const rows: FlameRow[] = [];
  const self = new Map<number, number>();
  let open: { readonly node: ProfileNode; readonly start: number }[] = [];
  let busy = 0;

  const close = (depth: number, at: number): void => {
    for (const [index, { node, start }] of open.entries()) {
      if (index < depth || at <= start) continue;
      rows.push({ ...described(node, placeOf), start: round(start), duration: round(at - start), depth: index });
    }
    open = open.slice(0, depth);
  };

  let time = profile.startTime;
  for (const [index, id] of samples.entries()) {
    time += timeDeltas[index] ?? 0;
    const at = clamp((time - from) / 1000, total);
    const until = clamp((time + (timeDeltas[index + 1] ?? 0) - from) / 1000, total);
    const stack = stacks.get(id) ?? [];
    let same = 0;
    while (same < stack.length && open[same]?.node === stack[same]) same++;
    close(same, at);
    open.push(...stack.slice(same).map((node) => ({ node, start: at })));
    const ran = until - at;
    if (ran <= 0 || NOTHING.test(nodes.get(id)?.callFrame.functionName ?? "")) continue;
    busy += ran;
    const last = stack.at(-1);
    if (last !== undefined) self.set(last.id, (self.get(last.id) ?? 0) + ran);
  }
  close(0, clamp((profile.endTime - from) / 1000, total));
  return {
    rows: rows
      .toSorted((a, b) => b.duration - a.duration)
      .slice(0, MOST)
      .toSorted((a, b) => a.start - b.start || a.depth - b.depth),
    hot: hottest(self, nodes, placeOf),
    busy: round(busy),
  };
}

/** For each function of the tree, the functions that lead to it, outermost first. */
function stacksOf(nodes: readonly ProfileNode[]): Map<number, readonly ProfileNode[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const stacks = new Map<number, readonly ProfileNode[]>();
  const [root] = nodes;
  if (root === undefined) return stacks;
  // Not by recursion: an application's recursion may be deeper than the stack.
  const waiting: (readonly [ProfileNode, readonly ProfileNode[]])[] = [[root, []]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, above] = next;
    const stack = isShown(node) ? [...above, node] : above;
    stacks.set(node.id, stack);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child !== undefined) waiting.push([child, stack]);
    }
  }
  return stacks;
}

function isShown({ callFrame: { functionName, url } }: ProfileNode): boolean {
  return !NOTHING.test(functionName) && !url.startsWith("node:");
}

function described({ callFrame }: ProfileNode, placeOf: ReadOptions["placeOf"]): Pick<FlameRow, "label" | "where"> {
  const where = placeOf(callFrame.url, callFrame.lineNumber + 1);
  return { label: callFrame.functionName || "(anonymous)", ...(where === "" ? {} : { where }) };
}

function hottest(
  self: ReadonlyMap<number, number>,
  nodes: ReadonlyMap<number, ProfileNode>,
  placeOf: ReadOptions["placeOf"],
): HotFunction[] {
  const byFunction = new Map<string, { label: string; where: string; self: number }>();
  for (const [id, time] of self) {
    const { label, where = "" } = described(nodes.get(id)!, placeOf);
    const known = byFunction.get(`${label} ${where}`) ?? { label, where, self: 0 };
    known.self += time;
    byFunction.set(`${label} ${where}`, known);
  }
  return [...byFunction.values()]
    .toSorted((a, b) => b.self - a.self)
    .slice(0, MOST_HOT)
    .map((each) => ({ ...each, self: round(each.self) }));
}

function clamp(milliseconds: number, total: number): number {
  return Math.min(Math.max(0, milliseconds), total);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
