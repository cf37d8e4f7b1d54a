import fc from "fast-check";
import { InvalidOptionError } from "latchkey";
import { checkHistory, type HistoryOperation } from "latchkey/testing";
import { describe, expect, test } from "vitest";

type Part = Partial<HistoryOperation>;

/** An operation of one session, from its kind, its times and what is special about it. */
function op(kind: HistoryOperation["kind"], start: number, end: number, more: Part = {}): HistoryOperation {
  return { session: "ada", kind, start, end, outcome: "ok", ...more };
}
const begin = (start: number, end: number, set: object = {}, more: Part = {}): HistoryOperation =>
  op("begin", start, end, { set: { ...set }, ...more });
const read = (start: number, end: number, seen: object | null, more: Part = {}): HistoryOperation =>
  op("read", start, end, { seen: seen === null ? null : { ...seen }, ...more });
const write = (start: number, end: number, set: object, more: Part = {}): HistoryOperation =>
  op("write", start, end, { set: { ...set }, ...more });
const add = (start: number, end: number, more: Part = {}): HistoryOperation =>
  op("write", start, end, { add: { n: 1 }, ...more });
const unknown = { outcome: "unknown" } as const;

describe("histories that one copy of the session explains", () => {
  test.each<[string, readonly HistoryOperation[]]>([
    ["nothing", []],
    [
      "a life, one step after the other",
      [begin(0, 1, { a: 1 }), read(2, 3, { a: 1 }), op("end", 4, 5), read(6, 7, null)],
    ],
    ["a read before the session began", [read(0, 1, null), begin(2, 3)]],
    ["a read beside a write, which sees it", [begin(0, 1), write(2, 9, { a: 1 }), read(3, 4, { a: 1 })]],
    ["a read beside a write, which does not see it", [begin(0, 1), write(2, 9, { a: 1 }), read(3, 4, {})]],
    [
      "two reads beside a write, before and after it",
      [begin(0, 1), write(2, 9, { a: 1 }), read(3, 4, {}), read(5, 6, { a: 1 })],
    ],
    [
      "writes of two entries at once, merged",
      [begin(0, 1), write(2, 5, { a: 1 }), write(2, 5, { b: 2 }), read(6, 7, { b: 2, a: 1 })],
    ],
    ["two updates at once, both counted", [begin(0, 1, { n: 0 }), add(2, 5), add(2, 5), read(6, 7, { n: 2 })]],
    ["an entry that was removed", [begin(0, 1, { a: 1 }), op("write", 2, 3, { remove: ["a"] }), read(4, 5, {})]],
    [
      "a write that came too late, on a session that had ended",
      [begin(0, 1), op("end", 2, 3), write(2, 9, { a: 1 }), read(10, 11, null)],
    ],
    ["a renewal beside a write", [begin(0, 1), op("renew", 2, 5), write(2, 5, { a: 1 }), read(6, 7, { a: 1 })]],
    [
      "a write without an answer that happened at once",
      [begin(0, 1), write(2, 3, { a: 1 }, unknown), read(4, 5, { a: 1 })],
    ],
    ["a write without an answer that never happened", [begin(0, 1), write(2, 3, { a: 1 }, unknown), read(4, 5, {})]],
    [
      "a write without an answer that happened long after",
      [begin(0, 1), write(2, 3, { a: 1 }, unknown), read(4, 5, {}), read(40, 50, { a: 1 }), read(60, 61, { a: 1 })],
    ],
    [
      "a logout without an answer that happened late",
      [begin(0, 1), op("end", 2, 3, unknown), read(4, 5, {}), read(6, 7, null)],
    ],
    ["a login without an answer", [begin(0, 1, {}, unknown), read(2, 3, null)]],
    ["two logins that became one session", [begin(0, 5, { a: 1 }), begin(0, 5, { a: 1 }), read(6, 7, { a: 1 })]],
    [
      "a failed write, and a read that failed",
      [
        begin(0, 1),
        write(2, 3, { a: 1 }, { outcome: "failed" }),
        read(4, 5, { z: 1 }, { outcome: "failed" }),
        read(6, 7, {}),
      ],
    ],
    ["operations that touch at one moment", [begin(0, 1), write(1, 2, { a: 1 }), read(2, 3, {}), read(3, 4, { a: 1 })]],
    [
      "entries that hold objects, in any order",
      [begin(0, 1, { a: { x: 1, y: [2] } }), read(2, 3, { a: { y: [2], x: 1 } })],
    ],
  ])("%s", (_, history) => {
    expect(checkHistory(history)).toEqual({ isLinearizable: true, part: [] });
    expect(checkHistory(history.toReversed()).isLinearizable).toBe(true);
  });
});

