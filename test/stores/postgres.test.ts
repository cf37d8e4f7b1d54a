import { PGlite } from "@electric-sql/pglite";
import { Client, Pool } from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidOptionError } from "latchkey";
import { PostgresStore } from "latchkey/stores/postgres";
import { FULL, ownTime, storeSuite, type OpenedStore } from "../contracts/store-suite.ts";
import { postgresPrograms, startPostgres } from "../support/services.ts";

interface Opened {
  readonly client: ConstructorParameters<typeof PostgresStore>[0];
  close(): unknown;
}

const time = ownTime();
let tables = 0;

function contractOf(name: string, open: () => Opened | Promise<Opened>): void {
  const openStore = async (): Promise<OpenedStore<PostgresStore>> => {
    const opened = await open();
    const store = new PostgresStore(opened.client, { table: `contract_${tables++}`, clock: time.now });
    await store.createSchema();
    return { store, close: async () => await opened.close() };
  };
  storeSuite(name, FULL, openStore, time);
}

describe("PostgresStore", () => {
  contractOf("with PGlite", async () => {
    const client = await PGlite.create();
    return { client, close: async () => await client.close() };
  });

  describe("in a PGlite", () => {
    let client: PGlite;
    beforeAll(async () => void (client = await PGlite.create()));
    afterAll(async () => await client.close());

    const tables = async (): Promise<unknown> =>
      (await client.query("SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE tablename ~* 'sess'"))
        .rows;

    test("creates nothing until it is asked to, and nothing twice", async () => {
      const store = new PostgresStore(client);
      expect(await tables()).toEqual([]);
      await expect(store.get("id")).rejects.toThrow(/latchkey_sessions/);
      await store.createSchema();
      await store.createSchema();
      expect(await tables()).toEqual([{ name: "public.latchkey_sessions" }]);
    });

    test("keeps a session alive in the second of its expiry, and no longer", async () => {
      let now = 1000;
      const store = new PostgresStore(client, { clock: () => now });
      await store.createSchema();
      await store.set("last", "one", 1010, { subject: "ada" });
      now = 1010;
      expect(await store.set("last", "two", 1010, { replaces: "one", subject: "ada" })).toBe(true);
      expect([await store.get("last"), await store.listBySubject("ada"), await store.deleteExpired()]).toEqual([
        "two",
        [{ id: "last", payload: "two", expiresAt: 1010 }],
        0,
      ]);
      now = 1011;
      expect([await store.get("last"), await store.listBySubject("ada"), await store.deleteExpired()]).toEqual([
        undefined,
        [],
        1,
      ]);
    });

    test("prints the schema that it creates, for a migration", async () => {
      const store = new PostgresStore(client, { table: "web.Sessions" });
      await client.exec("CREATE SCHEMA web");
      await client.exec(store.schema);
      await store.createSchema();
      expect(await store.set("id", "payload", 4e9)).toBe(true);
      expect(await tables()).toContainEqual({ name: "web.Sessions" });
      const indexes = await client.query<{ indexname: string }>(
        "SELECT indexname FROM pg_indexes WHERE schemaname = 'web' ORDER BY 1",
      );
      expect(indexes.rows.map(({ indexname }) => indexname)).toEqual([
        "Sessions_expires_at",
        "Sessions_pkey",
        "Sessions_subject",
      ]);
    });

    test("uses an index for every statement that it runs", async () => {
      await client.exec("CREATE SCHEMA plan; SET enable_seqscan = off");
      const asked: string[] = [];
      const explained = {
        query: async (text: string, values?: unknown[]) => {
          if (text.startsWith("CREATE")) return await client.query(text, values);
          const { rows } = await client.query<{ "QUERY PLAN": string }>(`EXPLAIN ${text}`, values);
          asked.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
          return { rows: [], affectedRows: 0 };
        },
      };
      const store = new PostgresStore(explained, { table: "plan.t" });
      await store.createSchema();
      await store.get("id");
      await store.set("id", "b", 4e9, { replaces: "a" });
      await store.delete("id");
      await store.listBySubject("ada");
      await store.deleteBySubject("ada");
      await store.deleteExpired();
      expect(asked).toHaveLength(6);
      for (const plan of asked) expect(plan).not.toContain("Seq Scan");
    });
  });

  test("A17: refuses names that are none, clients that are none, and unknown options", () => {
    const client = { query: async () => await Promise.resolve({ rows: [] }) };
    for (const table of [
      "",
      "a b",
      'x"; DROP TABLE users; --',
      "a.b.c",
      ".a",
      "1a",
      "täble",
      "x".repeat(53),
      7 as unknown as string,
    ]) {
      expect(() => new PostgresStore(client, { table }), table).toThrow(InvalidOptionError);
    }
    for (const bad of [undefined, null, {}, "postgres://localhost", Promise.resolve(client), Pool]) {
      expect(() => new PostgresStore(bad as unknown as typeof client)).toThrow(InvalidOptionError);
    }
    expect(() => new PostgresStore("postgres://a:secret@localhost" as unknown as typeof client)).toThrow(
      /It got a string\. Fix: new PostgresStore/,
    );
    expect(() => new PostgresStore(client, { tableName: "web" } as object)).toThrow(
      /no option "tableName"\. Did you mean "table"\?/,
    );
    expect(() => new PostgresStore(client, { table: "a b" })).toThrow(/"a b"/);
    expect(() => new PostgresStore(client, "web" as unknown as object)).toThrow(InvalidOptionError);
  });

  test("a client that does not say whether it has written is an error, and no session that was saved", async () => {
    const store = new PostgresStore({ query: async () => await Promise.resolve({ rows: [{ id: "a" }] }) });
    await expect(store.set("a", "1", 4e9)).rejects.toThrow(/did not say how many rows a statement has written/);
    await expect(store.set("a", "2", 4e9, { replaces: "1" })).rejects.toThrow(/Fix: pass on rowCount/);
  });

  test.each([undefined, null, "refused", new Error("refused")])("fails as its client does, with %s", async (reason) => {
    const query = async (): Promise<never> => {
      throw reason;
    };
    await expect(new PostgresStore({ query }).get("a").catch((error: unknown) => [error])).resolves.toEqual([reason]);
  });

  test("refuses to sweep no row, and half a row", async () => {
    const store = new PostgresStore({ query: async () => await Promise.resolve({ rows: [] }) });
    for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(store.deleteExpired(limit)).rejects.toThrow(InvalidOptionError);
  });
});

