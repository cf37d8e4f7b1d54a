import { createPool, type Connection, type Pool, type PoolConnection, type RowDataPacket } from "mysql2/promise";
import { MysqlStore, type MysqlExecutable } from "latchkey/stores/mysql";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { mariadbPrograms, startMariaDb } from "../support/mariadb.ts";

/*
 * What other transactions do to a statement of the store: they let it wait, they make it give up,
 * and they write behind its back. A second connection holds the locks.
 */
const END = 4_000_000_000;
const MANY = 20_000;
const DEADLOCK = 1213;
const LOCK_WAIT_TIMEOUT = 1205;

describe.skipIf(mariadbPrograms === undefined)("MysqlStore beside other transactions", { timeout: 300_000 }, () => {
  let server: Awaited<ReturnType<typeof startMariaDb>>;
  let pool: Pool;
  beforeAll(async () => {
    server = await startMariaDb();
    pool = createPool({ uri: server.url, connectionLimit: 4 });
  }, 120_000);
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  let tables = 0;
  async function openTable(isolation: string = "REPEATABLE-READ") {
    const table = `locks_${tables++}`;
    const client = createPool({ uri: server.url, connectionLimit: 4 });
    client.pool.on("connection", (connection) => connection.query(`SET SESSION tx_isolation = '${isolation}'`));
    onTestFinished(async () => await client.end());
    const store = new MysqlStore(client, { table });
    await store.createSchema();
    const writer = await pool.getConnection();
    onTestFinished(() => writer.destroy());
    return { table, client, store, writer };
  }

  /** The errors of the server that a store is given, by their numbers. */
  function watched(
    client: MysqlExecutable,
    onError: (errno: unknown) => Promise<unknown> | undefined,
  ): MysqlExecutable {
    return {
      execute: async (statement, values) => {
        try {
          return await client.execute(statement, values);
        } catch (error) {
          await onError((error as { errno: unknown }).errno);
          throw error;
        }
      },
    };
  }

  async function oneWaits(): Promise<void> {
    // The server makes this table anew only if nobody has asked for it for 0.1 seconds.
    const waiting = "SELECT trx_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'";
    await expect
      .poll(async () => (await pool.query<RowDataPacket[]>(waiting))[0].length, { timeout: 30_000, interval: 250 })
      .toBe(1);
  }

  /** What a manager writes for a renewal, in its order. */
  async function renew(connection: Connection | PoolConnection, table: string): Promise<void> {
    const store = new MysqlStore(connection, { table });
    expect(await store.set("new", "new", END, { subject: "ada" })).toBe(true);
    expect(await store.set("old", "moved to new", END, { replaces: "old" })).toBe(true);
  }

  test("runs a statement again that the server has given up to resolve a deadlock", async () => {
    const { table, client, writer } = await openTable();
    const seen: unknown[] = [];
    const store = new MysqlStore(
      watched(client, (errno) => void seen.push(errno)),
      { table },
    );
    for (const id of ["a", "b"]) await store.set(id, id, END, { subject: "ada" });
    // The server gives up the transaction that has changed less.
    await writer.query("BEGIN");
    await writer.query(`INSERT INTO ${table} (id, payload, expires_at) SELECT seq, 'x', ${END} FROM seq_1_to_1000`);
    await writer.query(`UPDATE ${table} SET payload = 'B' WHERE id = 'b'`);
    // It has locked a, and waits for b.
    const removal = store.deleteBySubject("ada");
    await oneWaits();
    await writer.query(`UPDATE ${table} SET payload = 'A' WHERE id = 'a'`);
    await writer.query("COMMIT");
    expect(await removal).toBe(2);
    expect(seen).toContain(DEADLOCK);
    expect(new Set(seen)).toEqual(new Set([DEADLOCK]));
  });

  test("runs a statement again that has waited too long for a lock, and gives up after the third time", async () => {
    const { table, client, writer } = await openTable();
    // With a second, the server gives up after a second; with 0 at once.
    client.pool.on("connection", (connection) => connection.query("SET SESSION innodb_lock_wait_timeout = 0"));
    const seen: unknown[] = [];
    let onError = async (): Promise<unknown> => await Promise.resolve();
    const store = new MysqlStore(
      watched(client, async (errno) => {
        seen.push(errno);
        await onError();
      }),
      { table },
    );
    await client.query("SET SESSION innodb_lock_wait_timeout = 0");
    await writer.query("BEGIN");
    await writer.query(`INSERT INTO ${table} (id, payload, expires_at) VALUES ('a', 'a', ${END})`);
    await expect(store.set("a", "mine", END)).rejects.toMatchObject({ errno: LOCK_WAIT_TIMEOUT });
    expect(seen).toEqual([LOCK_WAIT_TIMEOUT, LOCK_WAIT_TIMEOUT, LOCK_WAIT_TIMEOUT]);
    onError = async () => await writer.query("ROLLBACK");
    expect(await store.set("a", "mine", END)).toBe(true);
    expect([await store.get("a"), seen.length]).toEqual(["mine", 4]);
  });

  test("runs no statement again after another error", async () => {
    let calls = 0;
    const failing: MysqlExecutable = {
      execute: async () => {
        calls++;
        return await Promise.reject(Object.assign(new Error("lost"), { code: "PROTOCOL_CONNECTION_LOST" }));
      },
    };
    const store = new MysqlStore(failing);
    await expect(store.set("id", "payload", END)).rejects.toThrow("lost");
    await expect(store.set("id", "payload", END, { replaces: "before" })).rejects.toThrow("lost");
    expect(calls).toBe(2);
  });

  test("writes under an id where the row was removed between its statements", async () => {
    const { table, client, store } = await openTable();
    await store.set("a", "old", 1000);
    let isDone = false;
    const slow: MysqlExecutable = {
      execute: async (statement, values) => {
        if (!isDone && statement.sql.startsWith("UPDATE")) {
          isDone = true;
          await store.delete("a");
        }
        return await client.execute(statement, values);
      },
    };
    expect(await new MysqlStore(slow, { table }).set("a", "new", END)).toBe(true);
    expect([isDone, await store.get("a")]).toEqual([true, "new"]);
  });

  test.each(["REPEATABLE-READ", "READ-COMMITTED"])(
    "S1: a session that is renewed while a statement removes the others ends with them (%s)",
    async (isolation) => {
      const { table, store, writer } = await openTable(isolation);
      await pool.query(
        `INSERT INTO ${table} (id, payload, expires_at, subject) SELECT CONCAT('filling', seq), 'payload', ${END}, 'ada' FROM seq_1_to_2000`,
      );
      await store.set("old", "old", END, { subject: "ada" });
      // The renewal has written and not committed when the removal begins.
      await writer.query("BEGIN");
      await renew(writer, table);
      const removal = store.deleteBySubject("ada");
      await oneWaits();
      await writer.query("COMMIT");
      expect(await removal).toBe(2001);
      expect([await store.get("new"), await store.listBySubject("ada"), await store.get("old")]).toEqual([
        undefined,
        [],
        "moved to new",
      ]);
    },
  );

  /** A client on which a session of Ada's begins after each statement that removes hers. */
  function busy(client: MysqlExecutable, store: MysqlStore, times: number): MysqlExecutable {
    let begun = 0;
    return {
      execute: async (statement, values) => {
        const answer = await client.execute(statement, values);
        if (statement.sql.startsWith("DELETE") && begun < times)
          await store.set(`new ${begun++}`, "new", END, { subject: "ada" });
        return answer;
      },
    };
  }

  test("S1: sessions that a statement has gone past end too, and the one that is spared stays", async () => {
    const { table, client, store } = await openTable();
    for (const id of ["here", "there"]) await store.set(id, id, END, { subject: "ada" });
    expect(await new MysqlStore(busy(client, store, 20), { table }).deleteBySubject("ada", "here")).toBe(21);
    expect((await store.listBySubject("ada")).map(({ id }) => id)).toEqual(["here"]);
  });

  test("S1: a subject that gets a new session in each round ends in an error, not in an endless loop", async () => {
    const { table, client, store } = await openTable();
    await store.set("a", "a", END, { subject: "ada" });
    await expect(new MysqlStore(busy(client, store, Infinity), { table }).deleteBySubject("ada")).rejects.toThrow(
      /could not all be removed.*Fix:/,
    );
  });

  test("S2: lists and removes 20,000 sessions of one subject", async () => {
    const { table, store } = await openTable();
    await pool.query(
      `INSERT INTO ${table} (id, payload, expires_at, subject) SELECT CONCAT('id', seq), 'payload', ${END}, 'ada' FROM seq_1_to_${MANY}`,
    );
    await store.set("other", "other", END, { subject: "grace" });
    expect(await store.listBySubject("ada")).toHaveLength(MANY);
    expect(await store.deleteBySubject("ada", "id7")).toBe(MANY - 1);
    expect((await store.listBySubject("ada")).map(({ id }) => id)).toEqual(["id7"]);
    expect(await store.listBySubject("grace")).toHaveLength(1);
  });
});
