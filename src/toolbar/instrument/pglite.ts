import { explainPostgres, isExplainable } from "./explain.ts";
import { hasMethods, type Instrumentation, type Method, type Shape } from "./instrumentation.ts";
import { queries, type QueryMessage } from "./query-channel.ts";
import { isThenable } from "./tracer.ts";
import { wrapMethod } from "./wrap-method.ts";

/** What a call is: its text and its values. */
type Describe = (args: readonly unknown[]) => { readonly text: string; readonly params: unknown };

const TEXT: Describe = ([text, params]) => ({ text: String(text), params });
const TEMPLATE: Describe = ([strings, ...params]) => ({
  text: (strings as readonly string[]).reduce((text, part, index) => `${text}$${index}${part}`),
  params,
});

/**
 * A PGlite, which is PostgreSQL within the process. The BEGIN and COMMIT of `transaction` are its
 * own and are not published.
 */
export const pglite: Instrumentation = {
  name: "PGlite",
  recognizes: (client) => hasMethods(client, "query", "exec", "sql", "transaction", "execProtocol"),
  instrument: (database) => {
    const transaction = database["transaction"] as Method;
    const explain = async (text: string, params: unknown): Promise<readonly string[]> =>
      (await Reflect.apply(transaction, database, [
        async (inner: Shape) => await explainIn(inner, text, params),
      ] as unknown[])) as readonly string[];
    // `sql` of the database calls its `query`. That of a transaction does not.
    observe(database, "query", TEXT, explain);
    observe(database, "exec", TEXT);
    wrapMethod(
      database,
      "transaction",
      () =>
        function (this: unknown, run, ...rest) {
          if (typeof run !== "function") return Reflect.apply(transaction, this, [run, ...rest]);
          const observed: Method = function (this: unknown, inner, ...more) {
            observe(inner as Shape, "query", TEXT, explain);
            observe(inner as Shape, "sql", TEMPLATE, explain);
            observe(inner as Shape, "exec", TEXT);
            return Reflect.apply(run, this, [inner, ...more]) as unknown;
          };
          return Reflect.apply(transaction, this, [observed, ...rest]);
        },
    );
    return database;
  },
};

function observe(
  target: Shape,
  name: string,
  describe: Describe,
  explain?: (text: string, params: unknown) => Promise<readonly string[]>,
): void {
  wrapMethod(
    target,
    name,
    (method) =>
      function (this: unknown, ...args) {
        if (!queries.isHeard) return Reflect.apply(method, this, args);
        const { text, params } = describe(args);
        const message: QueryMessage = {
          system: "postgresql",
          text,
          params: Array.isArray(params) ? (params as readonly unknown[]) : undefined,
          ...(explain !== undefined && isExplainable(text) ? { explain: async () => await explain(text, params) } : {}),
        };
        return queries.run(message, (trace) => {
          const promise = Reflect.apply(method, this, args);
          trace.goesOn();
          return isThenable(promise) ? trace.follow(promise, (result) => ({ rows: countRows(result) })) : promise;
        });
      },
  );
}

/** PGlite has one connection, so the transaction waits until the application's own is over. */
async function explainIn(inner: Shape, text: string, params: unknown): Promise<readonly string[]> {
  const { query } = inner as Record<string, Method>;
  return await explainPostgres(async (sql, isStatement) => {
    if (sql === "ROLLBACK") return await (inner["rollback"] as Method)();
    const begun = sql === "BEGIN READ ONLY" ? "SET TRANSACTION READ ONLY" : sql;
    return ((await query!(begun, isStatement ? params : [])) as { rows: unknown }).rows;
  }, text);
}

function countRows(result: unknown): number | undefined {
  if (Array.isArray(result)) return result.reduce((sum: number, one) => sum + (countRows(one) ?? 0), 0);
  const { rows, affectedRows } = (result ?? {}) as { rows?: unknown; affectedRows?: unknown };
  if (Array.isArray(rows) && rows.length > 0) return rows.length;
  return typeof affectedRows === "number" ? affectedRows : undefined;
}
