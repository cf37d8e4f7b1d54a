import type { Method, Shape } from "./instrumentation.ts";
import type { QueryMessage } from "./query-channel.ts";
import type { Trace } from "./tracer.ts";

/**
 * Ends a trace with a query object of `pg`: a `Query`, a cursor of pg-cursor, or the stream of
 * pg-query-stream. They have no promise, and a listener of ours would change what they do: with a
 * listener for `row` they collect no rows, with one for `error` an error is not thrown.
 *
 * So the methods that the connection calls on the object are replaced until the query is over.
 */
export function followSubmittable(query: Shape, trace: Trace<QueryMessage>): void {
  let rows = 0;
  const restore: (() => void)[] = [];
  const before = (name: string, run: (args: readonly unknown[]) => void): void => {
    const original = query[name];
    if (typeof original !== "function") return;
    const descriptor = Object.getOwnPropertyDescriptor(query, name);
    const method: Method = function (this: unknown, ...args) {
      run(args);
      return Reflect.apply(original, this, args) as unknown;
    };
    Object.defineProperty(query, name, { value: method, writable: true, configurable: true, enumerable: false });
    restore.push(() => {
      if (descriptor === undefined) delete query[name];
      else Object.defineProperty(query, name, descriptor);
    });
  };
  const over = (): void => {
    for (const undo of restore.splice(0)) undo();
  };
  before("handleDataRow", () => void rows++);
  before("handleError", ([error]) => {
    over();
    trace.fails(query["_canceledDueToError"] || error);
  });
  before("handleReadyForQuery", () => {
    // A row that could not be parsed. The query reports it by `handleError`, which comes next.
    if (query["_canceledDueToError"]) return;
    over();
    trace.succeeds({ rows });
  });
}