describe("histories that nothing explains, and the part that shows it", () => {
  test.each<[string, readonly HistoryOperation[], readonly number[]]>([
    [
      "a stale read after an acknowledged write",
      [begin(0, 1, { a: 1 }), write(2, 3, { a: 2 }), read(4, 5, { a: 1 }), read(6, 7, { a: 2 })],
      [1, 2],
    ],
    ["a lost update of two", [begin(0, 1, { n: 0 }), add(2, 5), add(2, 5), read(6, 7, { n: 1 })], [1, 2, 3]],
    ["an update that was counted twice", [begin(0, 1, { n: 0 }), add(2, 5), read(6, 7, { n: 2 })], [2]],
    [
      "a lost entry of two that were merged",
      [begin(0, 1), write(2, 5, { a: 1 }), write(2, 5, { b: 2 }), read(6, 7, { b: 2 })],
      [1, 3],
    ],
    ["a session that lives after its logout", [begin(0, 1), op("end", 2, 3), read(4, 5, {})], [1, 2]],
    [
      "a session that a late write brought back",
      [begin(0, 1), write(2, 9, { a: 1 }), op("end", 3, 4), read(10, 11, { a: 1 })],
      [2, 3],
    ],
    ["a session that is gone without a logout", [begin(0, 1), read(2, 3, {}), read(4, 5, null)], [1, 2]],
    ["a session that was gone for a moment", [begin(0, 1), read(2, 3, null), read(4, 5, {})], [0, 1]],
    [
      "a read that saw a write, and a later one that did not",
      [begin(0, 1), write(2, 9, { a: 1 }), read(3, 4, { a: 1 }), read(5, 6, {})],
      [2, 3],
    ],
    [
      "a write without an answer that was there, and gone",
      [begin(0, 1), write(2, 3, { a: 1 }, unknown), read(4, 5, { a: 1 }), read(6, 7, {})],
      [2, 3],
    ],
    ["a value before it was written", [begin(0, 1), read(2, 3, { a: 1 }), write(4, 5, { a: 1 })], [1]],
    [
      "a value that a failed write left",
      [begin(0, 1), write(2, 3, { a: 1 }, { outcome: "failed" }), read(4, 5, { a: 1 })],
      [2],
    ],
    [
      "an update without an answer that was counted twice",
      [begin(0, 1, { n: 0 }), add(2, 3, unknown), add(4, 5), read(6, 7, { n: 3 })],
      [3],
    ],
    ["a session that begins again after its end", [begin(0, 1), op("end", 2, 3), begin(4, 5)], [1, 2]],
    ["a renewal that lost a write", [begin(0, 1), write(2, 3, { a: 1 }), op("renew", 4, 5), read(6, 7, {})], [1, 3]],
  ])("%s", (_, history, part) => {
    const verdict = { isLinearizable: false, session: "ada", part: part.map((index) => history[index]) };
    expect(checkHistory(history)).toEqual(verdict);
    // Other sessions, and what comes later, change nothing.
    const more = [
      begin(0, 1, { b: 1 }, { session: "eve" }),
      write(100, 101, { z: 1 }),
      read(4, 5, { b: 1 }, { session: "eve" }),
    ];
    expect(checkHistory([...more, ...history])).toEqual(verdict);
  });
});

