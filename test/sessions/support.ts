import { DatabaseSync } from "node:sqlite";
import {
  flask,
  sealed,
  SessionManager,
  signed,
  type HeaderPair,
  type Session,
  type SessionManagerOptions,
} from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { SqliteStore } from "latchkey/stores/sqlite";
import { CookieJar } from "../support/cookies.ts";

export type Data = Record<string, unknown>;

/** The one hand of a clock that a test moves. */
export class Time {
  now = 1_800_000_000;
  readonly clock = (): number => this.now;
}

/** What a manager is made with for each way of keeping sessions. */
export const KINDS: Readonly<Record<string, (time: Time) => Pick<SessionManagerOptions<Data>, "store" | "format">>> = {
  sealed: () => ({ format: sealed() }),
  signed: () => ({ format: signed() }),
  flask: () => ({ format: flask() }),
  memory: ({ clock }) => ({ store: new MemoryStore({ clock }) }),
  sqlite: ({ clock }) => ({ store: openSqlite(clock) }),
};

export function openSqlite(clock: () => number, path: string = ":memory:"): SqliteStore {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL");
  const store = new SqliteStore(database, { clock });
  store.createSchema();
  return store;
}

/** One visitor of one manager, with a jar of cookies. */
export class Visitor {
  readonly jar = new CookieJar();
  readonly manager: SessionManager<Data>;
  /** The headers of the last answer. */
  headers: readonly HeaderPair[] = [];

  constructor(manager: SessionManager<Data>) {
    this.manager = manager;
  }

  /** One request, over https. */
  async visit<Result>(handle: (session: Session<Data>) => Result | Promise<Result>): Promise<Result> {
    const session = await this.manager.load(this.jar.header);
    const result = await handle(session);
    this.headers = await this.manager.commit(session);
    this.jar.take(this.setCookies);
    return result;
  }

  get setCookies(): string[] {
    return this.headers.filter(([name]) => name === "Set-Cookie").map(([, value]) => value);
  }

  get value(): string {
    return this.jar.header?.split("=").slice(1).join("=") ?? "";
  }
}

export function makeManager(
  kind: string,
  time: Time = new Time(),
  options: Partial<SessionManagerOptions<Data>> = {},
): SessionManager<Data> {
  return new SessionManager<Data>({ keys: generateSecretKey(), clock: time.clock, ...KINDS[kind]!(time), ...options });
}
