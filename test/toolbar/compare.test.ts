import { describe, expect, test } from "vitest";
import type { Block, Cell } from "../../src/toolbar/blocks.ts";
import { compareRecords, type ComparedRecord } from "../../src/toolbar/compare/compare-records.ts";
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
  findings: ComparedRecord["findings"] = [],
): ComparedRecord {
  return { summary: { ...SUMMARY, ...summary }, panels, findings };
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
  test("status, times, findings, queries, session and headers", () => {
    const before = record(
      { spans: { sql: 2 } },
      {
        request: {
          requestHeaders: [["accept", "text/html"]],
          responseHeaders: [
            ["date", "1"],
            ["vary", "Cookie"],
          ],
        },
        session: { loaded: { verdict: "valid", data: { visits: 1, user: "ada" } } },
        queries: { queries: [{ label: "select * from users where id = 7" }, { label: "select 1" }] },
      },
    );
    const after = record(
      { status: 500, duration: 80, tone: "error", findings: 1, spans: { sql: 3 } },
      {
        request: { requestHeaders: [["accept", "*/*"]], responseHeaders: [["date", "2"]] },
        session: { loaded: { verdict: "rejected", reason: "expired", data: {} } },
        queries: {
          queries: [{ label: "select * from users where id = 8" }, { label: "select * from users where id = 9" }],
        },
      },
      [{ tone: "error", text: "It threw." }],
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
      ["data: visits", "1", "–", "− removed"],
      ["data: user", "ada", "–", "− removed"],
      ["reason", "–", "expired", "+ added"],
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
