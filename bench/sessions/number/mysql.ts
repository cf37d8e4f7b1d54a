import { createConnection, type RowDataPacket } from "mysql2/promise";
import { MysqlStore } from "../../../src/stores/mysql.ts";
import { mariadbPrograms, startMariaDb } from "../../../test/support/mariadb.ts";
import { FIRST_EXPIRY, payload, WEEK } from "./session.ts";
import type { Subject, Subjects } from "./subject.ts";

/** What `idOf` says, in SQL. */
const ID =
  "REPLACE(REPLACE(TRIM(TRAILING '=' FROM TO_BASE64(UNHEX(SHA2(CAST(seq AS CHAR), 256)))), '+', '-'), '/', '_')";
/** Only while the tables are loaded: room for the indexes. */
const WHILE_LOADING = 4 * 1024 ** 3;
/** What MariaDB comes with. */
const DEFAULT_POOL = 128 * 1024 ** 2;

/** A table for each size, on a MariaDB with the settings that it comes with. */
export async function mysql(sizes: readonly number[]): Promise<Subjects | undefined> {
  if (mariadbPrograms === undefined) return undefined;
  const service = await startMariaDb({ durable: true });
  const connection = await createConnection(service.url);
  const setPool = async (bytes: number): Promise<void> =>
    void (await connection.query(`SET GLOBAL innodb_buffer_pool_size = ${bytes}`));
  await setPool(WHILE_LOADING);
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
  await setPool(DEFAULT_POOL);
  return {
    all,
    stop: async () => {
      connection.destroy();
      await service.stop();
    },
  };
}
