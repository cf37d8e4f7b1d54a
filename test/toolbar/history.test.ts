import { expect, test } from "vitest";
import { History, type HistoryEntry } from "../../src/toolbar/history.ts";

const entry = (sequence: number): HistoryEntry => ({
  summary: {
    id: `id-${sequence}`,
    sequence,
    method: "GET",
    path: "/",
    status: 200,
    duration: 1,
    startedAt: 0,
    tone: "ok",
    findings: 0,
    finished: true,
  },
  json: "{}",
});

test("a full history forgets its oldest request, and lists the newest first", () => {
  const history = new History(3);
  for (const sequence of [1, 2, 3, 4, 5]) history.add(entry(sequence));
  expect(history.list().map(({ sequence }) => sequence)).toEqual([5, 4, 3]);
  expect(history.get("id-2")).toBeUndefined();
  expect(history.get("id-4")?.summary.sequence).toBe(4);
});

test("a list can begin at a request", () => {
  const history = new History(10);
  // A later request may end before an earlier one.
  for (const sequence of [2, 1, 4, 3]) history.add(entry(sequence));
  expect(history.list(3).map(({ sequence }) => sequence)).toEqual([4, 3]);
});

test.each([0, -1, 1.5, Number.NaN, 10_001])("a history of %d requests is refused", (capacity) => {
  expect(() => new History(capacity)).toThrow(expect.objectContaining({ code: "invalid_option" }));
});
