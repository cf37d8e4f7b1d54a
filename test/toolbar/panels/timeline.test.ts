import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TimelineBlock } from "../../../src/toolbar/index.ts";
import { timelinePanel, type TimelineStats } from "../../../src/toolbar/panels/spans/timeline.ts";
import { query, recordingOf, times, type RecordingSketch, type SpanSketch } from "./recording-of.ts";

const panel = timelinePanel();
const collect = (sketches: readonly SpanSketch[], sketch?: RecordingSketch): TimelineStats =>
  JSON.parse(JSON.stringify(panel.collect(recordingOf(sketches, sketch)))) as TimelineStats;
const drawn = (stats: TimelineStats): TimelineBlock["rows"] =>
  panel.view(stats).flatMap((block) => (block.kind === "timeline" ? block.rows : []));
/** A tree as text: two spaces for each level. */
const outline = (stats: TimelineStats): readonly string[] =>
  drawn(stats).map(({ label, depth = 0 }) => "  ".repeat(depth) + label);

const span = (
  id: number,
  label: string,
  parent: number | null,
  start: number,
  sketch: Partial<SpanSketch> = {},
): SpanSketch => ({
  kind: "app",
  id,
  label,
  parent,
  start,
  ...sketch,
});

test("U1: spans are inside of the phase and of the span in which they began", () => {
  const stats = collect(
    [
      span(1, "handler", null, 1, { kind: "layer", duration: 50, where: "app.ts:3" }),
      span(2, "load", 1, 2, { duration: 30 }),
      query("select 1", { id: 3, parent: 2, start: 3, duration: 20, where: "db.ts:5" }),
      span(4, "price", 1, 35),
      span(5, "log", null, 70, { duration: null, error: null }),
    ],
    {
      elapsed: 80,
      marks: [
        { label: "Session opened", at: 0.5 },
        { label: "Headers sent", at: 60 },
        { label: "late", at: 75 },
      ],
    },
  );
  expect(outline(stats)).toEqual([
    "Until headers",
    "  Session opened",
    "  handler",
    "    load",
    "      select 1",
    "    price",
    "Body",
    "  log",
    "  late",
  ]);
  expect(drawn(stats)[4]).toMatchObject({ start: 3, duration: 20, detail: "SQL", hue: 0, where: "db.ts:5" });
  expect(drawn(stats)[7]).toMatchObject({ duration: 10, detail: "Own spans · not ended" });
});

test("calls of a cache in the process are one bar, because they take no time", () => {
  const call = (id: number, label: string): ReturnType<typeof span> =>
    span(id, label, null, id, { kind: "cache", duration: 0 });
  const stats = collect([
    ...["get 1", "set 1", "get 2"].map((label, at) => call(at + 1, label)),
    query("select 1", { id: 4, start: 4 }),
    call(5, "get 3"),
    call(6, "get 3"),
  ]);
  expect(outline(stats)).toEqual(["Request", "  get, set ×3", "  select 1", "  get 3", "  get 3"]);
  expect(drawn(stats)[1]).toMatchObject({ detail: "Cache", hue: 1 });
});

test("a request without headers yet has one phase", () => {
  expect(outline(collect([span(1, "a", null, 1)]))).toEqual(["Request", "  a"]);
});

test("without spans it says how to add some", () => {
  expect(panel.view(collect([])).at(-1)).toMatchObject({
    kind: "text",
    text: expect.stringContaining("toolbar.span("),
  });
});

describe("many spans", () => {
  test("that repeat each other become one bar", () => {
    const stats = collect(
      [
        span(1, "handler", null, 0, { duration: 999 }),
        ...times(998, (index) => query("select 1", { parent: 1, id: index + 2, start: index, duration: 2 })),
      ],
      { elapsed: 1_000, omitted: { sql: 9_000 } },
    );
    expect(outline(stats)).toEqual(["Request", "  handler", "    select 1 ×998"]);
    expect(drawn(stats)[2]).toMatchObject({ start: 0, duration: 999, detail: "SQL" });
    expect(JSON.stringify(panel.view(stats))).toContain("SQL: 9,000 more spans were counted and not recorded.");
    expect(panel.subtitle!(stats)).toBe("9,999");
  });

  test("of different kinds: the longest are drawn, with what they are inside of", () => {
    const stats = collect(
      times(1_000, (index) =>
        index % 2 === 0
          ? span(index + 1, `step ${index}`, null, index)
          : query(`select ${index}`, { id: index + 1, parent: index, start: index, duration: index }),
      ),
      { elapsed: 2_000 },
    );
    expect(drawn(stats).length).toBeLessThanOrEqual(200);
    expect(outline(stats).slice(-2)).toEqual(["  step 998", "    select 999"]);
    expect(stats.hidden.map(({ kind }) => kind).toSorted()).toEqual(["app", "sql"]);
    expect(JSON.stringify(panel.view(stats))).toMatch(/Not drawn, because they are shorter: .*SQL \d+ \([\d,.]+ ms\)/);
  });

  test("few spans are drawn one by one, even if they repeat each other", () => {
    expect(drawn(collect(times(150, () => query("select 1"))))).toHaveLength(151);
  });
});

test("for any tree, at most 200 rows, each below its parent, and none is lost", () => {
  const sketch = fc.record({
    kind: fc.constantFrom("sql", "app", "layer"),
    label: fc.constantFrom("a", "b", "c"),
    parent: fc.option(fc.integer({ min: -1, max: 400 })),
    start: fc.integer({ min: 0, max: 300 }),
    duration: fc.option(fc.integer({ min: 0, max: 300 })),
  });
  fc.assert(
    fc.property(fc.array(sketch, { maxLength: 400, size: "max" }), (sketches) => {
      const stats = collect(sketches, { elapsed: 300, marks: times(100, (at) => ({ label: `mark ${at}`, at })) });
      expect(drawn(stats).length).toBeLessThanOrEqual(200);
      let depth = -1;
      for (const row of stats.rows) {
        expect(row.depth).toBeLessThanOrEqual(depth + 1);
        depth = row.depth;
      }
      const shown = stats.rows.reduce((sum, { count }) => sum + count, 0);
      expect(stats.hidden.reduce((sum, { count }) => sum + count, shown)).toBe(sketches.length);
    }),
    { numRuns: 50 },
  );
});

test("1,000 spans inside of each other are drawn without overflow", () => {
  const stats = collect(times(1_000, (index) => span(index + 1, `level ${index}`, index === 0 ? null : index, index)));
  expect(drawn(stats).length).toBeLessThanOrEqual(200);
});
