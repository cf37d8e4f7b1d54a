import { lateModule } from "../late-module.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import type {
  AnnouncementListener,
  AnnouncingStore,
  IndexedStore,
  SetOptions,
  StoredSession,
} from "../sessions/store/session-store.ts";
import { subscriptionOf, type IoredisSubscriber, type NodeRedisSubscriber } from "./redis-subscription.ts";
import { withHeartbeat } from "./redis-heartbeat.ts";
import type { Subscribe } from "./redis-subscribe.ts";
import { sharedDeadline } from "./redis-deadline.ts";
import { ENTRIES, FORGET, INDEX, READ, REMOVE, WRITE } from "./redis-scripts.ts";
import { hasMethods, nameOf, wrongClient } from "./wrong-argument.ts";

const crypto = lateModule("node:crypto");

export type { IoredisSubscriber, NodeRedisSubscriber } from "./redis-subscription.ts";

/**
 * The methods that are used of a client of the package `redis`, which createClient, createCluster
 * or createSentinel returns.
 */
export interface NodeRedisClient {
  hGet(key: string, field: string): Promise<string | null | undefined>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Without it, each write sends the whole script. */
  evalSha?(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Without it, other processes are not told that a session has ended. */
  publish?(channel: string, message: string): Promise<unknown>;
}

/** The methods that are used of a client of the package `ioredis`: a Redis or a Cluster. */
export interface IoredisClient {
  hget(key: string, field: string): Promise<string | null | undefined>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Without it, each write sends the whole script. */
  evalsha?(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Without it, other processes are not told that a session has ended. */
  publish?(channel: string, message: string): Promise<unknown>;
}

/** Settings of RedisStore. */
export interface RedisStoreOptions {
  /**
   * The prefix of all key names in Redis. Default: "latchkey:". Give each application on one Redis
   * its own prefix. With another prefix, sessions saved before are not found.
   */
  readonly prefix?: string | undefined;
  /**
   * A second, connected client, for `manager.onEnd`: `await client.duplicate().connect()`, with
   * ioredis `client.duplicate()`. Redis takes other commands from a connection that subscribes only
   * in part, so it must not be the first one. The store subscribes to one channel with it,
   * `<prefix>ends`, and never opens or closes it. Of a `Cluster` of ioredis, it opens a connection
   * to one node while anybody listens. Without this option, sessions that other processes end are
   * noticed within 30 seconds.
   */
  readonly subscriber?: NodeRedisSubscriber | IoredisSubscriber | undefined;
}

/** An entry of a subject's index. */
type IndexEntry = readonly [id: string, score: string];

/** The number of commands that are sent at once. */
const CHUNK = 500;
/** The limit is reached only if the subject gets a new session in each round. */
const MAX_ROUNDS = 100;

/**
 * Saves sessions in Redis (or Valkey), on one server, behind Sentinel or on a Cluster. Redis itself
 * removes expired sessions.
 *
 * A read is one HGET. A write is one script that compares and writes in one step. A session that is
 * new and has a subject, or gets another subject, takes a second and third round trip for the index
 * of the subject. Scripts are called by their digest (EVALSHA). A Redis that does not have one yet
 * is sent its text (EVAL), so after a restart or a failover nothing has to be done. Redis has to
 * allow HGET and EVAL. Without the permission for EVALSHA, each write sends the text. The end of a
 * session is told other processes by one PUBLISH.
 *
 * Redis answers before a write is on disk or on a replica, unless `appendfsync always` is set. A
 * failover may lose the last writes. Reads must go to primaries (the default of both clients): a
 * replica may still show a session that was logged out.
 *
 * A Redis that has reached `maxmemory` with the policy `noeviction` refuses new sessions and
 * sessions that grow: its OOM error is thrown. Deleting, extending and shortening a session still
 * work, so a logout works.
 *
 * @example
 * import { createClient } from "redis";
 * import { RedisStore } from "latchkey/stores/redis";
 *
 * const client = await createClient({ url: "redis://localhost:6379" }).connect();
 * const store = new RedisStore(client);
 */
export class RedisStore implements AnnouncingStore, IndexedStore {
  readonly #prefix: string;
  readonly #read: (key: string) => Promise<string | null | undefined>;
  readonly #run: (script: string, key: string, ...args: string[]) => Promise<unknown>;
  readonly #publish: ((channel: string, message: string) => Promise<unknown>) | undefined;
  readonly #subscribe: Subscribe | undefined;

