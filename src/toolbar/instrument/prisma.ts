import { explainPostgres, isExplainable, sqliteExplain, sqlitePlanLines } from "./explain.ts";
import { hasMethods, type Instrumentation, type Method, type Shape } from "./instrumentation.ts";
import { queries, type QueryMessage } from "./query-channel.ts";
import { isThenable } from "./tracer.ts";
import { wrapMethod } from "./wrap-method.ts";

/** A statement as Prisma hands it to its driver adapter. */
interface SqlQuery {
  readonly sql?: unknown;
  readonly args?: unknown;
  readonly argTypes?: unknown;
}

/** The databases that Prisma names in another way. */
const SYSTEMS: Readonly<Record<string, string>> = { postgres: "postgresql" };

/**
 * A driver adapter of Prisma: the object that a PrismaClient is given as `adapter`, such as
 * `new PrismaPg(…)`. Its statements are published as the database gets them.
 *
 * A PrismaClient itself is not observed. Its extensions see operations without SQL, and its event
 * `query` comes after the statement and does not say of which request.
 */
export const prisma: Instrumentation = {
  name: "Prisma (a driver adapter, before it is given to PrismaClient)",
  recognizes: (client) =>
    hasMethods(client, "connect") &&
    typeof client["adapterName"] === "string" &&
    typeof client["provider"] === "string",
  instrument: (factory) => {
    wrapMethod(factory, "connect", observeMade);
    return factory;
  },
};

/** Observes the adapter that a promise of the method hands out. */
function observeMade(make: Method): Method {
  return function (this: unknown, ...args) {
    const made = Reflect.apply(make, this, args);
    if (!isThenable(made)) return made;
    return made.then(
      (adapter) => observeAdapter(adapter as Shape),
      (error: unknown) => {
        throw error;
      },
    );
  };
}

function observeAdapter(adapter: Shape): Shape {
  const { queryRaw, startTransaction } = adapter as Record<string, Method | undefined>;
  const system = String(adapter["provider"]);
  const database = nameOf(adapter);
  const observe = (name: string, rowsOf: (result: unknown) => number | undefined): void => {
    wrapMethod(
      adapter,
      name,
      (method) =>
        function (this: unknown, ...args) {
          if (!queries.isHeard) return Reflect.apply(method, this, args);
          const [query] = args;
          const sql = typeof query === "string" ? { sql: query } : ((query ?? {}) as SqlQuery);
          return queries.run(messageOf(sql), (trace) => {
            const promise = Reflect.apply(method, this, args);
            trace.goesOn();
            return isThenable(promise) ? trace.follow(promise, (result) => ({ rows: rowsOf(result) })) : promise;
          });
        },
    );
  };
  const messageOf = (query: SqlQuery): QueryMessage => {
    const text = String(query.sql);
    return {
      system: SYSTEMS[system] ?? system,
      database,
      text,
      params: Array.isArray(query.args) ? (query.args as readonly unknown[]) : undefined,
      ...(system !== "mysql" && queryRaw !== undefined && isExplainable(text)
        ? { explain: async () => await explain(adapter, { queryRaw, startTransaction }, query) }
        : {}),
    };
  };
  observe("queryRaw", (result) => (result as { rows?: { length: number } } | undefined)?.rows?.length);
  observe("executeRaw", (changed) => (typeof changed === "number" ? changed : undefined));
  observe("executeScript", () => undefined);
  wrapMethod(adapter, "startTransaction", observeMade);
  return adapter;
}

async function explain(
  adapter: Shape,
  { queryRaw, startTransaction }: Readonly<Record<string, Method | undefined>>,
  query: SqlQuery,
): Promise<readonly string[]> {
  const text = String(query.sql);
  const run = async (target: Shape, method: Method, sql: string, isStatement = true): Promise<unknown> => {
    const { args, argTypes } = isStatement ? query : { args: [], argTypes: [] };
    const answer = (await Reflect.apply(method, target, [{ sql, args, argTypes }])) as {
      columnNames: readonly string[];
      rows: readonly (readonly unknown[])[];
    };
    return answer.rows.map((row) => Object.fromEntries(answer.columnNames.map((name, index) => [name, row[index]])));
  };
  if (adapter["provider"] === "sqlite") return sqlitePlanLines(await run(adapter, queryRaw!, sqliteExplain(text)));
  if (startTransaction === undefined) throw new Error("A plan cannot be asked for inside of a transaction.");
  // A transaction of the adapter has a connection of its own. It has begun already.
  const transaction = (await Reflect.apply(startTransaction, adapter, [])) as Shape;
  try {
    const method = transaction["queryRaw"] as Method;
    return await explainPostgres(
      async (sql, isStatement) =>
        await run(transaction, method, sql === "BEGIN READ ONLY" ? "SET TRANSACTION READ ONLY" : sql, isStatement),
      text,
    );
  } finally {
    await (transaction["rollback"] as Method).call(transaction);
  }
}

function nameOf(adapter: Shape): string | undefined {
  const info = adapter["getConnectionInfo"];
  const { schemaName } = typeof info === "function" ? (info.call(adapter) as { schemaName?: unknown }) : {};
  return typeof schemaName === "string" ? schemaName : undefined;
}
