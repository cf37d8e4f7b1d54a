import { explainPostgres, isExplainable, sqliteExplain, sqlitePlanLines } from "./explain.ts";
import { hasMethods, type Instrumentation, type Method, type Shape } from "./instrumentation.ts";
import { queries, type QueryMessage } from "./query-channel.ts";
import { isThenable } from "./tracer.ts";
import { wrapMethod } from "./wrap-method.ts";

/** A query as the dialect of kysely has compiled it. */
interface CompiledQuery {
  readonly sql?: unknown;
  readonly parameters?: unknown;
}

/** Database systems by the beginning of the name of kysely's adapter. */
const SYSTEMS: readonly (readonly [string, string])[] = [
  ["Postgres", "postgresql"],
  ["Sqlite", "sqlite"],
  ["Mysql", "mysql"],
  ["Mssql", "mssql"],
];

/** The methods of an executor that return another one: for a transaction, or with a plugin. */
const MAKERS = ["withConnectionProvider", "withPlugin", "withPlugins", "withPluginAtFront", "withoutPlugins"];

/**
 * A Kysely. Its executor is observed, and the executors that it makes for transactions and plugins.
 * BEGIN and COMMIT do not go through an executor and are not published.
 *
 * With MySQL it is left alone: mysql2 publishes by itself, and each statement would be there twice.
 */
export const kysely: Instrumentation = {
  name: "kysely (Kysely)",
  recognizes: (client) => hasMethods(client, "getExecutor", "selectFrom", "executeQuery"),
  instrument: (client) => {
    const executor = (client["getExecutor"] as Method).call(client) as Shape;
    const system = systemOf(executor);
    if (system !== "mysql") observeExecutor(executor, executor["provideConnection"] as Method, executor, system);
    return client;
  },
};

/**
 * @param provide the method of the first executor, which hands out a connection that nothing else
 *   uses. That of a transaction would hand out the connection of the transaction.
 */
function observeExecutor(executor: Shape, provide: Method, root: Shape, system: string): Shape {
  const messageOf = (query: CompiledQuery): QueryMessage => {
    const text = String(query.sql);
    const explain = isExplainable(text) ? explainers[system] : undefined;
    return {
      system,
      text,
      params: Array.isArray(query.parameters) ? (query.parameters as readonly unknown[]) : undefined,
      ...(explain === undefined
        ? {}
        : {
            explain: async () =>
              (await Reflect.apply(provide, root, [
                async (connection: Shape) => await explain(connection, query),
              ] as unknown[])) as readonly string[],
          }),
    };
  };
  const isNew = wrapMethod(
    executor,
    "executeQuery",
    (executeQuery) =>
      function (this: unknown, ...args) {
        if (!queries.isHeard) return Reflect.apply(executeQuery, this, args);
        return queries.run(messageOf(args[0] as CompiledQuery), (trace) => {
          const promise = Reflect.apply(executeQuery, this, args);
          trace.goesOn();
          return isThenable(promise) ? trace.follow(promise, (result) => ({ rows: countRows(result) })) : promise;
        });
      },
  );
  if (!isNew) return executor;
  wrapMethod(
    executor,
    "stream",
    (stream) =>
      function (this: unknown, ...args) {
        const rows = Reflect.apply(stream, this, args) as AsyncIterator<unknown>;
        return queries.isHeard ? followStream(rows, messageOf(args[0] as CompiledQuery)) : rows;
      },
  );
  for (const name of MAKERS) {
    wrapMethod(
      executor,
      name,
      (make) =>
        function (this: unknown, ...args) {
          return observeExecutor(Reflect.apply(make, this, args) as Shape, provide, root, system);
        },
    );
  }
  return executor;
}

/** The query of a stream begins with the first batch of rows that is asked for. */
function followStream(stream: AsyncIterator<unknown>, message: QueryMessage): AsyncIterator<unknown> {
  const iterator = stream as unknown as Shape;
  let rows = 0;
  let trace: ReturnType<typeof queries.begin> | undefined;
  wrapMethod(
    iterator,
    "next",
    (next) =>
      async function (this: unknown, ...args) {
        if (trace === undefined) (trace = queries.begin(message)).goesOn();
        try {
          const step = (await Reflect.apply(next, this, args)) as IteratorResult<unknown>;
          if (step.done === true) trace.succeeds({ rows });
          else rows += countRows(step.value) ?? 0;
          return step;
        } catch (error) {
          trace.fails(error);
          throw error;
        }
      },
  );
  wrapMethod(
    iterator,
    "return",
    (end) =>
      async function (this: unknown, ...args) {
        const step = await Reflect.apply(end, this, args);
        trace?.succeeds({ rows });
        return step;
      },
  );
  return stream;
}

const explainers: Readonly<
  Record<string, ((connection: Shape, query: CompiledQuery) => Promise<readonly string[]>) | undefined>
> = {
  postgresql: async (connection, query) =>
    await explainPostgres(
      async (text, isStatement) => await rowsOf(connection, text, isStatement ? query.parameters : []),
      String(query.sql),
    ),
  sqlite: async (connection, query) =>
    sqlitePlanLines(await rowsOf(connection, sqliteExplain(String(query.sql)), query.parameters)),
};

async function rowsOf(connection: Shape, sql: string, parameters: unknown): Promise<unknown> {
  const raw = { sql, parameters, query: { kind: "RawNode", sqlFragments: [sql], parameters: [] }, queryId: {} };
  return ((await (connection["executeQuery"] as Method)(raw)) as { rows?: unknown }).rows;
}

function countRows(result: unknown): number | undefined {
  const { rows, numAffectedRows } = (result ?? {}) as { rows?: unknown; numAffectedRows?: unknown };
  if (numAffectedRows !== undefined) return Number(numAffectedRows);
  return Array.isArray(rows) ? rows.length : undefined;
}

function systemOf(executor: Shape): string {
  const adapter = (executor["adapter"] as object | undefined)?.constructor.name ?? "";
  return SYSTEMS.find(([beginning]) => adapter.startsWith(beginning))?.[1] ?? "sql";
}
