import { explainPostgres, isExplainable } from "./explain.ts";
import { hasMethods, type Instrumentation, type Method, type Shape } from "./instrumentation.ts";
import { followSubmittable } from "./pg-submittable.ts";
import { queries, type QueryMessage } from "./query-channel.ts";
import { isThenable, type Trace } from "./tracer.ts";
import { wrapMethod } from "./wrap-method.ts";

type Connect = () => Promise<Shape>;

/** The message of the `pool.query` that is calling `pool.connect` at this moment. */
let connectingFor: QueryMessage | undefined;
/** The client with a next query that is not published: its pool has published it already. */
let unpublished: unknown;

/** The package `pg`: pools, the clients that they hand out, and clients of their own. */
export const pg: Instrumentation = {
  name: "pg (Pool, Client)",
  recognizes: (client) => isPool(client) || isClient(client),
  instrument: (client) => {
    if (isPool(client)) instrumentPool(client);
    else instrumentClient(client, async () => await newConnection(client));
    return client;
  },
};

function isPool(client: Shape): boolean {
  return hasMethods(client, "query", "connect", "end", "on") && "totalCount" in client && "options" in client;
}

function isClient(client: Shape): boolean {
  return hasMethods(client, "query", "connect", "end", "on", "escapeLiteral") && "connectionParameters" in client;
}

/** @param connect a connection that nothing else uses, with a method `release`. */
function instrumentClient(client: Shape, connect: Connect): void {
  wrapMethod(
    client,
    "query",
    (query) =>
      function (this: unknown, ...args) {
        const isPublished = unpublished !== this;
        unpublished = undefined;
        if (!isPublished || !queries.isHeard) return Reflect.apply(query, this, args);
        return traced(messageOf(client["database"], args, connect), args, (all) => Reflect.apply(query, this, all));
      },
  );
}

function instrumentPool(pool: Shape): void {
  const { query, connect } = pool as Record<string, Method>;
  const release = (client: Shape): void => instrumentClient(client, open);
  const open: Connect = async () => (await Reflect.apply(connect!, pool, [])) as Shape;
  const isNew = wrapMethod(
    pool,
    "query",
    () =>
      function (this: unknown, ...args) {
        // pg-pool refuses a function in place of the statement.
        if (!queries.isHeard || typeof args[0] === "function") return Reflect.apply(query!, this, args);
        const message = messageOf(databaseOf(pool["options"]), args, open);
        return traced(message, args, (all) => {
          connectingFor = message;
          try {
            return Reflect.apply(query!, this, all);
          } finally {
            connectingFor = undefined;
          }
        });
      },
  );
  if (!isNew) return;
  // `pool.query` calls `this.connect(callback)`, and in the callback `client.query`. That is a
  // later moment, in the context of the request that has released the client, so the query is
  // published above, and not there.
  wrapMethod(
    pool,
    "connect",
    () =>
      function (this: unknown, ...args) {
        const [callback] = args;
        const message = connectingFor;
        connectingFor = undefined;
        if (message === undefined || typeof callback !== "function") return Reflect.apply(connect!, this, args);
        return Reflect.apply(connect!, this, [
          (error: unknown, client: Shape | undefined, ...rest: unknown[]): unknown => {
            if (client === undefined) return callback(error, client, ...rest) as unknown;
            message.database = client["database"] as string | undefined;
            unpublished = client;
            try {
              return callback(error, client, ...rest) as unknown;
            } finally {
              unpublished = undefined;
            }
          },
        ]);
      },
  );
  // The public sign that a client is about to be handed out. It comes before its receiver runs.
  (pool["on"] as Method).call(pool, "acquire", release as Method);
}

