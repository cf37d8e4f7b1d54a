import { DatabaseSync } from "node:sqlite";
import { instrument } from "latchkey/toolbar";
import mysql, { type RowDataPacket } from "mysql2";
import pg from "pg";
import { mariadbPrograms, startMariaDb } from "../../support/mariadb.ts";
import { postgresPrograms, startPostgres } from "../../support/services.ts";
import { placeOf, type Place } from "./place-of.ts";
import type { ShopDatabase } from "./shop.ts";

/** How many visitors have a cart: `visitor-0`, `visitor-1`, … */
export const VISITORS = 40;

/** A database of the shop, and what the toolbar has to say of a visit. */
export interface TestedDatabase extends ShopDatabase {
  /** The line with the statement in a loop. */
  readonly loop: Place;
  /** How a statement marks a value. */
  readonly mark: "?" | "$1";
  stop(): Promise<void>;
}

/** What can be tested on this machine. */
export const areDatabasesHere = postgresPrograms !== undefined && mariadbPrograms !== undefined;

/** The numbers of what is in a visitor's cart. */
export function itemsOf(visitor: number): readonly number[] {
  return [1, 2, 3].map((item) => visitor * 10 + item);
}

type Rows = RowDataPacket[];

const TABLES = [
  "create table items (id int primary key, buyer varchar(40), price int)",
  "create table visits (visitor varchar(40) primary key, times int)",
];
const ROWS = Array.from({ length: VISITORS }, (_, visitor) => [
  ...itemsOf(visitor).map((item) => `insert into items values (${item}, 'visitor-${visitor}', ${item * 2})`),
  `insert into visits values ('visitor-${visitor}', 0)`,
]).flat();

/** Each is opened once for all frameworks. */
export const DATABASES: Readonly<Record<string, () => Promise<TestedDatabase>>> = {
  PostgreSQL: async () => {
    const service = await startPostgres();
    // Far fewer connections than visitors, so that most of them wait for one.
    const pool = instrument(new pg.Pool({ connectionString: service.url, max: 4 }));
    await pool.query([...TABLES, ...ROWS].join(";"));
    return {
      mark: "$1",
      loop: placeOf(import.meta.url, "// N+1 in PostgreSQL"),
      pricesOf: async (visitor) => {
        await pool.query(`select '${visitor}' as visitor`);
        const items = await pool.query<{ id: number }>("select id from items where buyer = $1 order by id", [visitor]);
        const prices: number[] = [];
        for (const { id } of items.rows) {
          const found = await pool.query("select price from items where id = $1", [id]); // N+1 in PostgreSQL
          prices.push(Number(found.rows[0].price));
        }
        return prices;
      },
      countVisit: async (visitor) => {
        await pool.query("update visits set times = times + 1 where visitor = $1", [visitor]);
      },
      stop: async () => {
        await pool.end();
        await service.stop();
      },
    };
  },
  SQLite: async () => {
    const database = instrument(new DatabaseSync(":memory:"));
    for (const statement of [...TABLES, ...ROWS]) database.exec(statement);
    return {
      mark: "?",
      loop: placeOf(import.meta.url, "// N+1 in SQLite"),
      pricesOf: async (visitor) => {
        database.prepare(`select '${visitor}' as visitor`).get();
        const items = database.prepare("select id from items where buyer = ? order by id").all(visitor);
        const price = database.prepare("select price from items where id = ?");
        const prices: number[] = [];
        for (const { id } of items) {
          // So that the visits of others come between.
          await new Promise((resolve) => setImmediate(resolve));
          prices.push(Number(price.get(id!)!["price"])); // N+1 in SQLite
        }
        return prices;
      },
      countVisit: async (visitor) => {
        database.prepare("update visits set times = times + 1 where visitor = ?").run(visitor);
      },
      stop: async () => database.close(),
    };
  },
  MariaDB: async () => {
    const service = await startMariaDb();
    const pool = mysql.createPool({ uri: service.url, connectionLimit: 4 }).promise();
    for (const statement of [...TABLES, ...ROWS]) await pool.query(statement);
    return {
      mark: "?",
      loop: placeOf(import.meta.url, "// N+1 in MariaDB"),
      pricesOf: async (visitor) => {
        await pool.query(`select '${visitor}' as visitor`);
        const [items] = await pool.execute<Rows>("select id from items where buyer = ? order by id", [visitor]);
        const prices: number[] = [];
        for (const { id } of items) {
          const [found] = await pool.execute<Rows>("select price from items where id = ?", [id]); // N+1 in MariaDB
          prices.push(Number(found[0]!["price"]));
        }
        return prices;
      },
      countVisit: async (visitor) => {
        await pool.execute("update visits set times = times + 1 where visitor = ?", [visitor]);
      },
      stop: async () => {
        await pool.end();
        await service.stop();
      },
    };
  },
};
