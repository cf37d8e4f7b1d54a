import { PGlite } from "@electric-sql/pglite";
import { Client, Pool } from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidOptionError } from "latchkey";
import { PostgresStore } from "latchkey/stores/postgres";
import { pgbouncerPath, startPgBouncer } from "../support/pgbouncer.ts";
import { postgresPrograms, startPostgres } from "../support/services.ts";

/** One session from its beginning to its end, with every statement that a store has. */
async function useAll(store: PostgresStore, id: string): Promise<void> {
  expect(await store.set(id, "one", 4e9, { subject: `subject ${id}` })).toBe(true);
  expect(await store.set(id, "two", 4e9, { replaces: "one", subject: `subject ${id}` })).toBe(true);
  expect(await store.set(id, "three", 4e9, { replaces: "one" })).toBe(false);
  expect(await store.get(id)).toBe("two");
  expect((await store.listBySubject(`subject ${id}`)).map(({ payload }) => payload)).toEqual(["two"]);
  expect(await store.deleteBySubject(`subject ${id}`)).toBe(1);
  expect(await store.get(id)).toBeUndefined();
  await store.delete(id);
  await store.deleteExpired(10);
}

describe.skipIf(postgresPrograms === undefined)("the option prepare of PostgresStore", () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => void (server = await startPostgres()));
  afterAll(async () => await server.stop());

  async function preparedBy(prepare: boolean | undefined): Promise<string[]> {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    try {
      const [one, two] = ["one", "two"].map((table) => new PostgresStore(client, { table, prepare }));
      for (const store of [one!, two!]) {
        await store.createSchema();
        for (let round = 0; round < 8; round++) await useAll(store, `id ${round}`);
      }
      const answer = await client.query<{ name: string }>("SELECT name FROM pg_prepared_statements ORDER BY name");
      return answer.rows.map(({ name }) => name);
    } finally {
      await client.end();
    }
  }

  test("true: the server keeps each statement of each table once, though the stores share a connection", async () => {
    const names = await preparedBy(true);
    expect(names).toHaveLength(2 * 7);
    for (const name of names) expect(name).toMatch(/^latchkey_[0-9a-f]{32}$/);
    expect(await preparedBy(true)).toEqual(names);
  });

  test("left out, or false: pg keeps nothing", async () => {
    expect(await preparedBy(undefined)).toEqual([]);
    expect(await preparedBy(false)).toEqual([]);
  });

  test("true: a table that is missing at first is found once it is there", async () => {
    const client = new Pool({ connectionString: server.url, max: 1 });
    try {
      const store = new PostgresStore(client, { table: "late", prepare: true });
      await expect(store.get("id")).rejects.toThrow(/"late" does not exist/);
      await store.createSchema();
      await useAll(store, "id");
      await client.query("DROP TABLE late");
      await expect(store.get("id")).rejects.toThrow(/"late" does not exist/);
      await store.createSchema();
      await useAll(store, "id");
    } finally {
      await client.end();
    }
  });

  test("is refused unless it is true or false, and where there are no names", async () => {
    const client = new Pool({ connectionString: server.url, max: 1 });
    const pglite = await PGlite.create();
    try {
      expect(() => new PostgresStore(client, { prepare: "yes" as unknown as boolean })).toThrow(
        /The option prepare of PostgresStore must be true or false\. It is "yes"\./,
      );
      expect(() => new PostgresStore(client, { prepare: 1 as unknown as boolean })).toThrow(InvalidOptionError);
      expect(() => new PostgresStore(pglite, { prepare: true })).toThrow(/A PGlite has no names for statements/);
      const store = new PostgresStore(pglite, { prepare: false });
      await store.createSchema();
      await useAll(store, "id");
    } finally {
      await Promise.all([client.end(), pglite.close()]);
    }
  });

  describe.skipIf(pgbouncerPath === undefined)("behind a PgBouncer in transaction mode", () => {
    let pooler: Awaited<ReturnType<typeof startPgBouncer>>;
    beforeAll(async () => void (pooler = await startPgBouncer(server.port)));
    afterAll(async () => await pooler.stop());

    const parallel = async (store: PostgresStore): Promise<void> =>
      void (await Promise.all(Array.from({ length: 40 }, async (_, index) => await useAll(store, `id ${index}`))));

    test("pg works as it is", async () => {
      const client = new Pool({ connectionString: pooler.url, max: 20 });
      try {
        const store = new PostgresStore(client, { table: "pooled" });
        await store.createSchema();
        await parallel(store);
      } finally {
        await client.end();
      }
    });

    test("postgres.js works with prepare: false, given to the store or to the client", async () => {
      for (const [ofClient, ofStore] of [
        [undefined, false],
        [false, undefined],
      ] as const) {
        const client = postgres(pooler.url, {
          max: 20,
          onnotice: () => {},
          ...(ofClient === undefined ? {} : { prepare: ofClient }),
        });
        try {
          const store = new PostgresStore(client, { table: "pooled_js", prepare: ofStore });
          await store.createSchema();
          await parallel(store);
        } finally {
          await client.end();
        }
      }
    });

    test("pg with prepare: true fails with an error, and saves nothing under another name", async () => {
      const client = new Pool({ connectionString: pooler.url, max: 20 });
      try {
        const store = new PostgresStore(client, { table: "pooled", prepare: true });
        const answers = await Promise.allSettled(
          Array.from({ length: 40 }, async (_, index) => await store.set(`named ${index}`, "payload", 4e9)),
        );
        const refusals = answers.filter((answer) => answer.status === "rejected");
        expect(refusals.length).toBeGreaterThan(0);
        for (const { reason } of refusals) expect(String(reason)).toMatch(/prepared statement "latchkey_\w+"/);
      } finally {
        await client.end();
      }
    });
  });
});
