import { describe, expect, test } from "vitest";
import type { Finding } from "../../../src/toolbar/index.ts";
import { cachePanel, type CacheStats } from "../../../src/toolbar/panels/spans/cache.ts";
import { recordingOf, times, type SpanSketch } from "./recording-of.ts";

const panel = cachePanel();
const collect = (sketches: readonly SpanSketch[]): CacheStats =>
  JSON.parse(JSON.stringify(panel.collect(recordingOf(sketches)))) as CacheStats;
const findings = (sketches: readonly SpanSketch[]): readonly Finding[] => panel.findings!(collect(sketches));
const redis = (label: string, sketch: Partial<SpanSketch> = {}): SpanSketch => ({
  kind: "redis",
  label,
  where: "cart.ts:7",
  ...sketch,
  detail: { command: label.split(" ")[0], ...sketch.detail },
});

test("counts commands, hits and misses, of Redis and of caches in the process", () => {
  const stats = collect([
    redis("GET cart:7", { detail: { isHit: true } }),
    redis("GET cart:8", { detail: { isHit: false } }),
    redis("SET cart:8 ?", { error: "Error: READONLY" }),
    { kind: "cache", label: "get cart:7", detail: { cache: "lru-cache", isHit: true } },
    { kind: "sql", label: "select 1" },
  ]);
  expect(stats).toMatchObject({
    count: 4,
    hits: 2,
    misses: 1,
    failed: 1,
    commands: [
      { cache: "redis", command: "GET", count: 2, totalMs: 2, hits: 1, misses: 1 },
      { cache: "redis", command: "SET", count: 1, hits: 0, misses: 0 },
      { cache: "lru-cache", command: "get", count: 1, hits: 1 },
    ],
    calls: [{ label: "GET cart:7", isHit: true }, { isHit: false }, { isHit: null, error: "Error: READONLY" }, {}],
  });
  const text = JSON.stringify(panel.view(stats));
  expect(text).toContain('"hit"');
  expect(text).toContain("✕ Error: READONLY");
});

test("without a call, it says so", () => {
  const stats = collect([]);
  expect(panel.view(stats)).toEqual([
    { kind: "text", text: "No call of Redis or of a cache was recorded for this request." },
  ]);
  expect(panel.numbers!(stats)).toEqual([]);
});

describe("findings", () => {
  test("a failed call", () => {
    expect(findings([redis("GET a", { error: "Error: LOADING" })])).toEqual([
      { tone: "warn", text: "1 cache call failed. The first is GET a: Error: LOADING", where: "cart.ts:7" },
    ]);
  });

  test("one command for each key, one after the other", () => {
    expect(findings(times(12, (index) => redis(`GET cart:${index}`)))).toEqual([
      {
        tone: "warn",
        text: "GET ran 12 times one after the other, 12.0 ms in all. Send one command for all keys, or a pipeline.",
        where: "cart.ts:7",
      },
    ]);
  });

  test("one key, read again and again", () => {
    expect(
      findings(times(3, (index) => redis("GET user:1", { where: `a.ts:${index}` }))).map(({ text }) => text),
    ).toEqual([
      "GET user:1 ran 3 times, 3.00 ms in all, and nothing was written to this key in between. Read it once.",
    ]);
  });

  test.each<readonly [string, readonly SpanSketch[]]>([
    ["few commands", times(9, (index) => redis(`GET cart:${index}`))],
    ["commands at the same time, as in a pipeline", times(30, (index) => redis(`GET cart:${index}`, { start: 1 }))],
    ["a cache in the process", times(50, (): SpanSketch => ({ kind: "cache", label: "get a", where: "a.ts:1" }))],
    ["reading again after a write", times(6, (index) => redis(index % 2 === 0 ? "GET a" : "SET a ?", { where: "" }))],
    [
      "reading again after a script",
      times(6, (index) => redis(index % 2 === 0 ? "GET a" : "EVALSHA ?", { where: "" })),
    ],
    ["hidden keys", times(4, () => redis("GET session:[hidden value]", { where: "" }))],
  ])("none for %s", (_, sketches) => {
    expect(findings(sketches)).toEqual([]);
  });
});
