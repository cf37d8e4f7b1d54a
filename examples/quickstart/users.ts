import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";

export interface User {
  readonly id: number;
  readonly name: string;
  readonly created: string;
}

const derive = promisify<string, Buffer, number, Buffer>((password, salt, length, done) =>
  // OWASP's parameters for scrypt: N = 2^17, r = 8, p = 1 (128 MiB).
  scrypt(password, salt, length, { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }, done),
);

/** The users' table. Passwords are saved as scrypt hashes, each with its own salt. */
export class Users {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(`CREATE TABLE IF NOT EXISTS users (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, salt BLOB NOT NULL, hash BLOB NOT NULL, created TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
    ) STRICT`);
  }

  /** The new user; undefined if the name is taken. */
  async add(name: string, password: string): Promise<User | undefined> {
    const salt = randomBytes(16);
    const hash = await derive(password, salt, 32);
    const { changes } = this.#database
      .prepare("INSERT INTO users (name, salt, hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
      .run(name, salt, hash);
    return changes === 0 ? undefined : this.#find("name", name);
  }

  /** The user, if name and password fit. */
  async check(name: string, password: string): Promise<User | undefined> {
    const row = this.#database.prepare("SELECT salt, hash FROM users WHERE name = ?").get(name) as
      | { salt: Uint8Array; hash: Uint8Array }
      | undefined;
    // Hash even for an unknown user. Otherwise the response time would show which names exist.
    const hash = await derive(password, Buffer.from(row?.salt ?? randomBytes(16)), 32);
    return row !== undefined && timingSafeEqual(hash, row.hash) ? this.#find("name", name) : undefined;
  }

  get(id: string): User | undefined {
    return this.#find("id", id);
  }

  #find(column: "id" | "name", value: string): User | undefined {
    return this.#database.prepare(`SELECT id, name, created FROM users WHERE ${column} = ?`).get(value) as unknown as
      | User
      | undefined;
  }
}
