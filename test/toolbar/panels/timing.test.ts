import { describe, expect, test } from "vitest";
import { timingPanel, type TimingStats } from "../../../src/toolbar/panels/spans/timing.ts";
import { query, recordingOf, type RecordingSketch, type SpanSketch } from "./recording-of.ts";

const panel = timingPanel(500);
const collect = (sketches: readonly SpanSketch[], sketch?: RecordingSketch): TimingStats =>
  JSON.parse(JSON.stringify(panel.collect(recordingOf(sketches, sketch)))) as TimingStats;

const SPANS: readonly SpanSketch[] = [
  { kind: "layer", id: 1, label: "handler", start: 0, duration: 90 },
  query("select 1", { id: 2, parent: 1, start: 10, duration: 40 }),
  query("select 2", { id: 3, parent: 1, start: 30, duration: 40 }),
  { kind: "redis", id: 4, parent: 1, label: "GET a", start: 80, duration: 5, where: "a.ts:1" },
];

test("says where the time went, by kind and by span", () => {
  const stats = collect(SPANS, { omitted: { sql: 8 }, marks: [{ label: "Headers sent", at: 90 }] });
  expect(stats).toMatchObject({
    requestMs: 100,
    headersMs: 90,
    kinds: [
      { kind: "layer", count: 1, wallMs: 90, totalMs: 90 },
      { kind: "sql", count: 10, wallMs: 60, totalMs: 80 },
      { kind: "redis", count: 1, wallMs: 5 },
    ],
    // Neither a query nor Redis.
    restMs: 35,
    slowest: [
      { label: "select 1", selfMs: 40 },
      { label: "select 2", selfMs: 40 },
      // 90 without what ran inside of it.
      { label: "handler", selfMs: 25, durationMs: 90 },
      { label: "GET a", selfMs: 5, where: "a.ts:1" },
    ],
  });
});

test("draws it as one bar, without what only holds others", () => {
  const bar = panel.overview!(collect(SPANS));
  expect(bar).toEqual([
    {
      kind: "shares",
      title: "Where the time went",
      total: 100,
      parts: [
        { label: "SQL", value: 60, text: "60.0 ms", hue: 0 },
        { label: "Redis", value: 5, text: "5.00 ms", hue: 1 },
        { label: "Own code, or waiting", value: 35, text: "35.0 ms" },
      ],
    },
  ]);
  expect(panel.view(collect(SPANS))[1]).toMatchObject({ kind: "shares", total: 100 });
  expect(panel.overview!(collect([]))).toEqual([]);
});

test("kinds that ran at the same time make the bar longer than the request", () => {
  const [bar] = panel.overview!(
    collect([query("select 1", { duration: 90 }), { kind: "redis", label: "GET a", duration: 80 }]),
  );
  expect(bar).toMatchObject({ total: 180 });
});

describe("a slow request", () => {
  test("is a finding that names what took most of the time", () => {
    const spans = [query("select 1", { duration: 640 })];
    expect(panel.findings!(collect(spans, { elapsed: 812 })).map(({ text }) => text)).toEqual([
      "The request took 812 ms. It counts as slow from 500 ms on. Most of it was SQL: 640 ms.",
    ]);
  });

  test("names nothing if it is not known what took the time", () => {
    expect(panel.findings!(collect(SPANS, { elapsed: 812 })).map(({ text }) => text)).toEqual([
      "The request took 812 ms. It counts as slow from 500 ms on.",
    ]);
  });

  test("of less than the limit is no finding", () => {
    expect(panel.findings!(collect(SPANS, { elapsed: 499 }))).toEqual([]);
  });
});

describe("U1: CPU and event loop", () => {
  test("are explained only where the figures may mislead", () => {
    expect(panel.view(collect([])).map(({ kind }) => kind)).toEqual(["numbers"]);
    expect(panel.view(collect([], { others: 2 }))).toContainEqual({
      kind: "text",
      text: "CPU and event loop are measured for the whole process, and 2 other requests were running at the end.",
    });
  });
});
