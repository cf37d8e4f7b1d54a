import { Kysely, PostgresDialect, sql } from "kysely";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instrument } from "latchkey/toolbar";
import { postgresPrograms, startPostgres } from "../../support/services.ts";
import { spansOf, spansOfRequests } from "./spans-of.ts";

let server: Awaited<ReturnType<typeof startPostgres>> | undefined;
beforeAll(async () => {
  if (postgresPrograms !== undefined) server = await startPostgres();
}, 300_000);
afterAll(async () => await server?.stop());

describe.skipIf(postgresPrograms === undefined)("an instrumented client", () => {
  test("below another one does not show its statements twice", async () => {
    const pool = instrument(new Pool({ connectionString: server!.url }));
    const db = instrument(new Kysely<object>({ dialect: new PostgresDialect({ pool }) }));
    const spans = await spansOf(async () => {
      await sql`select 1 as one`.execute(db);
      await db.transaction().execute(async (trx) => await sql`select 2 as two`.execute(trx));
    });
    expect(spans.map(({ label }) => label)).toEqual(["select 1 as one", "begin", "select 2 as two", "commit"]);
    await db.destroy();
  });

  test("calls a callback for the request that asked", async () => {
    const pool = instrument(new Pool({ connectionString: server!.url, max: 1 }));
    const all = await spansOfRequests(
      10,
      async (number) =>
        await new Promise<void>((resolve) => {
          pool.query("select $1::int as first", [number], () => {
            pool.query("select $1::int as second", [number], () => {
              resolve();
            });
          });
        }),
    );
    for (const [number, spans] of all.entries())
      expect(spans.map(({ label, detail, parent }) => [label, detail["params"], parent])).toEqual([
        ["select $1::int as first", [number], null],
        ["select $1::int as second", [number], null],
      ]);
    await pool.end();
  });
});
