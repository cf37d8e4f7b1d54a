import type { Command } from "commander";
import { SessionManager, type SessionInfo } from "../../index.ts";
import { generateSecretKey } from "../../keys/index.ts";
import { MysqlStore } from "../../stores/mysql.ts";
import { PostgresStore } from "../../stores/postgres.ts";
import { SqliteStore } from "../../stores/sqlite.ts";
import { EXIT, type ExitCode, type Io } from "../io.ts";
import { openStore, storeKindOf, type OpenStore } from "../input/open-store.ts";
import { UsageError } from "../usage-error.ts";

interface Options {
  readonly store: string;
  readonly table?: string;
  readonly prefix?: string;
  readonly subject?: string;
  readonly id?: string;
  readonly except?: string;
  readonly json?: boolean;
}

/** `latchkey sessions …`: lists, ends and removes the sessions of a store. */
export function addSessions(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  const sessions = program.command("sessions").description("list, end and clean up the sessions of a store");
  const shared = (command: Command): Command =>
    command
      .requiredOption("--store <url>", "sqlite:FILE, redis://HOST:PORT, postgres:// or mysql://USER@HOST/DATABASE")
      .option("--table <name>", "the table, in SQLite, PostgreSQL and MySQL (default: latchkey_sessions)")
      .option("--prefix <text>", "the prefix of all keys, in Redis (default: latchkey:)")
      .option("--json", "print JSON")
      .addHelpText("after", EXAMPLES);
  const withStore = async (options: Options, work: (open: OpenStore) => Promise<string>): Promise<void> => {
    const open = await openStore(options.store, options, io);
    try {
      io.out(`${await work(open)}\n`);
    } finally {
      await open.close();
    }
    finish(EXIT.good);
  };

  shared(
    sessions.command("list").description("list the sessions of one subject, by ids that cannot be used as a cookie"),
  )
    .requiredOption("--subject <id>", "the user's id, as passed to session.login()")
    .action(async (options: Options) => {
      await withStore(options, async ({ store }) => {
        // Listing verifies nothing, but a manager needs a key.
        const found = await new SessionManager({ keys: generateSecretKey(), store }).list(options.subject!);
        return options.json === true
          ? JSON.stringify(found, null, 2)
          : found.map(sessionLine).join("\n") || "No sessions.";
      });
    });

  shared(sessions.command("revoke").description("end one session, or all of one subject"))
    .option("--id <id>", "end this session")
    .option("--subject <id>", "end all sessions of this subject")
    .option("--except <id>", "with --subject: all except this one")
    .action(async (options: Options) => {
      if ((options.id === undefined) === (options.subject === undefined))
        throw new UsageError("Exactly one of --id and --subject is needed. Fix: --id ID, or --subject ID.");
      await withStore(options, async ({ store }) => {
        if (options.id !== undefined) {
          await store.delete(options.id);
          return options.json === true ? JSON.stringify({ id: options.id }) : "Ended.";
        }
        const ended = await store.deleteBySubject(options.subject!, options.except);
        return options.json === true ? JSON.stringify({ ended }) : `Ended ${ended} session${ended === 1 ? "" : "s"}.`;
      });
    });

  shared(
    sessions.command("prune").description("remove expired sessions, in steps of 1,000 (Redis does that by itself)"),
  ).action(async (options: Options) => {
    await withStore(options, async ({ store }) => {
      let removed = 0;
      for (let last = STEP; store.deleteExpired !== undefined && last === STEP; removed += last)
        last = await store.deleteExpired(STEP);
      return options.json === true
        ? JSON.stringify({ removed })
        : `Removed ${removed} expired session${removed === 1 ? "" : "s"}.`;
    });
  });

  sessions
    .command("schema")
    .description("print the SQL that creates the table and its indexes")
    .argument("<kind>", "sqlite, postgres or mysql")
    .option("--table <name>", "the table (default: latchkey_sessions)")
    .addHelpText("after", EXAMPLES)
    .action((kind: string, { table }: { readonly table?: string }) => {
      const named = table === undefined ? {} : { table };
      if (storeKindOf(`${kind}:`) === "sqlite")
        io.out(new SqliteStore({ exec: () => undefined, prepare: unreachable }, named).schema);
      else if (kind === "postgres") io.out(new PostgresStore({ query: unreachable }, named).schema);
      else if (kind === "mysql") io.out(new MysqlStore({ execute: unreachable }, named).schema);
      else throw new UsageError("Redis needs no schema. Fix: give sqlite, postgres or mysql.");
    });
}

const STEP = 1000;

const EXAMPLES = `
Examples:
  $ latchkey sessions list --store sqlite:app.sqlite --subject 7
  $ latchkey sessions revoke --store redis://localhost:6379 --subject 7
  $ latchkey sessions prune --store postgres://app@localhost/app
  $ latchkey sessions schema postgres | psql app`;

function sessionLine({ id, label, createdAt, lastSeenAt, expiresAt, persistent }: SessionInfo): string {
  const date = (seconds: number): string => new Date(seconds * 1000).toISOString();
  return `${id}  created ${date(createdAt)}  seen ${date(lastSeenAt)}  until ${date(expiresAt)}${persistent ? "  persistent" : ""}${label === undefined ? "" : `  ${JSON.stringify(label)}`}`;
}

function unreachable(): never {
  throw new Error("Printing a schema must not query a database.");
}
