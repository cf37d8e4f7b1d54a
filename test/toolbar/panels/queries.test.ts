import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding, OpenableRow, Recording } from "../../../src/toolbar/index.ts";
import { queriesPanel } from "../../../src/toolbar/panels/spans/queries.ts";
import type { QueryStats } from "../../../src/toolbar/panels/spans/query-stats.ts";
import { query, recordingOf, times, type RecordingSketch, type SpanSketch } from "./recording-of.ts";

const panel = queriesPanel(500);
/** As the toolbar does it: what is not plain JSON gets lost. */
const collect = (recording: Recording): QueryStats =>
  JSON.parse(JSON.stringify(panel.collect(recording))) as QueryStats;
const findings = (sketches: readonly SpanSketch[], sketch?: RecordingSketch): readonly Finding[] =>
  panel.findings!(collect(recordingOf(sketches, sketch)));
const item = (index: number, where = "routes/users.ts:42"): SpanSketch =>
  query("select * from items where order_id = $1", { where, duration: 2.125, detail: { params: [index] } });

describe("the figures", () => {
  test("count queries, time, rows, failures and databases", () => {
    const shop = { database: "shop", rows: 1, params: [1] };
    const stats = collect(
      recordingOf(
        [
          query("select * from users where id = $1", { duration: 4, detail: shop }),
          query("SELECT * FROM users WHERE id = 7", { start: 2, duration: 4, detail: { ...shop, rows: 2 } }),
          query("insert into t values ($1)", { start: 10, duration: 10, error: "full", detail: { system: "sqlite" } }),
          query("select 1", { start: 90, duration: null }),
        ],
        { elapsed: 100, omitted: { sql: 3, redis: 9 } },
      ),
    );
    expect(stats).toMatchObject({
      count: 7,
      omitted: 3,
      totalMs: 18,
      // 0 to 6, 10 to 20, and 90 to the end.
      wallMs: 26,
      requestMs: 100,
      failed: 1,
      unfinished: 1,
      rows: 3,
      databases: [
        { system: "postgresql", database: "shop", count: 2, totalMs: 8 },
        { system: "sqlite", database: "", count: 1, totalMs: 10 },
        { system: "postgresql", database: "", count: 1 },
      ],
    });
  });

  test("put the runs of a statement together, with their parameters", () => {
    const { groups, similar, identical } = collect(
      recordingOf([
        query("select * from t where a = $1", { detail: { params: [1] } }),
        query("select * from t where a = $1", { detail: { params: ["x"] }, isExplainable: true }),
        query("select * from t where a = $1", { detail: { params: [1] } }),
        query("select * from t where a = 5"),
        query("select * from u"),
      ]),
    );
    expect(groups.map(({ fingerprint, count }) => [fingerprint, count])).toEqual([
      ["select * from t where a = ?", 4],
      ["select * from u", 1],
    ]);
    expect(groups[0]!.runs).toMatchObject([
      { span: 1, params: [1], statement: null, isExplainable: false },
      { span: 2, params: ["x"], isExplainable: true },
      { span: 3, params: [1] },
      { span: 4, params: null, statement: "select * from t where a = 5" },
    ]);
    expect([similar, identical]).toEqual([3, 1]);
  });

  test("keep statements of two databases apart", () => {
    const of = (database: string): SpanSketch => query("select 1 from t", { detail: { database } });
    expect(collect(recordingOf([of("a"), of("b")])).groups).toHaveLength(2);
  });

  test("are empty, and say so, without a query", () => {
    const stats = collect(recordingOf([{ kind: "redis", label: "GET a" }]));
    expect(stats).toMatchObject({ count: 0, groups: [], rows: null });
    expect(panel.view(stats)).toEqual([{ kind: "text", text: "No SQL query was recorded for this request." }]);
    expect(panel.subtitle!(stats)).toBeUndefined();
    expect(panel.numbers!(stats)).toEqual([]);
  });
});

