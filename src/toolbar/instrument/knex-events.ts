import type { Method, Shape } from "./instrumentation.ts";
import { queries, type QueryMessage } from "./query-channel.ts";
import type { Trace } from "./tracer.ts";

/** The most statements that have begun and not ended. A stream has no event for its end. */
const MOST_OPEN = 1_000;
const observed = new WeakSet<object>();
/** Databases that knex names in another way. */
const SYSTEMS: Readonly<Record<string, string>> = { sqlite3: "sqlite" };

/** What knex tells of a statement, with an id that its events share. */
interface KnexQuery {
  readonly sql?: unknown;
  readonly bindings?: unknown;
  readonly __knexQueryUid?: unknown;
}

/** Publishes the statements of a knex client by its events. Those of transactions reach it too. */
export function followEvents(client: Shape): void {
  if (observed.has(client)) return;
  observed.add(client);
  const open = new Map<unknown, Trace<QueryMessage>>();
  const dialect = String(client["dialect"]);
  const begin = ({ sql, bindings, __knexQueryUid: id }: KnexQuery): void => {
    if (!queries.isHeard || typeof sql !== "string" || id === undefined) return;
    const trace = queries.begin({
      system: SYSTEMS[dialect] ?? dialect,
      text: sql,
      params: Array.isArray(bindings) ? (bindings as readonly unknown[]) : undefined,
    });
    trace.goesOn();
    open.set(id, trace);
    const [eldest] = open.keys();
    if (open.size > MOST_OPEN) open.delete(eldest);
  };
  const end = ({ __knexQueryUid: id }: KnexQuery, settle: (trace: Trace<QueryMessage>) => void): void => {
    const trace = open.get(id);
    open.delete(id);
    if (trace !== undefined) settle(trace);
  };
  const on = (event: string, listener: (...args: never[]) => void): void =>
    void (client["on"] as Method).call(client, event, listener);
  on("query", (query: KnexQuery) => begin(query));
  on("query-response", (result: unknown, query: KnexQuery) =>
    end(query, (trace) => trace.succeeds({ result, rows: Array.isArray(result) ? result.length : undefined })),
  );
  on("query-error", (error: unknown, query: KnexQuery) => end(query, (trace) => trace.fails(error)));
}