describe.skipIf(postgresPrograms === undefined)("PostgresStore on a server", () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => void (server = await startPostgres()));
  afterAll(async () => await server.stop());

  contractOf("with a pg Pool", () => {
    const client = new Pool({ connectionString: server.url, max: 10 });
    return { client, close: async () => await client.end() };
  });
  contractOf("with postgres.js", () => {
    const client = postgres(server.url, { max: 10, onnotice: () => {} });
    return { client, close: async () => await client.end() };
  });
  contractOf("where transactions are serializable", () => {
    const client = new Pool({
      connectionString: server.url,
      max: 10,
      options: "-c default_transaction_isolation=serializable",
    });
    return { client, close: async () => await client.end() };
  });

  test("works with a single pg Client, for what runs one thing at a time", async () => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    try {
      const store = new PostgresStore(client, { table: "single" });
      await store.createSchema();
      expect(await store.set("id", "one", 4e9, { subject: "ada" })).toBe(true);
      expect(await store.set("id", "two", 4e9, { replaces: "one" })).toBe(true);
      expect([await store.get("id"), await store.deleteBySubject("ada")]).toEqual(["two", 0]);
    } finally {
      await client.end();
    }
  });

  test("ten processes may create the schema at once", async () => {
    const pools = Array.from({ length: 10 }, () => new Pool({ connectionString: server.url, max: 1 }));
    try {
      await Promise.all(pools.map(async (pool) => await pool.query("SELECT 1")));
      for (let round = 0; round < 5; round++) {
        await Promise.all(
          pools.map(async (client) => await new PostgresStore(client, { table: `race_${round}` }).createSchema()),
        );
        expect(await new PostgresStore(pools[0]!, { table: `race_${round}` }).set("id", "payload", 4e9)).toBe(true);
      }
    } finally {
      await Promise.all(pools.map(async (pool) => await pool.end()));
    }
  });

  test("parallel sweeps share the work, and count each row once", async () => {
    const pool = new Pool({ connectionString: server.url, max: 8 });
    try {
      const store = new PostgresStore(pool, { table: "sweeps", clock: () => 2000 });
      await store.createSchema();
      await pool.query("INSERT INTO sweeps SELECT 'old' || n, 'payload', 1000, NULL FROM generate_series(1, 500) AS n");
      const counts = await Promise.all(Array.from({ length: 8 }, async () => await store.deleteExpired(50)));
      const left = (await pool.query<{ left: number }>("SELECT count(*)::int AS left FROM sweeps")).rows[0]!.left;
      expect(Math.max(...counts)).toBeLessThanOrEqual(50);
      expect(counts.reduce((sum, count) => sum + count)).toBe(500 - left);
    } finally {
      await pool.end();
    }
  });
});