describe("N+1 is a finding with the line and what to do", () => {
  test("for a query", () => {
    expect(findings(times(8, (index) => item(index)))).toEqual([
      {
        tone: "warn",
        text: "The same query ran 8 times, 17.0 ms in all. Load them in one query.",
        where: "routes/users.ts:42",
      },
    ]);
  });

  test("from the third run on", () => {
    expect(findings(times(2, (index) => item(index)))).toEqual([]);
    expect(findings(times(3, (index) => item(index)))).toHaveLength(1);
  });

  test("for values in the text, and for a driver that does not report parameters", () => {
    const inText = times(3, (index) => query(`select * from t where a = ${index}`, { where: "a.ts:1" }));
    expect(findings(inText)).toHaveLength(1);
    const unknown = times(3, () => query("select * from t where a = $1", { where: "a.ts:1" }));
    expect(findings(unknown)[0]?.text).toMatch(/Load them in one query\.$/);
  });

  test.each([
    ["insert into t values ($1)", /^The same insert ran 4 times, .* Write all rows with one statement\.$/],
    ["update t set a = 1 where id = $1", /^The same update ran 4 times, .* Change all rows with one statement\.$/],
    ["delete from t where id = $1", /^The same delete ran 4 times, .* Delete all rows with one statement\.$/],
  ])("for %s", (sql, sentence) => {
    const found = findings(times(4, (index) => query(sql, { where: "a.ts:1", detail: { params: [index] } })));
    expect(found.map(({ text }) => text)).toEqual([expect.stringMatching(sentence)]);
  });

  test("with the same parameters each time, it says so", () => {
    expect(findings(times(3, () => item(7)))[0]?.text).toBe(
      "The same query with the same parameters ran 3 times, 6.38 ms in all. Run it once.",
    );
  });

  test("a write with the same parameters is not called superfluous", () => {
    const raise = query("update t set n = n + 1 where id = $1", { where: "a.ts:1", detail: { params: [1] } });
    expect(findings([raise, raise, raise])[0]?.text).toMatch(/^The same update ran 3 times/);
  });

  test("without a line, only from ten runs on", () => {
    expect(findings(times(9, (index) => item(index, "")))).toEqual([]);
    const [found] = findings(times(10, (index) => item(index, "")));
    expect(found?.text).toMatch(/^The same query ran 10 times: select \* from items .* Load them in one query\.$/);
    expect(found).not.toHaveProperty("where");
  });

  test("with those that are not located any more, if they can only come from one line", () => {
    const many = times(1_000, (index) => item(index, index < 300 ? "a.ts:1" : ""));
    const [found] = findings(many, { omitted: { sql: 9_000 } });
    expect(found?.text).toMatch(/^The same query ran at least 1,000 times, /);
    expect(found?.where).toBe("a.ts:1");
  });

  test("for MongoDB, by collection, operation and the names of the filter", () => {
    const found = findings(
      times(6, (index) => ({
        kind: "sql",
        label: index % 2 === 0 ? 'items.find {"order":"?"}' : 'users.findOneAndUpdate {"id":"?"}',
        where: "a.ts:1",
        detail: { system: "mongodb", params: [{ order: index }] },
      })),
    );
    expect(found.map(({ text }) => text)).toEqual([
      "The same query ran 3 times, 3.00 ms in all. Load them in one query.",
      "The same update ran 3 times, 3.00 ms in all. Change all rows with one statement.",
    ]);
  });

  test("at most five, and then how many more", () => {
    const found = findings(
      times(21, (index) => query(`select * from t${index % 7} where id = ${index}`, { where: "a.ts:1" })),
    );
    expect(found).toHaveLength(6);
    expect(found.at(-1)?.text).toBe("2 more statements ran again and again too; see the list.");
  });
});

