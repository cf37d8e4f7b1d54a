import type { IndexedStore, SetOptions, StoredSession } from "../sessions/store.ts";
import { FORGET, INDEX, MEMBERS, READ, REMOVE, TOUCH, WRITE } from "./redis-scripts.ts";

/** The two methods that are called of a client of the package `redis`: what createClient, createCluster and createSentinel return. */
export interface NodeRedisClient {
  hGet(key: string, field: string): Promise<string | null | undefined>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** The two methods that are called of a client of the package `ioredis`: a Redis or a Cluster. */
export interface IoredisClient {
  hget(key: string, field: string): Promise<string | null | undefined>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** Settings of RedisStore. */
export interface RedisStoreOptions {
  /** What the names of all keys begin with: "latchkey:" unless told otherwise. Two applications on one Redis need two prefixes. */
  readonly prefix?: string | undefined;
}

/**
 * Keeps sessions in Redis (or Valkey), on one server, behind Sentinel or on a Cluster. Redis itself removes what has expired.
 *
 * A read is one HGET. A write is one EVAL of a script that compares and writes in one step; a session that is new, or changes hands,
 * takes a second and third trip for the subject's index. What Redis has to allow is HGET and EVAL.
 *
 * Redis answers before a write is on disk or on a replica, unless `appendfsync always` is set; a failover may lose the last writes.
 * Reads must go to primaries (the default of both clients): a replica may still show a session that has been logged out.
 *
 * @example
 * import { createClient } from "redis";
 * import { RedisStore } from "latchkey/stores/redis";
 *
 * const client = await createClient({ url: "redis://localhost:6379" }).connect();
 * const store = new RedisStore(client);
 *
 * @throws TypeError from the constructor if `client` is neither kind of client, or `prefix` is no text.
 */
export class RedisStore implements IndexedStore {
  readonly #prefix: string;
  readonly #read: (key: string) => Promise<string | null | undefined>;
  readonly #run: (script: string, key: string, ...args: string[]) => Promise<unknown>;

  /** @param client of `redis` or `ioredis`; the store never opens or closes it. */
  constructor(client: NodeRedisClient | IoredisClient, { prefix = "latchkey:" }: RedisStoreOptions = {}) {
    if (typeof prefix !== "string") throw new TypeError(`RedisStore's prefix has to be a text, and is of type ${typeof prefix}.`);
    if (isNodeRedis(client)) {
      this.#read = async (key) => await client.hGet(key, "payload");
      this.#run = async (script, key, ...args) => await client.eval(script, { keys: [key], arguments: args });
    } else if (isIoredis(client)) {
      this.#read = async (key) => await client.hget(key, "payload");
      this.#run = async (script, key, ...args) => await client.eval(script, 1, key, ...args);
    } else {
      throw new TypeError(
        "RedisStore needs a client of the package redis (createClient, createCluster, createSentinel) or ioredis (Redis, Cluster).",
      );
    }
    this.#prefix = prefix;
  }

  async get(id: string): Promise<string | undefined> {
    return (await this.#read(this.#sessionKey(id))) ?? undefined;
  }

  async set(id: string, payload: string, expiresAt: number, { replaces, subject }: SetOptions = {}): Promise<boolean> {
    const write = async (indexed: string): Promise<unknown> =>
      await this.#run(WRITE, this.#sessionKey(id), ...optional(replaces), ...optional(subject), payload, String(expiresAt), indexed);
    const isNew = replaces === undefined;
    let answer = await write(isNew && subject !== undefined ? await this.#index(subject, id, expiresAt) : "0");
    if (answer === "index" && subject !== undefined) answer = await write(await this.#index(subject, id, expiresAt));
    if (isEntry(answer)) await this.#forget(answer[0], [id, answer[1]]);
    return answer !== "refused";
  }

  async touch(id: string, expiresAt: number): Promise<void> {
    const touch = async (...entry: string[]): Promise<unknown> => await this.#run(TOUCH, this.#sessionKey(id), String(expiresAt), ...entry);
    let answer = await touch();
    // Asked again only if the session has changed hands in between.
    while (Array.isArray(answer)) {
      const subject = String(answer[0]);
      answer = await touch(subject, await this.#index(subject, id, expiresAt));
    }
  }

  async delete(id: string): Promise<void> {
    const answer = await this.#run(REMOVE, this.#sessionKey(id));
    if (isEntry(answer)) await this.#forget(answer[0], [id, answer[1]]);
  }

  async listBySubject(subject: string): Promise<readonly StoredSession[]> {
    const ids = await this.#members(subject);
    const sessions = await Promise.all(
      ids.map(async (id): Promise<StoredSession | undefined> => {
        const [payload, owner, expires] = (await this.#run(READ, this.#sessionKey(id))) as (string | null)[];
        return typeof payload === "string" && owner === subject ? { id, payload, expiresAt: Number(expires) } : undefined;
      }),
    );
    return sessions.filter((session) => session !== undefined);
  }

  async deleteBySubject(subject: string, except?: string): Promise<number> {
    const ids = (await this.#members(subject)).filter((id) => id !== except);
    const answers = await Promise.all(ids.map(async (id) => [id, await this.#run(REMOVE, this.#sessionKey(id), subject)] as const));
    const removed = answers.flatMap(([id, answer]) => (isEntry(answer) ? [[id, answer[1]] as const] : []));
    if (removed.length > 0) await this.#forget(subject, ...removed);
    return removed.length;
  }

  #sessionKey(id: string): string {
    return `${this.#prefix}session:${id}`;
  }

  #subjectKey(subject: string): string {
    return `${this.#prefix}subject:${subject}`;
  }

  async #index(subject: string, id: string, expiresAt: number): Promise<string> {
    return String(await this.#run(INDEX, this.#subjectKey(subject), id, String(expiresAt)));
  }

  async #forget(subject: string, ...entries: readonly (readonly [id: string, score: string])[]): Promise<void> {
    await this.#run(FORGET, this.#subjectKey(subject), ...entries.flat());
  }

  async #members(subject: string): Promise<readonly string[]> {
    return (await this.#run(MEMBERS, this.#subjectKey(subject))) as string[];
  }
}

function optional(text: string | undefined): [given: "y" | "n", text: string] {
  return text === undefined ? ["n", ""] : ["y", text];
}

/** Subject and score of an entry that a script answers with. */
function isEntry(answer: unknown): answer is [subject: string, score: string] {
  return Array.isArray(answer) && answer.length === 2;
}

function isNodeRedis(client: NodeRedisClient | IoredisClient): client is NodeRedisClient {
  return hasMethods(client, "hGet", "eval");
}

function isIoredis(client: NodeRedisClient | IoredisClient): client is IoredisClient {
  return hasMethods(client, "hget", "eval");
}

function hasMethods(client: object | undefined, ...names: readonly string[]): boolean {
  return names.every((name) => typeof (client as Readonly<Record<string, unknown>> | undefined)?.[name] === "function");
}
