import { InvalidOptionError } from "../../errors.ts";
import { kindOf } from "../../options.ts";
import { betterSqlite3 } from "./better-sqlite3.ts";
import { drizzle } from "./drizzle.ts";
import type { Instrumentation, Shape } from "./instrumentation.ts";
import { knex } from "./knex.ts";
import { kysely } from "./kysely.ts";
import { nodeSqlite } from "./node-sqlite.ts";
import { nodemailer } from "./nodemailer.ts";
import { pg } from "./pg.ts";
import { pglite } from "./pglite.ts";
import { postgresJs } from "./postgres-js.ts";
import { prisma } from "./prisma.ts";
import { published } from "./published.ts";

/** The more special first: a drizzle database has methods of its client too. */
const KNOWN: readonly Instrumentation[] = [
  drizzle,
  kysely,
  knex,
  prisma,
  nodemailer,
  pg,
  pglite,
  postgresJs,
  nodeSqlite,
  betterSqlite3,
  published,
];

/**
 * Makes a client of a database, or a mail transport, report what it does, so that the toolbar can
 * show it: statement, values, rows, duration and the line that asked.
 *
 * It is for libraries that do not report by themselves: pg, PGlite, postgres.js, node:sqlite,
 * better-sqlite3, drizzle, knex, kysely, Prisma's driver adapters and nodemailer. Only this one
 * object is changed, and what it hands out. Results, errors, transactions and events stay as they
 * are. Without a toolbar that is on, each call costs one check, so the line can stay in production.
 *
 * Wrap the outermost object that the application uses, once: the drizzle database or the pool below
 * it. A second call for the same object changes nothing.
 *
 * @param client the client, transport or database object.
 * @returns the same object. For `postgres` (postgres.js) a new tag, which must be used in place of
 *   the one that was given: statements of the old one do not show.
 * @throws InvalidOptionError for an object of an unknown library. The message lists the known ones.
 * @example
 * ```ts
 * import { Pool } from "pg";
 * import { instrument } from "latchkey/toolbar";
 *
 * const pool = instrument(new Pool({ connectionString: "postgres://localhost/app" }));
 * ```
 */
export function instrument<Client extends object>(client: Client): Client {
  return observe(client, "instrument(client)") as Client;
}

function observe(client: unknown, place: string): unknown {
  const known =
    (typeof client === "object" && client !== null) || typeof client === "function"
      ? KNOWN.find(({ recognizes }) => recognizes(client as Shape))
      : undefined;
  if (known === undefined) throw unknownClient(client, place);
  return known.instrument(client as Shape, observe);
}

function unknownClient(client: unknown, place: string): InvalidOptionError {
  const isPrisma = typeof (client as { $extends?: unknown } | null | undefined)?.$extends === "function";
  return new InvalidOptionError(
    isPrisma
      ? `${place} got a PrismaClient, which does not report its statements. Fix: instrument its adapter, ` +
          "new PrismaClient({ adapter: instrument(new PrismaPg({ connectionString })) })."
      : `${place} got ${describe(client)}. It takes a client of ${KNOWN.map(({ name }) => name).join("; ")}. ` +
          "Fix: pass the object that runs the statements, such as new Pool().",
  );
}

/** The kind of a value and its class, and never what is in it. */
function describe(client: unknown): string {
  if (typeof client !== "object" || client === null) return kindOf(client);
  const { constructor } = client as { constructor?: unknown };
  const name = typeof constructor === "function" ? constructor.name : "";
  return name === "" || name === "Object" ? kindOf(client) : `an object of the class ${name}`;
}
