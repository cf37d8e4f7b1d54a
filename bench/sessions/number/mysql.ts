import { createConnection, type RowDataPacket } from "mysql2/promise";
import { MysqlStore } from "../../../src/stores/mysql.ts";
import { mariadbPrograms, startMariaDb } from "../../../test/support/mariadb.ts";
import { FIRST_EXPIRY, payload, WEEK } from "./session.ts";
import type { Subject, Subjects } from "./subject.ts";

/** What `idOf` says, in SQL. */
const ID =
  "REPLACE(REPLACE(TRIM(TRAILING '=' FROM TO_BASE64(UNHEX(SHA2(CAST(seq AS CHAR), 256)))), '+', '-'), '/', '_')";
const MEGABYTE = 1024 ** 2;
/** Only while the tables are loaded: room for the indexes, and no waiting for the disk. */
const WHILE_LOADING = { pool: 4096 * MEGABYTE, log: 1024 * MEGABYTE, flush: 0 };
/** What MariaDB comes with. */
const DEFAULTS = { pool: 128 * MEGABYTE, log: 96 * MEGABYTE, flush: 1 };

/** A table for each size, on a MariaDB with the settings that it comes with. */
export async function mysql(sizes: readonly number[]): Promise<Subjects | undefined> {
  if (mariadbPrograms === undefined) return undefined;
  const service = await startMariaDb({ durable: true });
  const connection = await createConnection(service.url);
  const setUp = async ({ pool, log, flush }: typeof DEFAULTS): Promise<void> => {
    await connection.query(`SET GLOBAL innodb_buffer_pool_size = ${pool}`);
    await connection.query(`SET GLOBAL innodb_log_file_size = ${log}`);
    await connection.query(`SET GLOBAL innodb_flush_log_at_trx_commit = ${flush}`);
  };
  await setUp(WHILE_LOADING);
  const all: Subject[] = [];
  for (const sessions of sizes) {
    const table = `latchkey_sessions_${sessions}`;
    const store = new MysqlStore(connection, { table });
    await store.createSchema();
    // In an order that is none for their ids, and with the indexes in place, as a store would.
    await connection.query(
      `INSERT INTO ${table} (id, payload, expires_at)
       SELECT ${ID}, ?, ? + FLOOR(seq / ? * ?) FROM seq_0_to_${sessions - 1} ORDER BY seq`,
      [payload, FIRST_EXPIRY, sessions, WEEK],
    );
    await connection.query(`ANALYZE TABLE ${table}`);
    const [[size]] = await connection.query<RowDataPacket[]>(
      "SELECT data_length + index_length AS bytes FROM information_schema.tables WHERE table_name = ?",
      [table],
    );
    all.push({ line: "mysql", sessions, store, bytesPerSession: Number(size!["bytes"]) / sessions });
  }
  await setUp(DEFAULTS);
  return {
    all,
    stop: async () => {
      connection.destroy();
      await service.stop();
    },
  };
}
