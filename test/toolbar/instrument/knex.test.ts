import { createRequire } from "node:module";
import knex, { type Knex } from "knex";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instrument } from "latchkey/toolbar";
import { openBetterSqlite3 } from "../../support/better-sqlite3.ts";
import { postgresPrograms, startPostgres } from "../../support/services.ts";
import { outcomeOf, spansOf, spansOfRequests, statementsOf, threeWays } from "./spans-of.ts";

let server: Awaited<ReturnType<typeof startPostgres>> | undefined;
const opened: Knex[] = [];
function keep(database: Knex): Knex {
  opened.push(database);
  return database;
}

const overPg = (max = 3): Knex =>
  keep(knex({ client: "pg", connection: server!.url, pool: { min: 0, max }, asyncStackTraces: false }));

// knex has no types for its dialects.
const BetterSqlite3Client = createRequire(import.meta.url)("knex/lib/dialects/better-sqlite3") as typeof Knex.Client;

/** The better-sqlite3 of test/native in place of the one that knex would look for. */
class NativeClient extends BetterSqlite3Client {
  _driver(): unknown {
    return function (path: string): unknown {
      return openBetterSqlite3!(path);
    };
  }
}
const overSqlite = (): Knex =>
  keep(knex({ client: NativeClient, connection: { filename: ":memory:" }, useNullAsDefault: true }));

const USAGES: Readonly<Record<string, (database: Knex) => unknown>> = {
  "a schema, and writes": async (db) => {
    await db.schema.dropTableIfExists("knex_items");
    await db.schema.createTable("knex_items", (table) => {
      table.increments("id");
      table.string("name");
    });
    return [
      await db("knex_items").insert([{ name: "a" }, { name: "b" }], ["name"]),
      await db("knex_items").where({ name: "b" }).update({ name: "c" }),
      await db("knex_items").select("name").orderBy("id"),
      await db("knex_items").count({ n: "*" }).first(),
      await db("knex_items").del(),
    ];
  },
  "an error": async (db) => await outcomeOf(db.select("missing").from("nowhere")),
  events: async (db) => {
    const events: unknown[] = [];
    const heard = (name: string) => (first: unknown, second: unknown) =>
      void events.push([name, ((name === "query" ? first : second) as { sql: string }).sql]);
    const listeners = ["query", "query-response", "query-error"].map((name) => [name, heard(name)] as const);
    for (const [name, listener] of listeners) db.on(name, listener);
    await db.raw("select 1 as one");
    await db.raw("select missing").catch(() => {});
    for (const [name, listener] of listeners) db.removeListener(name, listener);
    return events;
  },
  transactions: async (db) => {
    await db.schema.dropTableIfExists("knex_t");
    await db.schema.createTable("knex_t", (table) => void table.integer("n"));
    const outcome = await outcomeOf(
      db.transaction(async (trx) => {
        await trx("knex_t").insert({ n: 1 });
        throw new Error("undone");
      }),
    );
    await db.transaction(async (trx) => {
      await trx("knex_t").insert({ n: 2 });
      await trx.transaction(async (nested) => void (await nested("knex_t").insert({ n: 3 })));
    });
    const trx = await db.transaction();
    await trx("knex_t").insert({ n: 4 });
    await trx.rollback();
    return [outcome, trx.isCompleted(), await db("knex_t").select("n").orderBy("n")];
  },
};

beforeAll(async () => {
  if (postgresPrograms !== undefined) server = await startPostgres();
}, 300_000);
afterAll(async () => {
  for (const database of opened) await database.destroy();
  await server?.stop();
});