describe("no finding for what is normal", () => {
  const byId = (params: readonly unknown[]): SpanSketch =>
    query("select * from t where id = $1", { detail: { params } });
  const layers = times(3, (index): SpanSketch => ({ kind: "layer", label: `layer ${index}`, id: index + 10 }));
  test.each<readonly [string, readonly SpanSketch[]]>([
    ["different statements of one line", times(9, (index) => query(`select * from t${index}`, { where: "a.ts:1" }))],
    ["two lines with two runs each", times(4, (index) => item(index, `a.ts:${index % 2}`))],
    [
      "a helper that is called from several places",
      [...times(3, (index) => ({ ...item(index), parent: index + 10 })), ...layers],
    ],
    ["transactions", times(6, (index) => query(index % 2 === 0 ? "begin" : "commit", { where: "a.ts:1" }))],
    ["sequences", times(5, () => query("select nextval('ids')", { where: "a.ts:1" }))],
    ["random rows", times(5, () => query("select a from t order by random() limit 1", { where: "a.ts:1" }))],
    [
      "batches of many values",
      times(4, (at) =>
        query(`select * from t where id in (${times(20, (index) => index + at * 20).join(", ")})`, { where: "a.ts:1" }),
      ),
    ],
    [
      "batches in an array",
      times(4, (at) =>
        query("select * from t where id = any($1)", {
          where: "a.ts:1",
          detail: { params: [times(50, (index) => index + at * 50)] },
        }),
      ),
    ],
    [
      "batches of rows",
      times(4, () => query(`insert into t values ${"(1, 2), ".repeat(20)}(1, 2)`, { where: "a.ts:1" })),
    ],
    ["reading again after a write", [byId([1]), query("update t set a = $1", { detail: { params: [1] } }), byId([1])]],
    ["two hidden values, which may differ", [byId(["[hidden value]"]), byId(["[hidden value]"])]],
    ["two files, which may differ", [byId(["[12000 bytes]"]), byId(["[12000 bytes]"])]],
    ["two texts that were cut", times(2, () => query("select * from t where id = 'a… (9000 characters)"))],
    [
      "a cursor of MongoDB, and reads that may differ in their limit",
      times(8, (index) => ({
        kind: "sql",
        label: index < 6 ? "items.next" : "items.find",
        where: "a.ts:1",
        detail: { system: "mongodb" },
      })),
    ],
    ["queries that differ in their parameters", [byId([1]), byId([2])]],
    ["queries without known parameters", times(2, () => query("select * from t where id = $1"))],
  ])("%s", (_, sketches) => {
    expect(findings(sketches)).toEqual([]);
  });
});

describe("other findings", () => {
  test("the same query with the same parameters, from two lines", () => {
    const user = (where: string): SpanSketch =>
      query("select * from users where id = $1", { where, detail: { params: [7] } });
    expect(findings([user("auth.ts:12"), item(1), user("users.ts:40")])).toEqual([
      {
        tone: "warn",
        text: "The same query with the same parameters ran 2 times from 2 lines, 2.00 ms in all. Nothing was written in between. Load it once.",
        where: "users.ts:40",
      },
    ]);
  });

  test("a slow query", () => {
    expect(findings([query("select pg_sleep(1)", { duration: 640, where: "a.ts:1" }), query("select 1")])).toEqual([
      {
        tone: "warn",
        text: "A query took 640 ms. It counts as slow from 100 ms on: select pg_sleep(1)",
        where: "a.ts:1",
      },
    ]);
  });

  test("several slow queries are one finding, with the slowest", () => {
    const slow = times(4, (index) => query(`select ${"x".repeat(index + 1)} from t`, { duration: 100 + index }));
    expect(findings(slow).map(({ text }) => text)).toEqual([
      "4 queries took 100 ms or more. The slowest took 103 ms: select xxxx from t",
    ]);
  });

  test("a query that failed, each error once", () => {
    const bad = query("selec 1", { error: 'error: syntax error at or near "selec"', where: "a.ts:1" });
    expect(findings([bad, bad, query("select 1")])).toEqual([
      { tone: "warn", text: '2 queries failed: error: syntax error at or near "selec"', where: "a.ts:1" },
    ]);
  });
});

