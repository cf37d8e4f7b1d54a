import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ErrorRequestHandler } from "express";
import type { SessionStore } from "latchkey";
import { MemoryStore } from "latchkey/stores/memory";
import { createClient } from "redis";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { CookieJar } from "../support/cookies.ts";
import { redisPrograms, startRedis, type Service } from "../support/services.ts";

/** Where a session may be saved, for tests of both. */
export const PLACES: readonly (readonly [where: string, store: () => SessionStore | undefined])[] = [
  ["in the cookie", () => undefined],
  ["in a store", () => new MemoryStore()],
];

/** Serves an application on this machine until the test ends, and gives its address. */
export async function serve(application: RequestListener): Promise<string> {
  const server = createServer(application).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise<unknown>((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly form?: Readonly<Record<string, string>>;
}

/**
 * A browser, as far as a server's sessions know one: it keeps cookies, and follows no redirect by
 * itself.
 */
export class Visitor {
  readonly jar = new CookieJar();
  readonly #address: string;
  readonly #host: string;

  /** @param host the name by which it calls the server, unless that is the address. */
  constructor(address: string, host: string = new URL(address).host) {
    this.#address = address;
    this.#host = host;
  }

  async visit(path: string, { headers = {}, form }: Request = {}): Promise<Response> {
    const body = form === undefined ? undefined : new URLSearchParams(form).toString();
    // Not with fetch, which does not allow to choose the Host header.
    const outgoing = httpRequest(this.#address + path, {
      method: body === undefined ? "GET" : "POST",
      agent: false,
      headers: {
        Host: this.#host,
        ...(this.jar.header === undefined ? {} : { Cookie: this.jar.header }),
        ...(body === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" }),
        ...headers,
      },
    }).end(body);
    const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
    const answer = new Response(await text(incoming), { status: incoming.statusCode! });
    for (let index = 0; index < incoming.rawHeaders.length; index += 2)
      answer.headers.append(incoming.rawHeaders[index]!, incoming.rawHeaders[index + 1]!);
    this.jar.take(answer.headers.getSetCookie());
    return answer;
  }

  async read(path: string): Promise<string> {
    return await (await this.visit(path)).text();
  }

  /** Another person with a copy of this visitor's cookies. */
  copy(): Visitor {
    const other = new Visitor(this.#address, this.#host);
    other.jar.take(this.jar.header?.split("; ") ?? []);
    return other;
  }
}

/** Answers an error by its code, as an application's own error page would. */
export const answerErrors: ErrorRequestHandler = (
  error: { readonly code?: string; readonly message: string },
  _request,
  response,
  next,
) => {
  if (response.headersSent) return next(error);
  response.status(500).send(`${error.code ?? "error"}: ${error.message}`);
};

/** Holds callers back until this many have arrived. */
export function meetingOf(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return async () => {
    if (++arrived === count) resolve();
    await promise;
  };
}

/** A point where a request waits until the test lets it continue. */
export class Checkpoint {
  readonly #arrived = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();

  /** Says that one is here, and waits. */
  async pass(): Promise<void> {
    this.#arrived.resolve();
    await this.#opened.promise;
  }

  /** Resolves when one is here. */
  get arrived(): Promise<void> {
    return this.#arrived.promise;
  }

  open(): void {
    this.#opened.resolve();
  }
}

/** The same store, and what is asked of it. */
export function recorded(store: SessionStore): { readonly store: SessionStore; readonly calls: string[] } {
  const calls: string[] = [];
  const note = <Args extends readonly unknown[], Answer>(name: string, ask: (...args: Args) => Promise<Answer>) => {
    return async (...args: Args): Promise<Answer> => {
      calls.push(name);
      return await ask(...args);
    };
  };
  return {
    calls,
    store: {
      get: note("get", async (id: string) => await store.get(id)),
      set: note("set", async (...args: Parameters<SessionStore["set"]>) => await store.set(...args)),
      delete: note("delete", async (id: string) => await store.delete(id)),
    },
  };
}

/** Opens a client that fails at once while Redis is away, as docs/stores-redis.md has it. */
async function connect(port: number) {
  return await createClient({ url: `redis://127.0.0.1:${port}`, disableOfflineQueue: true })
    .on("error", () => undefined)
    .connect();
}

export interface Redis {
  readonly server: Service;
  readonly client: Awaited<ReturnType<typeof connect>>;
}

/** Starts a Redis server, and opens a client of it. */
export async function openRedis(options: Parameters<typeof startRedis>[0] = {}): Promise<Redis> {
  const server = await startRedis(options);
  return { server, client: await connect(server.port) };
}

export async function closeRedis({ server, client }: Redis): Promise<void> {
  client.destroy();
  await server.stop();
}

/** A Redis server for the tests of one file, where the machine has one. */
export function useRedis(): () => Redis {
  let redis: Redis | undefined;
  beforeAll(async () => {
    if (redisPrograms !== undefined) redis = await openRedis();
  });
  afterAll(async () => {
    if (redis !== undefined) await closeRedis(redis);
  });
  return () => redis!;
}
