import type { AnnouncementListener } from "../sessions/store/session-store.ts";
import { hasMethods, wrongClient } from "./wrong-argument.ts";

/** What a connection of `pg` tells of a NOTIFY. */
export interface PostgresNotice {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** The methods that are used of a connection that a Pool of `pg` lends. */
export interface PostgresListenerClient {
  query(text: string): Promise<unknown>;
  on(event: "notification", listener: (notice: PostgresNotice) => void): unknown;
  on(event: "error" | "end", listener: () => void): unknown;
  off(event: string, listener: (notice: PostgresNotice) => void): unknown;
  release(destroy?: boolean): void;
  /** Without these two, the process does not end by itself while it listens. */
  ref?(): void;
  unref?(): void;
}

/** The members that are used of a Pool of the package `pg`, to listen on one of its connections. */
export interface PostgresListenerPool {
  readonly totalCount: number;
  connect(): Promise<PostgresListenerClient>;
}

/**
 * The method that is used of the `sql` of the package `postgres` to listen. It opens one connection
 * for it.
 */
export interface PostgresJsListener {
  listen(
    channel: string,
    heard: (message: string) => void,
    listening?: () => void,
  ): Promise<{ unlisten: () => Promise<void> }>;
}

/** Begins to listen on a channel. */
export type Listen = (channel: string, listener: AnnouncementListener) => Promise<() => Promise<void>>;

/** PostgreSQL's limit for names, and so for channels, in bytes. */
const LONGEST_CHANNEL = 63;

/**
 * The channel of a table, by its name as the option `table` has it. Tables of one name in two
 * schemas may share a channel if both names are long. Then ids come that nobody listens to.
 */
export function channelOf(table: string): string {
  const name = `${table}_ends`;
  return name.length <= LONGEST_CHANNEL ? name : `${table.split(".").at(-1)}_ends`;
}

/**
 * How to listen, with the option `subscriber` or else with the store's own client. Undefined where
 * neither can.
 *
 * @throws InvalidOptionError for a `subscriber` that cannot listen.
 */
export function notificationsOf(subscriber: unknown, client: unknown): Listen | undefined {
  const chosen = subscriber ?? client;
  if (isPool(chosen)) return onPool(chosen);
  if (isPostgresJs(chosen)) return withPostgresJs(chosen);
  if (subscriber === undefined) return undefined;
  throw wrongClient(
    "The option subscriber of PostgresStore needs a Pool of the package pg, or the sql of the package postgres.",
    subscriber,
    "subscriber: new Pool({ connectionString, max: 1 }).",
  );
}

/** A connection that was lost does not come back: the next one is asked for by the next call. */
function onPool(pool: PostgresListenerPool): Listen {
  return async (channel, { heard, lost }) => {
    const client = await pool.connect();
    let isOver = false;
    const notified = (notice: PostgresNotice): void => {
      if (notice.channel === channel) heard(notice.payload ?? "");
    };
    const giveBack = (destroy: boolean): void => {
      isOver = true;
      client.off("notification", notified);
      client.off("end", failed);
      client.ref?.();
      client.release(destroy);
      // A connection that is given back may still report an error.
      if (!destroy) client.off("error", failed);
    };
    const failed = (): void => {
      if (isOver) return;
      giveBack(true);
      lost();
    };
    client.on("notification", notified);
    client.on("error", failed);
    client.on("end", failed);
    try {
      await client.query(`LISTEN "${channel}"`);
    } catch (error) {
      if (!isOver) giveBack(true);
      throw error;
    }
    client.unref?.();
    return async () => {
      if (isOver) return;
      try {
        await client.query(`UNLISTEN "${channel}"`);
      } catch {
        if (!isOver) giveBack(true);
        return;
      }
      if (!isOver) giveBack(false);
    };
  };
}

/** It reconnects and listens again by itself, and says so each time. */
function withPostgresJs(sql: PostgresJsListener): Listen {
  return async (channel, { heard, missed }) => {
    const { unlisten } = await sql.listen(channel, heard, missed);
    return unlisten;
  };
}

function isPool(client: unknown): client is PostgresListenerPool {
  return hasMethods(client, "connect") && typeof (client as { totalCount?: unknown }).totalCount === "number";
}

/** PGlite has a `listen` too, of another kind. */
function isPostgresJs(client: unknown): client is PostgresJsListener {
  return hasMethods(client, "listen", "unsafe");
}