describe("a checker that tries all orders", () => {
  /**
   * Whether any order of the operations is right: each operation that is not sure is left out or
   * not, and then each permutation is played.
   */
  function isExplained(history: readonly HistoryOperation[]): boolean {
    const sure = history.filter(({ outcome }) => outcome === "ok");
    const perhaps = history.filter(({ outcome, kind }) => outcome === "unknown" && kind !== "read");
    return subsetsOf(perhaps).some((some) => permutationsOf([...sure, ...some]).some(isRight));
  }
  function isRight(order: readonly HistoryOperation[]): boolean {
    const isInTime = order.every((one, place) =>
      order.slice(place + 1).every((next) => next.outcome === "unknown" || next.end >= one.start),
    );
    if (!isInTime) return false;
    let data: Record<string, unknown> | undefined;
    let hasEnded = false;
    for (const { kind, seen, set, add, remove } of order) {
      if (kind === "read") {
        if (seen === null || seen === undefined ? data !== undefined : !isSame(seen, data)) return false;
      } else if (kind === "end") [data, hasEnded] = [undefined, true];
      else if (kind === "begin" && hasEnded) return false;
      else if (kind === "begin" || (kind === "write" && data !== undefined)) {
        data = { ...data, ...set };
        for (const name of remove ?? []) if (!Object.hasOwn(set ?? {}, name)) delete data[name];
        for (const name of Object.keys(add ?? {})) data[name] = ((data[name] as number | undefined) ?? 0) + add![name]!;
      }
    }
    return true;
  }
  const isSame = (one: object, other: object | undefined): boolean => {
    const [mine, theirs] = [one, other ?? { missing: true }].map((each) =>
      Object.entries(each).toSorted(([mine], [theirs]) => (mine < theirs ? -1 : 1)),
    );
    return JSON.stringify(mine) === JSON.stringify(theirs);
  };
  function subsetsOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
    return items.reduce<Item[][]>((all, item) => all.flatMap((some) => [some, [...some, item]]), [[]]);
  }
  function permutationsOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
    if (items.length === 0) return [[]];
    return items.flatMap((item, place) => permutationsOf(items.toSpliced(place, 1)).map((rest) => [item, ...rest]));
  }

  const value = fc.integer({ min: 0, max: 2 });
  const entries = fc.oneof(
    fc.constant({}),
    fc.record({ a: value }),
    fc.record({ n: value }),
    fc.record({ a: value, n: value }),
  );
  const operation = fc
    .record({
      kind: fc.constantFrom("begin", "read", "read", "write", "write", "write", "renew", "end"),
      start: fc.integer({ min: 0, max: 8 }),
      length: fc.integer({ min: 0, max: 5 }),
      outcome: fc.constantFrom("ok", "ok", "ok", "unknown", "failed"),
      entries,
      isNothing: fc.boolean(),
      counts: fc.boolean(),
      removes: fc.boolean(),
    })
    .map(({ kind, start, length, outcome, entries, isNothing, counts, removes }): HistoryOperation => {
      const more: Part =
        kind === "read"
          ? { seen: isNothing ? null : entries }
          : kind === "begin"
            ? { set: entries }
            : kind === "write"
              ? counts
                ? { add: { n: 1 } }
                : removes
                  ? { remove: ["a"] }
                  : { set: entries }
              : {};
      return op(kind as HistoryOperation["kind"], start, start + length, { outcome: outcome as "ok", ...more });
    });
  // A beginning, so that most histories have a session that lives.
  const history = fc
    .array(operation, { maxLength: 5 })
    .map((operations) => [begin(0, 0, { a: 0 }), ...operations] as readonly HistoryOperation[]);

  test("says the same of random histories, and the part is smallest", () => {
    const counts = { good: 0, bad: 0 };
    fc.assert(
      fc.property(history, (operations) => {
        const { isLinearizable, part } = checkHistory(operations);
        expect(isLinearizable).toBe(isExplained(operations));
        counts[isLinearizable ? "good" : "bad"]++;
        if (isLinearizable) return;
        expect(part.length).toBeGreaterThan(0);
        expect(part.every(({ outcome }) => outcome === "ok")).toBe(true);
      }),
      { numRuns: 600 },
    );
    // Both answers were asked for.
    expect(Math.min(counts.good, counts.bad)).toBeGreaterThan(50);
  });
});

describe("what checkHistory is given", () => {
  test("a long history takes no long time: 200 operations on one session, four at a time", () => {
    const operations: HistoryOperation[] = [begin(0, 1, { n: 0 })];
    for (let round = 0; round < 40; round++) {
      const at = 10 + round * 10;
      for (let lane = 0; lane < 4; lane++) operations.push(add(at + lane, at + 6));
      operations.push(read(at + 7, at + 8, { n: 4 * (round + 1) }));
    }
    expect(checkHistory(operations).isLinearizable).toBe(true);
    operations[operations.length - 1] = read(407, 408, { n: 159 });
    const { part } = checkHistory(operations);
    expect(part.at(-1)).toMatchObject({ kind: "read", seen: { n: 159 } });
    expect(part).toHaveLength(6);
  });

  test("gives up with an error that says which session has too much at the same time", () => {
    const operations = Array.from({ length: 30 }, (_, number) => write(2, 3, { a: number }, unknown));
    expect(() => checkHistory([begin(0, 1), ...operations, read(4, 5, { z: 1 })])).toThrow(
      /gave up on the session "ada": .* Fix: begin a new session after fewer operations\./,
    );
  });

  test.each<[string, unknown, RegExp]>([
    ["no array", {}, /takes an array of operations\. It got an object\. Fix: /],
    ["no operation", [7], /Operation 0 of checkHistory takes an object/],
    ["an unknown field", [{ ...begin(0, 1), sets: {} }], /has no option "sets"\. Did you mean "set"\?/],
    [
      "a session without a name",
      [begin(0, 1, {}, { session: 7 as unknown as string })],
      /Operation 0 .* Fix: session: "1"/,
    ],
    [
      "an unknown kind",
      [begin(0, 1), op("login" as "begin", 0, 1)],
      /Operation 1 .*"login"\. Fix: kind is one of begin/,
    ],
    ["an unknown outcome", [begin(0, 1, {}, { outcome: "lost" as "ok" })], /"lost"\. Fix: outcome is one of ok/],
    ["an end before its start", [begin(2, 1)], /an end before it/],
    ["a time that is not a number", [begin(Number.NaN, 1)], /no start/],
    ["a read that saw nothing that is known", [op("read", 0, 1)], /Fix: seen: /],
  ])("refuses %s", (_, history, message) => {
    expect(() => checkHistory(history as HistoryOperation[])).toThrow(InvalidOptionError);
    expect(() => checkHistory(history as HistoryOperation[])).toThrow(message);
  });
});
