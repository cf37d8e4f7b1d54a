import { eq, sql as raw } from "drizzle-orm";
import { drizzle as overPg } from "drizzle-orm/node-postgres";
import { integer, pgTable, serial, text } from "drizzle-orm/pg-core";
import { drizzle as overPostgresJs } from "drizzle-orm/postgres-js";
import { Pool } from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instrument } from "latchkey/toolbar";
import { postgresPrograms, startPostgres } from "../../support/services.ts";
import { errorOf, spansOf, spansOfRequests, statementsOf, threeWays } from "./spans-of.ts";

const items = pgTable("items", { id: serial("id").primaryKey(), name: text("name"), amount: integer("amount") });

let server: Awaited<ReturnType<typeof startPostgres>>;
const ends: (() => Promise<unknown>)[] = [];

function pgDatabase(max = 3) {
  const pool = new Pool({ connectionString: server.url, max });
  ends.push(async () => await pool.end());
  return overPg(pool);
}

function postgresJsDatabase() {
  const sql = postgres(server.url, { max: 3, onnotice: () => {} });
  ends.push(async () => await sql.end({ timeout: 1 }));
  return overPostgresJs(sql);
}

type Database = ReturnType<typeof pgDatabase>;

const USAGES: Readonly<Record<string, (database: Database) => unknown>> = {
  "select, insert, update and delete": async (db) => {
    await db.delete(items);
    return [
      await db
        .insert(items)
        .values([
          { name: "a", amount: 1 },
          { name: "b", amount: 2 },
        ])
        .returning({ name: items.name }),
      await db.update(items).set({ amount: 9 }).where(eq(items.name, "b")).returning({ amount: items.amount }),
      await db.select({ name: items.name }).from(items).orderBy(items.id),
      (await db.select({ n: raw<number>`count(*)::int` }).from(items))[0],
    ];
  },
  "a prepared query": async (db) => {
    const query = db
      .select({ id: items.id })
      .from(items)
      .where(eq(items.name, raw.placeholder("name")))
      .prepare("by_name");
    return [await query.execute({ name: "nobody" }), await query.execute({ name: "none" })];
  },
  "an error": async (db) => {
    const error = (await db.execute(raw`select missing`).then(null, (thrown: unknown) => thrown)) as Error;
    return [errorOf(error), error.cause === undefined ? undefined : errorOf(error.cause)];
  },
  transactions: async (db) => {
    await db.delete(items);
    const outcome = await db
      .transaction(async (tx) => {
        await tx.insert(items).values({ name: "undone" });
        return tx.rollback();
      })
      .then(null, errorOf);
    const inside = await db.transaction(async (tx) => {
      await tx.insert(items).values({ name: "saved" });
      await tx.transaction(async (nested) => void (await nested.insert(items).values({ name: "too" })));
      return await tx.select({ name: items.name }).from(items).orderBy(items.id);
    });
    return [outcome, inside];
  },
};

beforeAll(async () => {
  if (postgresPrograms === undefined) return;
  server = await startPostgres();
  await pgDatabase().execute(raw`create table items (id serial primary key, name text, amount int)`);
}, 300_000);
afterAll(async () => {
  for (const end of ends) await end();
  await server?.stop();
});

describe.skipIf(postgresPrograms === undefined)("drizzle", () => {
  describe.each([
    ["pg", pgDatabase],
    ["postgres.js", postgresJsDatabase as unknown as typeof pgDatabase],
  ])("over %s", (_, open) => {
    test.each(Object.entries(USAGES))("behaves as before with %s", async (_name, usage) => {
      const outcome = await threeWays(async () => ({ plain: open(), observed: instrument(open()) }), usage);
      expect(outcome.unheard).toEqual(outcome.plain);
      expect(outcome.heard).toEqual(outcome.plain);
      expect(outcome.spans.length).toBeGreaterThan(0);
    });

    test("tells each statement once, with its values and rows, also in a transaction", async () => {
      const db = instrument(instrument(open()));
      const spans = await spansOf(async () => {
        await db.select({ id: items.id }).from(items).where(eq(items.name, "x"));
        await db.transaction(async (tx) => void (await tx.insert(items).values({ name: "y" })));
      });
      const own = spans.filter(({ label }) => !/^(?:begin|commit)/.test(label));
      expect(own).toMatchObject([
        {
          kind: "sql",
          label: 'select "id" from "items" where "items"."name" = $1',
          detail: { params: ["x"], rows: 0 },
        },
        { label: expect.stringMatching(/^insert into "items"/), detail: { params: ["y"], rows: 1 } },
      ]);
      expect(own.every(({ duration }) => duration !== null)).toBe(true);
      expect(new Set(own.map(({ where }) => where)).size).toBe(2);
      for (const { where } of own) expect(where).toMatch(/drizzle\.test\.ts:\d+$/);
    });

    test("a plan is that of the statement", async () => {
      const db = instrument(open());
      const [message] = await statementsOf(async () => await db.select().from(items).where(eq(items.id, 7)));
      expect((await message!.explain!()).join("\n")).toMatch(/items_pkey/);
    });

    test("40 requests at once have their own statements", async () => {
      const db = instrument(open());
      const all = await spansOfRequests(40, async (number) => {
        await db.select({ id: items.id }).from(items).where(eq(items.amount, number));
        await db.transaction(async (tx) => await tx.select().from(items).where(eq(items.amount, number)));
      });
      for (const [number, spans] of all.entries())
        expect(spans.filter(({ label }) => label.startsWith("select")).map(({ detail }) => detail["params"])).toEqual([
          [number],
          [number],
        ]);
    });
  });
});
