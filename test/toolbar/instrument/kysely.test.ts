import { CamelCasePlugin, CompiledQuery, Kysely, PostgresDialect, sql, SqliteDialect, type Generated } from "kysely";
import { Pool } from "pg";
import Cursor from "pg-cursor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instrument } from "latchkey/toolbar";
import { openBetterSqlite3 } from "../../support/better-sqlite3.ts";
import { postgresPrograms, startPostgres } from "../../support/services.ts";
import { outcomeOf, publishedBy, spansOf, spansOfRequests, statementsOf, threeWays } from "./spans-of.ts";

interface Schema {
  kysely_items: { id: Generated<number>; item_name: string | null };
}

let server: Awaited<ReturnType<typeof startPostgres>> | undefined;
const opened: Kysely<Schema>[] = [];

function overPg(max = 3): Kysely<Schema> {
  const dialect = new PostgresDialect({ pool: new Pool({ connectionString: server!.url, max }), cursor: Cursor });
  const database = new Kysely<Schema>({ dialect });
  opened.push(database);
  return database;
}

function overSqlite(): Kysely<Schema> {
  const database = new Kysely<Schema>({ dialect: new SqliteDialect({ database: openBetterSqlite3!(":memory:") }) });
  opened.push(database);
  return database;
}

async function createTable(database: Kysely<Schema>): Promise<void> {
  await database.schema.dropTable("kysely_items").ifExists().execute();
  await sql`create table kysely_items (id integer primary key, item_name text)`.execute(database);
}

const USAGES: Readonly<Record<string, (database: Kysely<Schema>) => unknown>> = {
  "a schema, and writes": async (db) => {
    await createTable(db);
    return [
      await db
        .insertInto("kysely_items")
        .values([
          { id: 1, item_name: "a" },
          { id: 2, item_name: "b" },
        ])
        .execute(),
      await db.updateTable("kysely_items").set({ item_name: "c" }).where("id", "=", 2).executeTakeFirst(),
      await db.selectFrom("kysely_items").selectAll().orderBy("id").execute(),
      await db.deleteFrom("kysely_items").where("id", "=", 1).returning("item_name").executeTakeFirst(),
      await db.executeQuery(CompiledQuery.raw("select 7 as seven")),
    ];
  },
  "an error": async (db) => await outcomeOf(sql`select missing`.execute(db)),
  "a plugin": async (db) => {
    await createTable(db);
    const camel = db.withPlugin(new CamelCasePlugin()) as unknown as Kysely<{
      kyselyItems: { id: number; itemName: string };
    }>;
    await camel.insertInto("kyselyItems").values({ id: 1, itemName: "camel" }).execute();
    return await camel.selectFrom("kyselyItems").selectAll().execute();
  },
  transactions: async (db) => {
    await createTable(db);
    const outcome = await outcomeOf(
      db.transaction().execute(async (trx) => {
        await trx.insertInto("kysely_items").values({ id: 1 }).execute();
        throw new Error("undone");
      }),
    );
    await db.transaction().execute(async (trx) => {
      await trx.insertInto("kysely_items").values({ id: 2 }).execute();
    });
    return [outcome, await db.selectFrom("kysely_items").select("id").execute()];
  },
  "one connection": async (db) =>
    await db.connection().execute(async (one) => (await sql<{ one: number }>`select 1 as one`.execute(one)).rows),
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
])("kysely over %s", (driver, open, isMissing) => {
  test.skipIf(isMissing).each(Object.entries(USAGES))("behaves as before with %s", async (_, usage) => {
    const outcome = await threeWays(async () => ({ plain: open(), observed: instrument(open()) }), usage);
    expect(outcome.unheard).toEqual(outcome.plain);
    expect(outcome.heard).toEqual(outcome.plain);
    expect(outcome.spans.length).toBeGreaterThan(0);
  });

  test.skipIf(isMissing)("tells each statement once, also in transactions and with plugins", async () => {
    const db = instrument(instrument(open()));
    await createTable(db);
    const spans = await spansOf(async () => {
      await db.selectFrom("kysely_items").selectAll().where("id", "=", 7).execute();
      await db.transaction().execute(async (trx) => {
        await trx.withPlugin(new CamelCasePlugin()).insertInto("kysely_items").values({ id: 8 }).execute();
      });
      await sql`select broken`.execute(db).catch(() => {});
    });
    const placeholder = driver === "pg" ? "$1" : "?";
    expect(spans).toMatchObject([
      {
        kind: "sql",
        label: `select * from "kysely_items" where "id" = ${placeholder}`,
        detail: { system: driver === "pg" ? "postgresql" : "sqlite", params: [7], rows: 0 },
      },
      { label: `insert into "kysely_items" ("id") values (${placeholder})`, detail: { params: [8], rows: 1 } },
      { label: "select broken", error: expect.anything() },
    ]);
    for (const { where } of spans) expect(where).toMatch(/kysely\.test\.ts:\d+$/);
    expect(spans.every(({ duration }) => duration !== null)).toBe(true);
  });

  test.skipIf(isMissing)("a plan is that of the statement, and is not published", async () => {
    const db = instrument(open());
    await createTable(db);
    const [message] = await statementsOf(
      async () => await db.selectFrom("kysely_items").selectAll().where("id", "=", 7).execute(),
    );
    let plan: readonly string[] = [];
    expect(await statementsOf(async () => void (plan = await message!.explain!()))).toEqual([]);
    expect(plan.join("\n")).toMatch(/kysely_items_pkey|INTEGER PRIMARY KEY|Seq Scan on kysely_items/);
  });
});

describe.skipIf(postgresPrograms === undefined)("kysely", () => {
  test("a stream is told from its first rows to its end, also one that is left early", async () => {
    const db = instrument(overPg());
    await createTable(db);
    await sql`insert into kysely_items select n from generate_series(1, 250) n`.execute(db);
    let count = 0;
    const published = await publishedBy(async () => {
      for await (const _ of db.selectFrom("kysely_items").select("id").stream(100)) count++;
      for await (const _ of db.selectFrom("kysely_items").select("id").stream(10)) break;
    });
    expect(count).toBe(250);
    expect(published.filter(({ event }) => event === "asyncEnd").map(({ message }) => message.rows)).toEqual([250, 10]);
  });

  test("40 requests at once have their own statements, with three connections", async () => {
    const db = instrument(overPg());
    const all = await spansOfRequests(40, async (number) => {
      await sql`select ${number}::int as n`.execute(db);
      await db.transaction().execute(async (trx) => await sql`select ${number}::int as m`.execute(trx));
    });
    for (const [number, spans] of all.entries())
      expect(spans.map(({ label, detail }) => [label, detail["params"]])).toEqual([
        ["select $1::int as n", [number]],
        ["select $1::int as m", [number]],
      ]);
  });
});
