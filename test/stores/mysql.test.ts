import { createConnection, createPool, type PoolOptions } from "mysql2/promise";
import { createPool as createCallbackPool } from "mysql2";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { InvalidOptionError } from "latchkey";
import { MysqlStore, type MysqlExecutable } from "latchkey/stores/mysql";
import { FULL, ownTime, storeSuite, type OpenedStore } from "../contracts/store-suite.ts";
import { mariadbPrograms, startMariaDb } from "../support/mariadb.ts";

const END = 4_000_000_000;
const unused: MysqlExecutable = { execute: async () => await Promise.resolve([[], []]) };

describe("MysqlStore", () => {
  test("A17: refuses names that are none, clients that are none, and unknown options", () => {
    for (const table of [
      "",
      "a b",
      "x`; DROP TABLE users; --",
      "a.b.c",
      ".a",
      "1a",
      "täble",
      "x".repeat(65),
      7 as unknown as string,
    ]) {
      expect(() => new MysqlStore(unused, { table }), table).toThrow(InvalidOptionError);
    }
    for (const bad of [undefined, null, {}, "mysql://localhost", Promise.resolve(unused), createPool]) {
      expect(() => new MysqlStore(bad as unknown as MysqlExecutable)).toThrow(InvalidOptionError);
    }
    expect(() => new MysqlStore("mysql://a:secret@localhost" as unknown as MysqlExecutable)).toThrow(
      /It got a string\. Fix: import createPool from "mysql2\/promise"/,
    );
    expect(() => new MysqlStore(unused, { tableName: "web" } as object)).toThrow(
      /no option "tableName"\. Did you mean "table"\?/,
    );
    expect(() => new MysqlStore(unused, { table: "a b" })).toThrow(/"a b"/);
    expect(() => new MysqlStore(unused, "web" as unknown as object)).toThrow(InvalidOptionError);
  });

  test("says how a pool that takes callbacks becomes one that returns promises", async () => {
    const pool = createCallbackPool({ host: "127.0.0.1" });
    onTestFinished(async () => await pool.promise().end());
    expect(() => new MysqlStore(pool as unknown as MysqlExecutable)).toThrow(
      /Fix: new MysqlStore\(pool\.promise\(\)\)/,
    );
    expect(() => new MysqlStore(pool.promise())).not.toThrow();
  });

  test("refuses to sweep no row, and half a row", async () => {
    const store = new MysqlStore(unused);
    for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(store.deleteExpired(limit)).rejects.toThrow(InvalidOptionError);
  });
});

