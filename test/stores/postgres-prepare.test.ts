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

  test("left out, or true: the server keeps each statement of each table once, though the stores share a connection", async () => {
    const names = await preparedBy(undefined);
    expect(names).toHaveLength(2 * 7);
    for (const name of names) expect(name).toMatch(/^latchkey_(select|insert|update|delete|with)_[0-9a-f]{32}$/);
    expect(await preparedBy(true)).toEqual(names);
  });

  test("left out: so it is with a Pool, with one of its connections, and with postgres", async () => {
    const pool = new Pool({ connectionString: server.url, max: 1 });
    const sql = postgres(server.url, { max: 1, onnotice: () => {} });
    const kept = `SELECT count(*)::int AS count FROM pg_prepared_statements WHERE statement LIKE '%"pool"%'`;
    try {
      const store = new PostgresStore(pool, { table: "pool" });
      await store.createSchema();
      await useAll(store, "id");
      expect((await pool.query(kept)).rows).toEqual([{ count: 7 }]);
      const lent = await pool.connect();
      await useAll(new PostgresStore(lent, { table: "pool" }), "id");
      await useAll(new PostgresStore(lent, { table: "pool" }), "id");
      expect((await lent.query(kept)).rows).toEqual([{ count: 7 }]);
      lent.release();
      await useAll(new PostgresStore(sql, { table: "pool" }), "id");
      expect([...(await sql.unsafe(kept))]).toEqual([{ count: 7 }]);
      await useAll(new PostgresStore(sql, { table: "pool", prepare: false }), "id");
      expect([...(await sql.unsafe(kept))]).toEqual([{ count: 7 }]);
    } finally {
      await Promise.all([pool.end(), sql.end()]);
    }
  });

  test("false: pg keeps nothing", async () => {
    expect(await preparedBy(false)).toEqual([]);
  });

  test("left out: a client that nobody knows gets a text", async () => {
    const pool = new Pool({ connectionString: server.url, max: 1 });
    try {
      const own = { query: async (text: string, values?: unknown[]) => await pool.query(text.trim(), values) };
      const store = new PostgresStore(own, { table: "own" });
      await store.createSchema();
      await useAll(store, "id");
    } finally {
      await pool.end();
    }
  });

  test.each(["DISCARD ALL", "ALTER TABLE changed ALTER payload TYPE varchar"])(
    "left out: nothing is lost when the server no longer takes a name, after %s",
    async (change) => {
      const pool = new Pool({ connectionString: server.url, max: 1 });
      try {
        const store = new PostgresStore(pool, { table: "changed" });
        await store.createSchema();
        await store.set("kept", "one", 4e9);
        expect(await store.get("kept")).toBe("one");
        await pool.query(change);
        expect(await store.get("kept")).toBe("one");
        expect(await store.set("kept", "two", 4e9, { replaces: "one" })).toBe(true);
        expect(await store.set("kept", "three", 4e9, { replaces: "one" })).toBe(false);
        await useAll(store, "id");
        await pool.query("DROP TABLE changed");
        await expect(store.get("kept")).rejects.toThrow(/"changed" does not exist/);
      } finally {
        await pool.end();
      }
    },
  );

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

    test.each([undefined, true, false])("pg works with prepare: %s", async (prepare) => {
      const client = new Pool({ connectionString: pooler.url, max: 20 });
      try {
        const store = new PostgresStore(client, { table: "pooled", prepare });
        await store.createSchema();
        for (let round = 0; round < 3; round++) await parallel(store);
      } finally {
        await client.end();
      }
    });

    test("two applications use one pooler, and neither loses a write", async () => {
      const clients = [1, 2].map(() => new Pool({ connectionString: pooler.url, max: 20 }));
      try {
        const stores = clients.map((client) => new PostgresStore(client, { table: "shared" }));
        await stores[0]!.createSchema();
        const ids = Array.from({ length: 60 }, (_, index) => `shared ${index}`);
        const saved = await Promise.all(
          ids.flatMap((id) => stores.map(async (store) => await store.set(id, "0", 4e9))),
        );
        // One of the two has begun each session.
        expect(saved.filter(Boolean)).toHaveLength(ids.length);
        const count = async (store: PostgresStore, id: string): Promise<void> => {
          for (;;) {
            const payload = (await store.get(id))!;
            if (await store.set(id, String(Number(payload) + 1), 4e9, { replaces: payload })) return;
          }
        };
        await Promise.all(
          ids.flatMap((id) => [...stores, ...stores, ...stores].map(async (store) => await count(store, id))),
        );
        for (const id of ids) expect(await stores[0]!.get(id)).toBe("6");
      } finally {
        await Promise.all(clients.map(async (client) => await client.end()));
      }
    });

    test.each([
      [undefined, false],
      [false, undefined],
    ] as const)(
      "postgres.js works with prepare: %s in its own options and %s in the store's",
      async (ofClient, ofStore) => {
        const client = postgres(pooler.url, {
          max: 20,
          onnotice: () => {},
          ...(ofClient === undefined ? {} : { prepare: ofClient }),
        });
        try {
          const store = new PostgresStore(client, { table: "pooled_js", prepare: ofStore });
          await store.createSchema();
          for (let round = 0; round < 3; round++) await parallel(store);
        } finally {
          await client.end();
        }
      },
    );
  });
});
