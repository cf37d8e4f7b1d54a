import { expect, test } from "vitest";
import { describeRequest } from "../../src/cli/records/describe-request.ts";
import type { Io } from "../../src/cli/io.ts";
import { pathOf, recordChanges } from "../../src/toolbar/compare/record-changes.ts";
import type { ExchangeRecord } from "../../src/toolbar/exchange-record.ts";

const plain = { hasColour: false } as Io;
/** A record of an application with more panels than the servers of these tests have. */
const record = (panels: Record<string, unknown>): ExchangeRecord => ({
  version: 1,
  summary: {
    id: "0d8f6a52-1111-4111-8111-111111111111",
    sequence: 1,
    method: "GET",
    path: "/cart",
    status: 500,
    duration: 412,
    startedAt: 1_700_000_000,
    tone: "error",
    findings: 1,
    finished: true,
  },
  panels,
});

test("latchkey request shows an error with its own line and its causes, and what took longest", () => {
  const frames = [
    { where: "node_modules/pg/lib/client.js:1", isOwn: false },
    { where: "routes/cart.ts:31", isOwn: true },
  ];
  const text = describeRequest(
    record({
      exceptions: {
        errors: [
          {
            name: "CartError",
            message: "no cart",
            frames,
            cause: { name: "Error", message: "refused", frames: [], cause: null },
          },
        ],
      },
      timeline: {
        rows: [
          { kind: "sql", label: "select 1", where: "routes/cart.ts:9", durationMs: 2, count: 1 },
          { kind: "sql", label: "select 2", where: "routes/cart.ts:10", durationMs: 30.5, count: 8 },
          { kind: "http", label: "GET https://api.example/", where: "", durationMs: null, count: 1 },
        ],
      },
    }),
    plain,
  );
  expect(text).toContain("✕ CartError: no cart\n  at routes/cart.ts:31\n✕ caused by Error: refused\n");
  expect(text).toMatch(
    /What took longest:\n {2}30\.5 ms {2}sql {2}select 2 ×8 {2}routes\/cart\.ts:10\n {2}2\.00 ms {2}sql {2}select 1/,
  );
});

test.each([
  ["nothing", {}],
  [
    "panels of other shapes",
    { overview: 7, session: [], request: "x", timeline: { rows: 7 }, exceptions: { errors: [null, 7] } },
  ],
  [
    "an error that causes itself in a file",
    { exceptions: { errors: [{ name: "E", message: 7, frames: "x", cause: { name: 7 } }] } },
  ],
])("a record with %s is shown as far as it goes", (_, panels) => {
  expect(describeRequest(record(panels), plain)).toMatch(/^GET \/cart {2}500 {2}412 ms\n/);
});

function diffOf(one: Record<string, unknown>, other: Record<string, unknown>): readonly object[] {
  return recordChanges(record(one), record(other)).map(({ keys, ...values }) => ({
    path: pathOf({ keys }),
    ...values,
  }));
}

test("latchkey requests diff counts queries and messages, compares headers by name, and leaves out times", () => {
  const panels = (times: number): Record<string, unknown> => ({
    request: {
      requestHeaders: [
        ["Accept", "*/*"],
        ["date", String(times)],
        ["id", String(times)],
      ],
    },
    queries: { totalMs: times, count: times, groups: [{ fingerprint: "select ?", count: times, totalMs: times }] },
    logs: { messages: Array.from({ length: times }, (_, at) => ({ level: "log", text: "hello", at })) },
    session: { loaded: { issuedAt: times, data: { id: times, at: times } } },
    mine: { list: [1, times], nothing: times === 1 ? undefined : null },
  });
  expect(diffOf(panels(1), panels(1))).toEqual([]);
  expect(diffOf(panels(1), panels(3))).toEqual([
    { path: "panels.request.requestHeaders.id", before: "1", after: "3" },
    { path: "panels.queries.count", before: 1, after: 3 },
    { path: "panels.queries.groups.select ?", before: 1, after: 3 },
    { path: "panels.logs.messages.hello", before: 1, after: 3 },
    { path: "panels.session.loaded.data.id", before: 1, after: 3 },
    { path: "panels.session.loaded.data.at", before: 1, after: 3 },
    { path: "panels.mine.list.1", before: 1, after: 3 },
    { path: "panels.mine.nothing", after: null },
  ]);
});