describe.skipIf(mariadbPrograms === undefined)("MysqlStore on MariaDB", { timeout: 120_000 }, () => {
  let server: Awaited<ReturnType<typeof startMariaDb>>;
  beforeAll(async () => void (server = await startMariaDb()), 120_000);
  afterAll(async () => await server.stop());

  const poolOf = (options: PoolOptions = {}) => createPool({ uri: server.url, connectionLimit: 10, ...options });

  const time = ownTime();
  let tables = 0;
  function contractOf(name: string, options: PoolOptions, settings?: string): void {
    const openStore = async (): Promise<OpenedStore<MysqlStore>> => {
      const pool = poolOf(options);
      // Before any statement of the store: a connection does one thing after the other.
      if (settings !== undefined)
        pool.pool.on("connection", (connection) => connection.query(`SET SESSION ${settings}`));
      const store = new MysqlStore(pool, { table: `contract_${tables++}`, clock: time.now });
      await store.createSchema();
      return { store, close: async () => await pool.end() };
    };
    storeSuite(name, FULL, openStore, time);
  }
  contractOf("with a mysql2 pool", {});
  contractOf("where the server counts only rows that were changed", { flags: ["-FOUND_ROWS"] });
  contractOf(
    "where transactions are read committed, without strict mode",
    {},
    "tx_isolation = 'READ-COMMITTED', sql_mode = ''",
  );
  contractOf("where transactions are serializable", {}, "tx_isolation = 'SERIALIZABLE'");
  contractOf("with a pool that has other settings in everything", {
    charset: "latin1",
    rowsAsArray: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    namedPlaceholders: true,
    typeCast: () => "cast",
  });

  test("works with a single connection", async () => {
    const connection = await createConnection(server.url);
    onTestFinished(async () => await connection.end());
    const store = new MysqlStore(connection, { table: "single" });
    await store.createSchema();
    expect(await store.set("id", "one", END, { subject: "ada" })).toBe(true);
    expect(await store.set("id", "two", END, { replaces: "one" })).toBe(true);
    expect([await store.get("id"), await store.deleteBySubject("ada")]).toEqual(["two", 0]);
  });

  test("tells texts apart that differ in case, in spaces at the end, or in the form of a letter", async () => {
    const pool = poolOf();
    onTestFinished(async () => await pool.end());
    const store = new MysqlStore(pool, { table: "texts" });
    await store.createSchema();
    const texts = ["e", "E", "e ", "e\t", "é", "e\u0301", "\u00e9 ", "e\u0000", ""];
    for (const text of texts) expect(await store.set(text, text, END, { subject: text })).toBe(true);
    for (const text of texts) {
      expect(await store.get(text)).toBe(text);
      expect((await store.listBySubject(text)).map(({ id }) => id)).toEqual([text]);
      for (const other of texts)
        expect(await store.set(text, text, END, { replaces: other, subject: text })).toBe(text === other);
    }
    expect(await store.deleteBySubject("e", "E")).toBe(1);
    expect(await store.get("e ")).toBe("e ");
  });

  test("creates nothing until it is asked to, and nothing twice, and prints what it creates", async () => {
    const pool = poolOf();
    onTestFinished(async () => await pool.end());
    await pool.query("CREATE DATABASE web");
    const store = new MysqlStore(pool, { table: "web.Sessions" });
    await expect(store.get("id")).rejects.toThrow(/Sessions/);
    await pool.query(store.schema);
    await store.createSchema();
    expect(await store.set("id", "payload", END)).toBe(true);
    expect((await pool.query("SELECT id, payload FROM web.Sessions"))[0]).toEqual([
      { id: Buffer.from("id"), payload: Buffer.from("payload") },
    ]);
  });

  test("ten processes may create the schema at once", async () => {
    const pools = Array.from({ length: 10 }, () => poolOf({ connectionLimit: 1 }));
    onTestFinished(async () => void (await Promise.all(pools.map(async (pool) => await pool.end()))));
    await Promise.all(pools.map(async (pool) => await pool.query("SELECT 1")));
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        pools.map(async (pool) => await new MysqlStore(pool, { table: `race_${round}` }).createSchema()),
      );
      expect(await new MysqlStore(pools[0]!, { table: `race_${round}` }).set("id", "payload", END)).toBe(true);
    }
  });

  test("uses an index for every statement that it runs", async () => {
    const pool = poolOf();
    onTestFinished(async () => await pool.end());
    await new MysqlStore(pool, { table: "plan" }).createSchema();
    await pool.query(
      "INSERT INTO plan (id, payload, expires_at, subject) SELECT CONCAT('id', seq), 'payload', 1000 + seq, CONCAT('s', seq) FROM seq_1_to_2000",
    );
    await pool.query("ANALYZE TABLE plan");
    const plans: Record<string, unknown> = {};
    const explained: MysqlExecutable = {
      execute: async (statement, values) => {
        if (!statement.sql.startsWith("INSERT")) {
          const [rows] = await pool.execute({ ...statement, sql: `EXPLAIN ${statement.sql}` }, values);
          plans[statement.sql] = (rows as { key: unknown }[]).map(({ key }) => key);
        }
        return [Object.assign([], { affectedRows: 0 }), []];
      },
    };
    const store = new MysqlStore(explained, { table: "plan", clock: () => 1010 });
    await store.get("id2000");
    await store.set("id2000", "b", END, { replaces: "a" });
    await store.delete("id7");
    await store.listBySubject("s7");
    await store.deleteBySubject("s7");
    await store.deleteExpired();
    expect(Object.keys(plans)).toHaveLength(7);
    expect(Object.entries(plans).filter(([, keys]) => (keys as unknown[]).includes(null))).toEqual([]);
  });

  test("parallel sweeps share the work, and count each row once", async () => {
    const pool = poolOf();
    onTestFinished(async () => await pool.end());
    const store = new MysqlStore(pool, { table: "sweeps", clock: () => 2000 });
    await store.createSchema();
    await pool.query(
      "INSERT INTO sweeps (id, payload, expires_at) SELECT CONCAT('old', seq), 'payload', 1000 FROM seq_1_to_500",
    );
    const counts = await Promise.all(Array.from({ length: 8 }, async () => await store.deleteExpired(50)));
    const [[row]] = (await pool.query("SELECT count(*) AS rest FROM sweeps")) as unknown as [[{ rest: number }]];
    expect(Math.max(...counts)).toBeLessThanOrEqual(50);
    expect(counts.reduce((sum, count) => sum + count)).toBe(500 - row.rest);
  });
});