  /**
   * @param client of `redis` or `ioredis`, connected. The store never opens or closes it.
   * @throws InvalidOptionError if `client` is not a client of these packages, `prefix` is not a
   *   string, or an option is unknown.
   */
  constructor(client: NodeRedisClient | IoredisClient, options: RedisStoreOptions = {}) {
    checkOptions("RedisStore", options, ["prefix", "subscriber"], {
      client: "The client is the first argument: new RedisStore(client, { prefix }).",
      keyPrefix: 'Did you mean "prefix"?',
      ttl: "The manager sets the expiry: give it idleTimeout or lifetime.",
    });
    const { prefix = "latchkey:", subscriber } = options;
    if (typeof prefix !== "string") {
      throw new InvalidOptionError(
        `The option prefix of RedisStore must be a string. It is ${nameOf(prefix)}. Fix: prefix: "shop:".`,
      );
    }
    if (isNodeRedis(client)) {
      const current = sharedDeadline(client);
      this.#read = async (key) => await current().hGet(key, "payload");
      this.#run = byDigest(
        async (script, key, args) => await current().eval(script, { keys: [key], arguments: args }),
        async (digest, key, args) => await current().evalSha!(digest, { keys: [key], arguments: args }),
        client.evalSha !== undefined,
      );
    } else if (isIoredis(client)) {
      this.#read = async (key) => await client.hget(key, "payload");
      this.#run = byDigest(
        async (script, key, args) => await client.eval(script, 1, key, ...args),
        async (digest, key, args) => await client.evalsha!(digest, 1, key, ...args),
        client.evalsha !== undefined,
      );
    } else {
      throw wrongClient(
        "RedisStore needs a client of the package redis (createClient, createCluster, createSentinel) or ioredis (Redis, Cluster).",
        client,
        "new RedisStore(await createClient({ url }).connect()).",
      );
    }
    this.#publish =
      typeof client.publish === "function"
        ? async (channel, message) => await client.publish!(channel, message)
        : undefined;
    if (subscriber !== undefined) {
      const subscribe = subscriptionOf(subscriber, client);
      // What cannot publish cannot hear itself either.
      this.#subscribe = this.#publish === undefined ? subscribe : withHeartbeat(subscribe, this.#publish);
    }
    this.#prefix = prefix;
  }