/** Calls `query`, and ends the message in the way in which the caller is answered. */
function traced(message: QueryMessage, args: readonly unknown[], call: (args: readonly unknown[]) => unknown): unknown {
  return queries.run(message, (trace) => {
    const [config, values, callback] = args;
    const followed = (original: unknown): Method => trace.followCallback(original as Method, outcomeOf);
    if (isShape(config) && typeof config["submit"] === "function") {
      followSubmittable(config, trace);
      return goesOn(trace, call(args));
    }
    if (typeof values === "function") return goesOn(trace, call(args.with(1, followed(values))));
    if (typeof callback === "function") return goesOn(trace, call(args.with(2, followed(callback))));
    if (isShape(config) && typeof config["callback"] === "function")
      return goesOn(trace, call(args.with(0, withCallback(config, followed(config["callback"])))));
    const result = goesOn(trace, call(args));
    return isThenable(result) ? trace.follow(result, outcomeOf) : result;
  });
}

function goesOn(trace: Trace<QueryMessage>, result: unknown): unknown {
  trace.goesOn();
  return result;
}

function outcomeOf(result: unknown): Partial<QueryMessage> {
  return { rows: countRows(result) };
}

/** The same settings, with another callback. They may be of a class, and have getters. */
function withCallback(config: Shape, callback: Method): Shape {
  return Object.create(config, { callback: { value: callback, writable: true, enumerable: true } }) as Shape;
}

function messageOf(database: unknown, [config, values]: readonly unknown[], connect: Connect): QueryMessage {
  const settings: Shape = isShape(config) ? config : { text: config };
  const cursor = settings["cursor"];
  const source = isShape(cursor) ? cursor : settings;
  const text = firstText(source["text"], source["name"]);
  const params = Array.isArray(values) ? values : source["values"];
  return {
    system: "postgresql",
    database: typeof database === "string" ? database : undefined,
    text,
    params: Array.isArray(params) ? (params as readonly unknown[]) : undefined,
    ...(isExplainable(text) ? { explain: async () => await explain(connect, text, params) } : {}),
  };
}

async function explain(connect: Connect, text: string, params: unknown): Promise<readonly string[]> {
  const client = await connect();
  let isBroken = true;
  try {
    const plan = await explainPostgres(async (sql, isStatement) => {
      // "extended" is the protocol that takes one statement only.
      const config = { text: sql, ...(isStatement ? { values: params ?? [], queryMode: "extended" } : {}) };
      unpublished = client;
      const answer = Reflect.apply(client["query"] as Method, client, [config]);
      unpublished = undefined;
      return ((await answer) as { rows: unknown }).rows;
    }, text).catch((error: unknown) => {
      // An error of the database leaves the connection as it was. Others do not.
      isBroken = !(error instanceof Error && "severity" in error);
      throw error;
    });
    isBroken = false;
    return plan;
  } finally {
    (client["release"] as Method).call(client, isBroken);
  }
}

/** A connection with the settings of another one, which may be in a transaction. */
async function newConnection(client: Shape): Promise<Shape> {
  const { host, port, user, password, database, ssl } = client;
  const Client = client.constructor as new (settings: object) => Shape & { connect: Connect; end: () => Promise<void> };
  const connection = new Client({ host, port, user, password, database, ssl });
  await connection.connect();
  // A plan that nobody waits for any more is no reason to end the process.
  (connection["on"] as Method).call(connection, "error", (() => {}) as Method);
  return Object.assign(connection, { release: async () => await connection.end() });
}

function countRows(result: unknown): number | undefined {
  if (Array.isArray(result)) return result.reduce((sum: number, one) => sum + (countRows(one) ?? 0), 0);
  if (!isShape(result)) return undefined;
  if (typeof result["rowCount"] === "number") return result["rowCount"];
  return Array.isArray(result["rows"]) ? result["rows"].length : undefined;
}

/** The database that the options of a pool name. Otherwise the first client knows it. */
function databaseOf(options: unknown): unknown {
  if (!isShape(options)) return undefined;
  const { database, connectionString } = options;
  if (typeof database === "string") return database;
  const path = typeof connectionString === "string" ? URL.parse(connectionString)?.pathname.slice(1) : undefined;
  return path === "" ? undefined : path;
}

function firstText(...candidates: readonly unknown[]): string {
  return candidates.find((candidate) => typeof candidate === "string") ?? "";
}

function isShape(value: unknown): value is Shape {
  return typeof value === "object" && value !== null;
}
