import type { Origin } from "../origin.ts";
import { EXPLAIN_TIMEOUT, isExplainable, planLines, postgresExplain } from "./explain.ts";
import { hasMethods, type Instrumentation, type Method, type Shape } from "./instrumentation.ts";
import { repairOrigin } from "./postgres-js-origin.ts";
import { isQuery, renderQuery } from "./postgres-js-text.ts";
import { queries, type QueryMessage } from "./query-channel.ts";
import { isThenable, type Trace } from "./tracer.ts";

type Tag = Shape & ((...args: unknown[]) => unknown);

/** The observed tag of each tag, in both directions. */
const observed = new WeakMap<object, Tag>();

/**
 * The package `postgres` (postgres.js). What calls the tag has to be wrapped, because nothing else
 * of the library sees a query at the time at which the application makes it. So the returned tag
 * has to be used in place of the one that was given.
 *
 * The BEGIN and COMMIT of `sql.begin` are the library's own and are not published.
 */
export const postgresJs: Instrumentation = {
  name: "postgres.js (sql; use the returned one)",
  recognizes: (client) =>
    typeof client === "function" && (observed.has(client) || hasMethods(client, "unsafe", "begin", "reserve", "file")),
  instrument: (client) => observe(client as Tag, client as Tag),
};

/** @param root the tag that connects to the database by itself, for plans. */
function observe(tag: Tag, root: Tag): Tag {
  const known = observed.get(tag);
  if (known !== undefined) return known;
  const methods = new Map<PropertyKey, unknown>();
  const proxy: Tag = new Proxy(tag, {
    apply: (target, _this, args: unknown[]) => repairOrigin(watch(target(...args), root), args[0]),
    get: (target, key) => {
      const value = Reflect.get(target, key) as unknown;
      if (typeof key !== "string" || typeof value !== "function" || !Object.hasOwn(WRAPPERS, key)) return value;
      if (!methods.has(key)) methods.set(key, WRAPPERS[key]!(value as Method, target, root));
      return methods.get(key);
    },
  });
  observed.set(tag, proxy);
  observed.set(proxy, proxy);
  return proxy;
}

/** The methods that make queries, or that hand out tags. */
const WRAPPERS: Readonly<Record<string, (method: Method, tag: Tag, root: Tag) => Method>> = {
  unsafe:
    (method, tag, root) =>
    (...args) =>
      watch(Reflect.apply(method, tag, args), root),
  file:
    (method, tag, root) =>
    (...args) =>
      watch(Reflect.apply(method, tag, args), root, args[0]),
  begin: withObservedTag,
  savepoint: withObservedTag,
  reserve:
    (method, tag, root) =>
    (...args) => {
      const reserved = Reflect.apply(method, tag, args);
      if (!isThenable(reserved)) return reserved;
      return reserved.then(
        (inner) => observe(inner as Tag, root),
        (error: unknown) => {
          throw error;
        },
      );
    },
};

/** `begin` and `savepoint` hand a tag to a function, or to a template. */
function withObservedTag(method: Method, tag: Tag, root: Tag): Method {
  return (...args) => {
    const [strings] = args;
    if (Array.isArray(strings) && "raw" in strings)
      return Reflect.apply(method, tag, [(inner: Tag): unknown => observe(inner, root)(...args)]);
    return Reflect.apply(
      method,
      tag,
      args.map((arg) =>
        typeof arg === "function"
          ? (inner: Tag, ...rest: unknown[]): unknown => (arg as Method)(observe(inner, root), ...rest)
          : arg,
      ),
    );
  };
}

/** @param file the path, for a query with a text that is not read yet. */
function watch(query: unknown, root: Tag, file?: unknown): unknown {
  if (!queries.isHeard || !isQuery(query)) return query;
  const origin = new Error("query");
  // A query begins when it is awaited, once. One that is a part of another is never awaited.
  const handle = query["handle"] as Method;
  const method: Method = function (this: unknown, ...args) {
    delete query["handle"];
    begin(query, root, origin, file);
    return Reflect.apply(handle, this, args);
  };
  Object.defineProperty(query, "handle", { value: method, writable: true, configurable: true, enumerable: false });
  return query;
}

function begin(query: Shape, root: Tag, origin: Origin, file: unknown): void {
  const options = root["options"] as Shape | undefined;
  const { text, values, types } = renderQuery(query, options);
  const message: QueryMessage = {
    system: "postgresql",
    database: typeof options?.["database"] === "string" ? options["database"] : undefined,
    text: file === undefined ? text : `sql.file(${typeof file === "string" ? JSON.stringify(file) : "…"})`,
    params: values,
    ...(isExplainable(text) ? { explain: async () => await explain(root, text, values, types) } : {}),
  };
  const trace = queries.begin(message, origin);
  trace.goesOn();
  settleWith(query, trace);
}

/**
 * The connection reports the outcome by the query's own functions `resolve` and `reject`, and the
 * rows of a cursor by `cursorFn`. A cursor sets them again for each batch, so they become
 * accessors. A handler on the promise would execute a query that only describes itself, and would
 * hide an error that the application does not handle.
 */
function settleWith(query: Shape, trace: Trace<QueryMessage>): void {
  let batches = 0;
  const before = (name: string, run: (value: unknown) => void): void => {
    let current = query[name];
    Object.defineProperty(query, name, {
      configurable: true,
      enumerable: true,
      get: () => {
        const original = current;
        if (typeof original !== "function") return original;
        return (value: unknown, ...rest: unknown[]): unknown => {
          run(value);
          return original(value, ...rest) as unknown;
        };
      },
      set: (value: unknown) => {
        current = value;
      },
    });
  };
  before("cursorFn", (rows) => void (batches += Array.isArray(rows) ? rows.length : 0));
  before("resolve", (result) => trace.succeeds({ rows: batches > 0 ? batches : countRows(result), result }));
  before("reject", (error) => trace.fails(error));
}

function countRows(result: unknown): number | undefined {
  if (!Array.isArray(result)) return undefined;
  const { count } = result as { count?: unknown };
  if (typeof count === "number") return count;
  // Several statements in one text have a result each.
  if (result.some((one) => Array.isArray(one) && "command" in one))
    return result.reduce((sum: number, one) => sum + (countRows(one) ?? 0), 0);
  return result.length;
}

async function explain(
  root: Tag,
  text: string,
  values: readonly unknown[],
  types: readonly unknown[],
): Promise<readonly string[]> {
  const typed = root["typed"] as Method;
  const args = values.map((value, index) => (types[index] ? typed(value, types[index]) : value));
  const plan = (root["begin"] as Method)("read only", async (inner: Tag) => {
    const unsafe = inner["unsafe"] as Method;
    // A lock that another connection holds would otherwise be waited for without end.
    await unsafe(`SET LOCAL statement_timeout = ${EXPLAIN_TIMEOUT}`);
    // Without "simple", the text may be one statement only.
    return await unsafe(postgresExplain(text), args, { simple: false });
  });
  return planLines(await plan);
}
