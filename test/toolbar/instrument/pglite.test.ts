import { PGlite, type Transaction } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instrument } from "latchkey/toolbar";
import { outcomeOf, spansOf, spansOfRequests, statementsOf } from "./spans-of.ts";

let plain: PGlite;
let observed: PGlite;
beforeAll(async () => {
  [plain, observed] = [await PGlite.create(), instrument(instrument(await PGlite.create()))];
  for (const database of [plain, observed]) await database.exec("create table items (id int primary key, name text)");
}, 300_000);
afterAll(async () => void (await Promise.all([plain.close(), observed.close()])));

const USAGES: Readonly<Record<string, (database: PGlite) => unknown>> = {
  "query, sql and exec": async (database) => [
    await database.exec("delete from items; insert into items values (1, 'a'), (2, 'b')"),
    await database.query("select * from items where id = $1", [2]),
    await database.query("select 1, 2", [], { rowMode: "array" }),
    await database.sql`select name from items where id = ${1}`,
    await database.query("delete from items"),
  ],
  "an error": async (database) => await outcomeOf(database.query("select missing")),
  transactions: async (database) => {
    await database.exec("delete from items");
    const use = async (tx: Transaction): Promise<unknown> => {
      await tx.query("insert into items values ($1, 'x')", [7]);
      return (await tx.sql`select name from items where id = ${7}`).rows;
    };
    return [
      await database.transaction(async (tx) => [await use(tx), await tx.rollback()]),
      await outcomeOf(
        database.transaction(async (tx) => {
          await use(tx);
          throw new Error("undone");
        }),
      ),
      await database.transaction(use),
      (await database.query("select count(*)::int as n from items")).rows,
    ];
  },
};

describe("PGlite", () => {
  test.each(Object.entries(USAGES))("behaves as before with %s", async (_, usage) => {
    const before = await usage(plain);
    expect(await usage(observed)).toEqual(before);
    let heard: unknown;
    const spans = await spansOf(async () => void (heard = await usage(observed)));
    expect(heard).toEqual(before);
    expect(spans.length).toBeGreaterThan(0);
  });

  test("tells each statement once, with its values, rows and line", async () => {
    await observed.exec("delete from items");
    const spans = await spansOf(async () => {
      await observed.query("insert into items values ($1, $2)", [3, "c"]);
      await observed.sql`select * from items where id = ${3}`;
      await observed.transaction(async (tx) => void (await tx.sql`select ${"x"}::text as text`));
      await observed.query("select missing").catch(() => {});
    });
    expect(spans).toMatchObject([
      { kind: "sql", label: "insert into items values ($1, $2)", detail: { params: [3, "c"], rows: 1 } },
      { label: "select * from items where id = $1", detail: { params: [3], rows: 1 } },
      { label: "select $1::text as text", detail: { params: ["x"], rows: 1 } },
      { label: "select missing", error: expect.stringContaining("does not exist") },
    ]);
    for (const { where, duration } of spans) {
      expect(where).toMatch(/pglite\.test\.ts:\d+$/);
      expect(duration).not.toBeNull();
    }
  });

  test("a plan is that of the statement, and is not published", async () => {
    const [message] = await statementsOf(async () => await observed.query("select * from items where id = $1", [7]));
    let plan: readonly string[] = [];
    expect(await statementsOf(async () => void (plan = await message!.explain!()))).toEqual([]);
    expect(plan.join("\n")).toMatch(/items_pkey/);
  });

  test("40 requests at once have their own statements", async () => {
    const all = await spansOfRequests(40, async (number) => {
      await observed.query("select $1::int as a", [number]);
      await observed.transaction(async (tx) => void (await tx.query("select $1::int as b", [number])));
    });
    for (const [number, spans] of all.entries())
      expect(spans.map(({ detail }) => detail["params"])).toEqual([[number], [number]]);
  });
});