describe("the view", () => {
  const stats = collect(
    recordingOf([
      ...times(8, (index) => ({ ...item(index), isExplainable: true })),
      query("select * from users", { where: "a.ts:1", error: "error: gone", detail: { rows: 2 } }),
    ]),
  );
  const table = panel.view(stats).find((block) => block.kind === "table")!;
  const rows = table.rows as readonly OpenableRow[];

  test("has a row for each statement, which opens", () => {
    expect(rows).toHaveLength(2);
    expect(rows[0]!.cells).toEqual([
      { text: "select * from items where order_id = $1", mono: true, language: "sql" },
      "×8",
      "",
      { text: "17.0", meter: { value: 17, of: 100 } },
      { text: "routes/users.ts:42", mono: true, where: "routes/users.ts:42" },
    ]);
    expect(rows[0]!.more.map(({ kind }) => kind)).toEqual(["code", "ask", "table", "pairs"]);
    expect(rows[1]!.cells[0]).toMatchObject({ tone: "error", detail: "✕ failed" });
    expect(JSON.stringify(rows[1]!.more)).toContain("✕ error: gone");
  });

  test("asks for a plan by the id of the request and of the span", () => {
    expect(rows[0]!.more).toContainEqual({
      kind: "ask",
      label: "EXPLAIN",
      path: "/exchanges/00000000-0000-4000-8000-000000000000/explain?span=1",
    });
  });
});

describe("10,000 queries", () => {
  const long = `${"column_of_a_table, ".repeat(200)} 1 from t`;
  test.each<readonly [string, (index: number) => SpanSketch]>([
    ["of one statement", (index) => item(index, "")],
    ["of 1,000 long statements", (index) => query(`select c${index}, ${long}`)],
    ["with long values in the text", (index) => query(`select ${long} where a = '${String(index).repeat(30)}'`)],
    [
      "with large parameters",
      (index) => query("select $1", { detail: { params: times(100, () => String(index).repeat(1_000)) } }),
    ],
  ])("%s make a record that can be read", (_, make) => {
    const stats = collect(recordingOf(times(1_000, make), { omitted: { sql: 9_000 } }));
    expect(stats).toMatchObject({ count: 10_000, omitted: 9_000 });
    expect(JSON.stringify(stats).length).toBeLessThan(2_000_000);
    const rows = panel.view(stats).flatMap((block) => (block.kind === "table" ? block.rows : []));
    expect(rows.length).toBeLessThanOrEqual(110);
    expect(panel.findings!(stats).length).toBeLessThanOrEqual(10);
  });
});

test("for any spans, the stats are plain JSON and all is counted", () => {
  const sketch = fc.record({
    kind: fc.constant("sql"),
    label: fc.oneof(fc.string(), fc.constantFrom("select * from t where a = $1", "insert into t values (1)", "begin")),
    start: fc.integer({ min: 0, max: 200 }),
    duration: fc.option(fc.integer({ min: 0, max: 200 })),
    where: fc.constantFrom("", "a.ts:1", "a.ts:2"),
    error: fc.option(fc.string()),
    detail: fc.oneof(
      fc.constant({}),
      fc.record({ system: fc.jsonValue(), database: fc.jsonValue(), params: fc.jsonValue(), rows: fc.jsonValue() }),
    ),
  });
  fc.assert(
    fc.property(fc.array(sketch, { maxLength: 40 }), (sketches) => {
      const stats = collect(recordingOf(sketches as readonly SpanSketch[]));
      expect(stats.groups.reduce((sum, { count }) => sum + count, stats.otherGroups.count)).toBe(sketches.length);
      expect(stats.wallMs).toBeLessThanOrEqual(stats.requestMs);
      expect(stats.similar).toBeGreaterThanOrEqual(stats.identical);
      expect(JSON.parse(JSON.stringify(panel.view(stats)))).toEqual(panel.view(stats));
      panel.findings!(stats);
      panel.numbers!(stats);
    }),
  );
});
