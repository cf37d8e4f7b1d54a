import { describe, expect, test } from "vitest";
import type { Block, Cell } from "../../src/toolbar/blocks.ts";
import { compareRecords } from "../../src/toolbar/compare/compare-records.ts";
import { pathOf, recordChanges, type ComparedRecord } from "../../src/toolbar/compare/record-changes.ts";
import { compareCandidates, defaultCandidate } from "../../src/toolbar/ui/compare-candidates.ts";

const SUMMARY: ComparedRecord["summary"] = {
  id: "1",
  sequence: 1,
  method: "GET",
  path: "/cart",
  status: 200,
  duration: 20,
  startedAt: 0,
  tone: "ok",
  findings: 0,
  finished: true,
};

function record(
  summary: Partial<ComparedRecord["summary"]> = {},
  panels: ComparedRecord["panels"] = {},
): ComparedRecord {
  return { summary: { ...SUMMARY, ...summary }, panels };
}

function rowsOf(blocks: readonly Block[], title: string): string[][] {
  const table = blocks.find((block) => block.kind === "table" && block.title === title);
  if (table?.kind !== "table") return [];
  return table.rows.map((row) => ("cells" in row ? row.cells : row).map(text));
}

function text(cell: Cell): string {
  return typeof cell === "object" ? cell.text : String(cell);
}

describe("what is different between two requests", () => {
  test("a finding with another time is the same finding", () => {
    const finding = (text: string): ReturnType<typeof record> =>
      record({}, { overview: { findings: [{ tone: "warn", text, panel: "queries", panelTitle: "Queries" }] } });
    const [one, other] = [finding("It ran 8 times, 23.5 ms in all."), finding("It ran 8 times, 1,204 ms in all.")];
    expect(compareRecords(one, other).some(({ kind }) => kind === "table")).toBe(true);
    expect(compareRecords(one, other)).not.toContainEqual(expect.objectContaining({ title: "Findings" }));
    const more = finding("It ran 9 times, 23.5 ms in all.");
    expect(rowsOf(compareRecords(one, more), "Findings").map((row) => row.at(-1))).toEqual(["✓ gone", "! new"]);
  });

  test("status, times, findings, queries, session and headers", () => {
    const before = record(
      { spans: { sql: 2 } },
      {
        overview: { findings: [] },
        request: {
          requestHeaders: [["accept", "text/html"]],
          form: null,
          json: [["a", "1"]],
        },
        response: {
          responseHeaders: [
            ["date", "1"],
            ["vary", "Cookie"],
          ],
        },
        session: { loaded: { verdict: "valid", reason: null, data: { visits: 1, cart: { tea: 2 } } } },
        queries: {
          groups: [
            { fingerprint: "select * from users where id = ?", count: 1 },
            { fingerprint: "select ?", count: 1 },
          ],
        },
        logs: { messages: [{ text: "hello" }, { text: "hello" }] },
      },
    );
    const after = record(
      { status: 500, duration: 80, tone: "error", findings: 1, spans: { sql: 3 } },
      {
        overview: { findings: [{ tone: "error", text: "It threw.", where: "a.ts:1" }] },
        request: { requestHeaders: [["accept", "*/*"]], form: [["name", "ada"]], json: null },
        response: { responseHeaders: [["date", "2"]] },
        session: { loaded: { verdict: "rejected", reason: "expired", data: {} } },
        queries: { groups: [{ fingerprint: "select * from users where id = ?", count: 2 }] },
        logs: { messages: [{ text: "hello" }] },
      },
    );
    const blocks = compareRecords(before, after);
    expect(blocks[0]).toMatchObject({ kind: "verdict", tone: "error", title: "500 instead of 200" });
    expect(rowsOf(blocks, "Request and answer")).toEqual([
      ["Status", "200", "500", "changed"],
      ["Time", "20.0 ms", "80.0 ms", "+300 %"],
      ["Spans: sql", "2", "3", "+1"],
      ["Findings", "0", "1", "+1"],
    ]);
    expect(rowsOf(blocks, "Findings")).toEqual([["It threw.", "no", "yes", "! new"]]);
    expect(rowsOf(blocks, "Queries")).toEqual([
      ["select * from users where id = ?", "1", "2", "+1"],
      ["select ?", "1", "0", "− removed"],
    ]);
    expect(rowsOf(blocks, "Session")).toEqual([
      ["verdict", "valid", "rejected", "changed"],
      ["reason", "–", "expired", "+ added"],
      ["data: visits", "1", "–", "− removed"],
      ["data: cart.tea", "2", "–", "− removed"],
    ]);
    expect(rowsOf(blocks, "Log messages")).toEqual([["hello", "2", "1", "−1"]]);
    expect(rowsOf(blocks, "Query and form")).toEqual([
      ["name", "–", "ada", "+ added"],
      ["a", "1", "–", "− removed"],
    ]);
    expect(rowsOf(blocks, "Request headers")).toEqual([["accept", "text/html", "*/*", "changed"]]);
    expect(rowsOf(blocks, "Response headers")).toEqual([["vary", "Cookie", "–", "− removed"]]);
  });

  test("nothing but the times, for equal ones", () => {
    const blocks = compareRecords(record(), record({ id: "2", duration: 21 }));
    expect(blocks[0]).toMatchObject({ title: "Both answered 200", text: "It took about as long." });
    expect(blocks).toHaveLength(2);
  });
});