describe.each([
  ["pg", overPg, postgresPrograms === undefined],
  ["better-sqlite3", overSqlite, openBetterSqlite3 === undefined],
])("knex over %s", (driver, open, isMissing) => {
  test.skipIf(isMissing).each(Object.entries(USAGES))("behaves as before with %s", async (_, usage) => {
    const outcome = await threeWays(async () => ({ plain: open(), observed: instrument(open()) }), usage);
    expect(outcome.unheard).toEqual(outcome.plain);
    expect(outcome.heard).toEqual(outcome.plain);
    expect(outcome.spans.length).toBeGreaterThan(0);
  });

  test.skipIf(isMissing)("tells each statement once, with those of transactions", async () => {
    const db = instrument(instrument(open()));
    await db.raw("create table if not exists told (n int)");
    const spans = await spansOf(async () => {
      await db("told").where({ n: 7 }).select("n");
      await db.transaction(async (trx) => void (await trx("told").insert({ n: 8 })));
    });
    const placeholder = driver === "pg" ? "$1" : "?";
    const quote = driver === "pg" ? '"' : "`";
    expect(spans.map(({ label }) => label.replaceAll(quote, ""))).toEqual([
      `select n from told where n = ${placeholder}`,
      "BEGIN;",
      `insert into told (n) values (${placeholder})`,
      "COMMIT;",
    ]);
    expect(spans[0]).toMatchObject({ kind: "sql", detail: { params: [7], rows: 0 } });
    expect(spans.every(({ duration }) => duration !== null)).toBe(true);
    for (const { where } of [spans[0]!, spans[2]!]) expect(where).toMatch(/knex\.test\.ts:\d+$/);
    expect(spans[0]!.where).not.toBe(spans[2]!.where);
  });

  test.skipIf(isMissing)("a plan is that of the statement", async () => {
    const db = instrument(open());
    await db.raw("create table if not exists planned (id integer primary key)");
    const [message] = await statementsOf(async () => await db("planned").where({ id: 7 }).select());
    expect((await message!.explain!()).join("\n")).toMatch(/planned_pkey|INTEGER PRIMARY KEY/);
  });
});

describe.skipIf(postgresPrograms === undefined)("knex", () => {
  test("a stream is told, with its rows", async () => {
    const db = instrument(overPg());
    const rows: unknown[] = [];
    const spans = await spansOf(async () => {
      for await (const row of db.select(db.raw("generate_series(1, 150) as n")).stream()) rows.push(row);
    });
    expect(rows).toHaveLength(150);
    expect(spans).toMatchObject([{ label: "select generate_series(1, 150) as n", detail: { rows: 150 } }]);
  });

  test("40 requests at once have their own statements, with three connections", async () => {
    const db = instrument(overPg());
    const all = await spansOfRequests(40, async (number) => {
      await db.raw("select ?::int as n", [number]);
      await db.transaction(async (trx) => await trx.raw("select ?::int as m", [number]));
    });
    for (const [number, spans] of all.entries()) {
      expect(spans.map(({ label }) => label)).toEqual([
        "select $1::int as n",
        "BEGIN;",
        "select $1::int as m",
        "COMMIT;",
      ]);
      expect([spans[0]!.detail["params"], spans[2]!.detail["params"]]).toEqual([[number], [number]]);
    }
  });
});

describe.skipIf(openBetterSqlite3 === undefined)("knex over another driver", () => {
  class OtherClient extends NativeClient {}
  Object.assign(OtherClient.prototype, { driverName: "other" });
  const overOther = (): Knex =>
    keep(knex({ client: OtherClient, connection: { filename: ":memory:" }, useNullAsDefault: true }));

  test.each(Object.entries(USAGES))("behaves as before with %s", async (_, usage) => {
    const outcome = await threeWays(async () => ({ plain: overOther(), observed: instrument(overOther()) }), usage);
    expect(outcome.unheard).toEqual(outcome.plain);
    expect(outcome.heard).toEqual(outcome.plain);
    expect(outcome.spans.length).toBeGreaterThan(0);
  });

  test("tells its statements by its events, once, with those of transactions", async () => {
    const db = instrument(instrument(overOther()));
    await db.raw("create table told (n int)");
    const spans = await spansOf(async () => {
      await db("told").where({ n: 7 }).select("n");
      await db.transaction(async (trx) => void (await trx("told").insert({ n: 8 })));
      await db.raw("select missing").catch(() => {});
    });
    expect(spans).toMatchObject([
      {
        label: "select `n` from `told` where `n` = ?",
        detail: { system: "sqlite", params: [7], rows: 0 },
        error: null,
      },
      { label: "insert into `told` (`n`) values (?)", detail: { params: [8] }, error: null },
      { label: "select missing", error: expect.stringContaining("no such column") },
    ]);
    for (const { duration, where } of spans) {
      expect(duration).not.toBeNull();
      expect(where).toMatch(/knex\.test\.ts:\d+$/);
    }
  });
});
