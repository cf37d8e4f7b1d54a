import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { comparisonsOf } from "../../bench/sessions/comparison.ts";
import type { Figures } from "../../bench/sessions/report.ts";
import { ratioOf, spreadOf } from "../../bench/spread.ts";
import { performanceFiles } from "../../scripts/build-performance.ts";
import { notMeasured, readResults } from "../../scripts/performance/results.ts";
import { ticksAround } from "../../scripts/performance/svg.ts";
import { root } from "../support/docs/pages.ts";

const results = readResults(join(root, "bench/results"));
const files = performanceFiles(results);
const page = files["performance.md"]!;
const drawn = Object.keys(files).filter((name) => name.endsWith(".svg"));

/** A contender on Express with sessions in memory, and what it adds to a read in each round. */
function contender(name: string, isOurs: boolean, added: readonly number[]): Figures {
  const read = { cpu: added, wall: added, added, times: 1, rate: 1, p99: 1, setCookie: 0 };
  return { name, framework: "express", guarantee: "memory", isOurs, isFloor: false, scenarios: { read } };
}

describe("docs/performance.md", () => {
  test("and its pictures are what scripts/build-performance.ts makes of bench/results", () => {
    for (const [name, text] of Object.entries(files)) expect(readFileSync(join(root, "docs", name), "utf8")).toBe(text);
    const kept = globSync("images/performance/*", { cwd: join(root, "docs") }).map((path) =>
      path.replaceAll("\\", "/"),
    );
    expect(kept.sort()).toEqual(drawn.sort());
  });

  test("has figures of every part of npm run bench, and names those that need a quiet machine", () => {
    const missing = notMeasured(results);
    expect(missing.filter((part) => part !== "stores")).toEqual([]);
    expect(page.includes("Not measured: stores.")).toBe(missing.includes("stores"));
  });

  test("shows every picture", () => {
    const shown = [...page.matchAll(/\]\((images\/performance\/[\w-]+\.svg)\)/g)].map(([, name]) => name!);
    expect(shown.toSorted()).toEqual(drawn.toSorted());
  });

  test("has a reason wherever Latchkey is behind", () => {
    const behind = [...comparisonsOf(results.sessions!.figures), ...comparisonsOf(results.auth!.figures)].filter(
      ({ verdict }) => verdict === "behind",
    );
    expect(behind.length).toBeGreaterThan(0);
    for (const { ours, peer, scenario, reason } of behind)
      expect(reason, `${ours.framework}: ${ours.name} beside ${peer.name}, ${scenario}`).not.toBe("no reason is known");
  });

  test("has no number that is none", () => {
    for (const text of Object.values(files)) expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("a picture", () => {
  test.each(drawn)("%s has no script, loads nothing, and can be read in the dark", (name) => {
    const svg = files[name]!;
    expect(svg).not.toMatch(/<script|\son\w+=|href=|url\(|@import/);
    expect(svg).toContain("@media (prefers-color-scheme: dark)");
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="[^"]+"/);
  });
});

describe("the figures of rounds", () => {
  test("are the median, the least and the greatest", () => {
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(() => spreadOf([])).toThrow("no round");
  });

  test("are divided within a round, so that a slow round changes no ratio", () => {
    expect(ratioOf([10, 1000, 10], [20, 2000, 20])).toEqual({ median: 0.5, min: 0.5, max: 0.5 });
    expect(() => ratioOf([1, 2], [1])).toThrow("2 rounds cannot be compared with 1");
  });

  test.each([
    [[80, 90, 85], [100, 100, 100], "ahead"],
    [[95, 109, 105], [100, 100, 100], "level"],
    [[120, 130, 125], [100, 100, 100], "behind"],
    [[2.5, 2.5, 2.5], [2, 2, 2], "level"],
    [[9, 9, 9], [0.2, -0.1, 0.1], "behind"],
    [[-40, -30, 90], [60, 50, 200], "ahead"],
  ])("%j beside %j are %s", (ours, theirs, verdict) => {
    const [comparison] = comparisonsOf([contender("latchkey memory", true, ours), contender("a peer", false, theirs)]);
    expect(comparison!.verdict).toBe(verdict);
  });

  test("lead to ticks that hold all of them", () => {
    expect(ticksAround(3, 40)).toEqual([2, 5, 10, 20, 50]);
    expect(ticksAround(7, 7)).toEqual([5, 10]);
  });
});