test("the page and the command line name the same changes", () => {
  const before = record({ route: "/cart" }, { queries: { groups: [{ fingerprint: "select 'a.b'", count: 1 }] } });
  const after = record({ route: "/cart/:id" }, { queries: { groups: [{ fingerprint: "select 'a.b'", count: 4 }] } });
  expect(recordChanges(before, after).map((change) => [pathOf(change), change.before, change.after])).toEqual([
    ["summary.route", "/cart", "/cart/:id"],
    ["panels.queries.groups.select 'a.b'", 1, 4],
  ]);
  const blocks = compareRecords(before, after);
  expect(rowsOf(blocks, "Request and answer")[0]).toEqual(["Route", "/cart", "/cart/:id", "changed"]);
  expect(rowsOf(blocks, "Queries")).toEqual([["select 'a.b'", "1", "4", "+3"]]);
});

describe("what a request is compared with", () => {
  const list = [
    { ...SUMMARY, id: "9", sequence: 9, path: "/other" },
    { ...SUMMARY, id: "8", sequence: 8 },
    { ...SUMMARY, id: "7", sequence: 7, status: 500, tone: "error" as const },
    { ...SUMMARY, id: "6", sequence: 6, status: 404, tone: "warn" as const },
    { ...SUMMARY, id: "5", sequence: 5, method: "POST" },
    { ...SUMMARY, id: "4", sequence: 4, path: "/cart/2", route: "/cart/:id" },
    { ...SUMMARY, id: "3", sequence: 3 },
  ];
  const ids = (after: (typeof list)[number]): string[] => compareCandidates(list, after).map(({ id }) => id);

  test("the last good one of the same route, before it", () => {
    const [, , broken] = list;
    expect(ids(broken!)).toEqual(["8", "6", "3", "9", "5", "4"]);
    expect(defaultCandidate(compareCandidates(list, broken!), broken!)?.id).toBe("3");
  });

  test("another address of the same route; without one, none", () => {
    const after = { ...SUMMARY, id: "10", sequence: 10, path: "/cart/1", route: "/cart/:id" };
    expect(defaultCandidate(compareCandidates(list, after), after)?.id).toBe("4");
    const lonely = { ...SUMMARY, id: "11", sequence: 11, path: "/lonely" };
    expect(defaultCandidate(compareCandidates(list, lonely), lonely)).toBeUndefined();
  });
});
