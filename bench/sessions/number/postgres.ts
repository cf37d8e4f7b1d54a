import pg from "pg";
import { PostgresStore } from "../../../src/stores/postgres.ts";
import { postgresPrograms, startPostgres } from "../../../test/support/services.ts";
import { FIRST_EXPIRY, payload, WEEK } from "./session.ts";
import type { Subject, Subjects } from "./subject.ts";

/**
 * Only while the tables are loaded: room for the indexes, and no log of what is in a table that was
 * made in the same transaction.
 */
const WHILE_LOADING = ["shared_buffers = '4GB'", "max_wal_size = '8GB'", "wal_level = minimal", "max_wal_senders = 0"];

/** What `idOf` says, in SQL. */
const ID = "translate(encode(sha256(convert_to(number::text, 'UTF8')), 'base64'), '+/=', '-_')";

/**
 * A table for each size, on a server with the settings that it comes with. They are read with a
 * client as it is, and with one that prepares.
 */
export async function postgres(sizes: readonly number[]): Promise<Subjects | undefined> {
  if (postgresPrograms === undefined) return undefined;
  const service = await startPostgres();
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: service.url });
    await client.connect();
    return client;
  };
  const setUp = async (...statements: readonly string[]): Promise<void> => {
    const client = await connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
    await service.kill("SIGINT");
    await service.start();
  };
  await setUp(...WHILE_LOADING.map((setting) => `ALTER SYSTEM SET ${setting}`));
  const loader = await connect();
  const bytes = new Map<number, number>();
  for (const sessions of sizes) bytes.set(sessions, await fill(loader, sessions));
  await loader.end();
  await setUp("ALTER SYSTEM RESET ALL");

  const client = await connect();
  const ways = { "postgres, no names": { prepare: false }, postgres: {} };
  return {
    all: Object.entries(ways).flatMap(([line, options]) =>
      sizes.map((sessions): Subject => {
        const store = new PostgresStore(client, { ...options, table: tableOf(sessions) });
        return { line, sessions, store, bytesPerSession: bytes.get(sessions)! / sessions };
      }),
    ),
    stop: async () => {
      await client.end();
      await service.stop();
    },
  };
}

/**
 * The server makes the sessions itself, in an order that is none for their ids, and with the
 * indexes in place, as a store would. Says what they take.
 */
async function fill(client: pg.Client, sessions: number): Promise<number> {
  const table = tableOf(sessions);
  await client.query("BEGIN");
  await new PostgresStore(client, { table }).createSchema();
  await client.query(
    `INSERT INTO ${table} (id, payload, expires_at)
     SELECT ${ID}, $1, $2::bigint + (number::float8 / $3 * $4)::bigint FROM generate_series(0, $3::int - 1) AS number`,
    [payload, FIRST_EXPIRY, sessions, WEEK],
  );
  await client.query("COMMIT");
  // What autovacuum would do within the next minutes, in the middle of a measurement.
  await client.query(`VACUUM (ANALYZE) ${table}`);
  const { rows } = await client.query<{ bytes: string }>("SELECT pg_total_relation_size($1::regclass) AS bytes", [
    table,
  ]);
  return Number(rows[0]!.bytes);
}

function tableOf(sessions: number): string {
  return `latchkey_sessions_${sessions}`;
}
