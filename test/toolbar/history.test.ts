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

test("B17: a history is bounded in bytes as well, and keeps the newest request in any case", () => {
  const history = new History(10_000, 1_000_000);
  const large = (sequence: number, text: string): HistoryEntry => ({
    ...entry(sequence),
    json: JSON.stringify({ text }),
  });
  for (let sequence = 1; sequence <= 100; sequence++) history.add(large(sequence, "x".repeat(100_000)));
  expect(history.list().map(({ sequence }) => sequence)).toEqual([100, 99, 98, 97, 96, 95, 94, 93, 92]);
  // A text with one character above 255 takes two bytes for each.
  for (let sequence = 101; sequence <= 200; sequence++) history.add(large(sequence, "•".repeat(100_000)));
  expect(history.list().map(({ sequence }) => sequence)).toEqual([200, 199, 198, 197]);
  history.add(large(201, "x".repeat(5_000_000)));
  expect(history.list().map(({ sequence }) => sequence)).toEqual([201]);
  history.add(entry(202));
  expect(history.list().map(({ sequence }) => sequence)).toEqual([202]);
});

test("a request that is stored again replaces its earlier record", () => {
  const history = new History(2);
  for (const sequence of [1, 2, 1, 1]) history.add(entry(sequence));
  expect(history.list().map(({ sequence }) => sequence)).toEqual([2, 1]);
});

test("a request that is stored again keeps its turn to be dropped, and its new bytes count", () => {
  const history = new History(2, 100_000);
  for (const sequence of [1, 2, 1, 3]) history.add(entry(sequence));
  expect(history.list().map(({ sequence }) => sequence)).toEqual([3, 2]);
  history.add({ ...entry(3), json: JSON.stringify("x".repeat(200_000)) });
  expect(history.list().map(({ sequence }) => sequence)).toEqual([3]);
  history.add(entry(3));
  history.add(entry(4));
  expect(history.list().map(({ sequence }) => sequence)).toEqual([4, 3]);
});