  async get(id: string): Promise<string | undefined> {
    return (await this.#read(this.#sessionKey(id))) ?? undefined;
  }

  async set(id: string, payload: string, expiresAt: number, { replaces, subject }: SetOptions = {}): Promise<boolean> {
    const write = async (indexed: string): Promise<unknown> =>
      await this.#run(
        WRITE,
        this.#sessionKey(id),
        ...optional(replaces),
        ...optional(subject),
        payload,
        String(expiresAt),
        indexed,
      );
    const isNew = replaces === undefined;
    let answer = await write(isNew && subject !== undefined ? await this.#index(subject, id, expiresAt) : "0");
    if (answer === "index" && subject !== undefined) answer = await write(await this.#index(subject, id, expiresAt));
    if (isEntry(answer)) await this.#forget(answer[0], [[id, answer[1]]]);
    return answer !== "refused";
  }

  async delete(id: string): Promise<void> {
    const answer = await this.#run(REMOVE, this.#sessionKey(id));
    if (isEntry(answer)) await this.#forget(answer[0], [[id, answer[1]]]);
  }

  /**
   * The index and the sessions are read one after the other. A session that was renewed in between
   * is found under its new id, because the index is read again until no session has moved.
   */
  async listBySubject(subject: string): Promise<readonly StoredSession[]> {
    const found = new Map<string, StoredSession | undefined>();
    for (let round = 0; round < MAX_ROUNDS; round++) {
      let hasMoved = false;
      for (const entries of chunksOf(await this.#entries(subject))) {
        const unread = entries.filter((entry) => !found.has(entry.join()));
        await inParallel(unread, async (entry) => {
          const [id] = entry;
          const [payload, owner, expires] = (await this.#run(READ, this.#sessionKey(id))) as (string | null)[];
          if (typeof payload !== "string") return;
          const isTheirs = owner === subject;
          found.set(entry.join(), isTheirs ? { id, payload, expiresAt: Number(expires) } : undefined);
          hasMoved ||= !isTheirs;
        });
      }
      if (!hasMoved) return [...found.values()].filter((session) => session !== undefined);
    }
    throw tooBusy("listed");
  }

  /**
   * Repeats until a round removes nothing and finds no session that has moved, so that a session
   * that is renewed meanwhile is removed under its new id.
   */
  async deleteBySubject(subject: string, except?: string): Promise<number> {
    const moved = new Set<string>();
    let count = 0;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const before = count + moved.size;
      for (const entries of chunksOf(await this.#entries(subject))) {
        const removed: IndexEntry[] = [];
        await inParallel(entries, async (entry) => {
          const [id] = entry;
          if (id === except) return;
          const answer = await this.#run(REMOVE, this.#sessionKey(id), subject);
          if (isEntry(answer)) removed.push([id, answer[1]]);
          // The session became a mark, or got another subject, and may have left a new session. An
          // entry that was already seen does not count again.
          if (answer === "refused") moved.add(entry.join());
        });
        if (removed.length > 0) await this.#forget(subject, removed);
        count += removed.length;
      }
      if (count + moved.size === before) return count;
    }
    throw tooBusy("removed");
  }

  async announce(message: string): Promise<void> {
    await this.#publish?.(this.#channel, message);
  }

  /** Undefined without the option `subscriber`. */
  listen(listener: AnnouncementListener): Promise<() => Promise<void>> | undefined {
    return this.#subscribe?.(this.#channel, listener);
  }

  get #channel(): string {
    return `${this.#prefix}ends`;
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

  async #forget(subject: string, entries: readonly IndexEntry[]): Promise<void> {
    await this.#run(FORGET, this.#subjectKey(subject), ...entries.flat());
  }

  /** All entries of a subject's index that have not expired, at one moment. */
  async #entries(subject: string): Promise<readonly IndexEntry[]> {
    const flat = (await this.#run(ENTRIES, this.#subjectKey(subject))) as string[];
    return Array.from({ length: flat.length / 2 }, (_, at): IndexEntry => [flat[at * 2]!, flat[at * 2 + 1]!]);
  }
}

type RunScript = (scriptOrDigest: string, key: string, args: string[]) => Promise<unknown>;

/**
 * Runs a script by its digest, and sends its text if Redis does not know it. To send a kilobyte
 * with each write takes a fifth of the client's time.
 */
function byDigest(
  runText: RunScript,
  runDigest: RunScript,
  knowsDigests: boolean,
): (script: string, key: string, ...args: string[]) => Promise<unknown> {
  const digests = new Map<string, string>();
  return async (script, key, ...args) => {
    if (knowsDigests) {
      let digest = digests.get(script);
      if (digest === undefined)
        digests.set(script, (digest = crypto().createHash("sha1").update(script).digest("hex")));
      try {
        return await runDigest(digest, key, args);
      } catch (error) {
        // After either answer the script has not run.
        const [, answer] = /^(NOSCRIPT|NOPERM) /.exec(error instanceof Error ? error.message : "") ?? [];
        if (answer === undefined) throw error;
        if (answer === "NOPERM") knowsDigests = false;
      }
    }
    return await runText(script, key, args);
  };
}

function tooBusy(done: string): Error {
  return new Error(
    `The sessions of this subject could not all be ${done}: new sessions began ${MAX_ROUNDS} times meanwhile. Fix: stop the logins of this subject first, and try again.`,
  );
}

function optional(text: string | undefined): [given: "y" | "n", text: string] {
  return text === undefined ? ["n", ""] : ["y", text];
}

/** Whether a script answered with the subject and the score of an entry. */
function isEntry(answer: unknown): answer is [subject: string, score: string] {
  return Array.isArray(answer) && answer.length === 2;
}

function* chunksOf(entries: readonly IndexEntry[]): Generator<readonly IndexEntry[]> {
  for (let from = 0; from < entries.length; from += CHUNK) yield entries.slice(from, from + CHUNK);
}

async function inParallel(entries: readonly IndexEntry[], work: (entry: IndexEntry) => Promise<void>): Promise<void> {
  await Promise.all(entries.map(work));
}

function isNodeRedis(client: NodeRedisClient | IoredisClient): client is NodeRedisClient {
  return hasMethods(client, "hGet", "eval");
}

function isIoredis(client: NodeRedisClient | IoredisClient): client is IoredisClient {
  return hasMethods(client, "hget", "eval");
}
