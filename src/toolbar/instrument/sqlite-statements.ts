import { isExplainable, sqliteExplain, sqlitePlanLines } from "./explain.ts";
import type { Method, Shape } from "./instrumentation.ts";
import { queries, type QueryMessage } from "./query-channel.ts";
import type { Trace } from "./tracer.ts";
import { wrapMethod, wrappedMethod } from "./wrap-method.ts";

/** What a call of a statement is: its text, and the values that are bound. */
export interface SqliteCall {
  readonly text: string;
  readonly params?: readonly unknown[] | undefined;
}

/** Reads a call from the object that has the method, and its arguments. */
export type DescribeCall = (target: Shape, args: readonly unknown[]) => SqliteCall;

/** Publishes the statements of one SQLite database: of node:sqlite, or of better-sqlite3. */
export class SqliteStatements {
  readonly #database: Shape;
  readonly #prepare: Method;
  readonly #location: () => unknown;

  /** @param location the file of the database. */
  constructor(database: Shape, location: () => unknown) {
    this.#database = database;
    this.#prepare = database["prepare"] as Method;
    this.#location = location;
  }

  /** Observes a method that runs a text by itself: `exec`. */
  observeText(name: string, textOf: (text: unknown) => string = String): void {
    wrapMethod(this.#database, name, (original) =>
      this.#traced(
        original,
        (_, [text]) => ({ text: textOf(text) }),
        () => undefined,
      ),
    );
  }

  /** Observes a method that makes objects with `run`, `get`, `all` and `iterate`. */
  observeMaker(name: string, describe: DescribeCall, textOf?: (text: unknown) => string): void {
    // The new methods are in an object between the statement and its class, which all statements of
    // a database share. Four methods of its own would cost each statement 1.7 µs, this costs 0.5 µs
    // (node:sqlite on Node 24), also where nothing listens.
    let between: object | undefined;
    wrapMethod(this.#database, name, (original) => {
      // oxlint-disable-next-line typescript/no-this-alias -- the method has a `this` of its own
      const self = this;
      return function (this: unknown, ...args) {
        let made: Shape;
        try {
          made = Reflect.apply(original, this, args) as Shape;
        } catch (error) {
          // A statement that cannot be prepared is a failed query for the application.
          if (textOf !== undefined && queries.isHeard)
            queries.begin(self.#messageOf({ text: textOf(args[0]) })).throws(error);
          throw error;
        }
        between ??= Object.create(Object.getPrototypeOf(made), self.#methodsOf(made, describe)) as object;
        return Object.setPrototypeOf(made, between) as unknown;
      };
    });
  }

  #methodsOf(made: Shape, describe: DescribeCall): PropertyDescriptorMap {
    const methods: PropertyDescriptorMap = {};
    const add = (name: string, wrap: (original: Method) => Method): void => {
      const descriptor = wrappedMethod(made, name, wrap);
      if (descriptor !== undefined) methods[name] = descriptor;
    };
    add("run", (original) => this.#traced(original, describe, (result) => changesOf(result)));
    add("get", (original) => this.#traced(original, describe, (row) => (row === undefined ? 0 : 1)));
    add("all", (original) =>
      this.#traced(original, describe, (rows) => (Array.isArray(rows) ? rows.length : undefined)),
    );
    add("iterate", (original) => this.#tracedIterate(original, describe));
    return methods;
  }

  #traced(original: Method, describe: DescribeCall, rowsOf: (result: unknown) => number | undefined): Method {
    // oxlint-disable-next-line typescript/no-this-alias -- the method has a `this` of its own
    const self = this;
    return function (this: unknown, ...args) {
      if (!queries.isHeard) return Reflect.apply(original, this, args);
      const trace = queries.begin(self.#messageOf(describe(this as Shape, args), args));
      let result: unknown;
      try {
        result = Reflect.apply(original, this, args);
      } catch (error) {
        trace.throws(error);
        throw error;
      }
      trace.returns({ result, rows: rowsOf(result) });
      return result;
    };
  }

  #tracedIterate(original: Method, describe: DescribeCall): Method {
    // oxlint-disable-next-line typescript/no-this-alias -- the method has a `this` of its own
    const self = this;
    return function (this: unknown, ...args) {
      if (!queries.isHeard) return Reflect.apply(original, this, args);
      const trace = queries.begin(self.#messageOf(describe(this as Shape, args), args));
      try {
        const iterator = Reflect.apply(original, this, args) as Shape;
        followIterator(iterator, trace);
        trace.goesOn();
        return iterator;
      } catch (error) {
        trace.throws(error);
        throw error;
      }
    };
  }

  #messageOf({ text, params }: SqliteCall, args: readonly unknown[] = []): QueryMessage {
    const location = this.#location();
    return {
      system: "sqlite",
      database: typeof location === "string" && location !== "" ? location : ":memory:",
      text,
      params,
      ...(isExplainable(text) ? { explain: async () => await this.#explain(text, params ?? args) } : {}),
    };
  }

  /**
   * A plan of the very statement. It only reads the schema, so a running transaction is no matter.
   */
  async #explain(text: string, params: readonly unknown[]): Promise<readonly string[]> {
    const statement = Reflect.apply(this.#prepare, this.#database, [sqliteExplain(text)]) as Shape;
    return sqlitePlanLines(Reflect.apply(statement["all"] as Method, statement, [...params]));
  }
}

/** Ends a trace when an iterator does, also by `break`. The iterator stays the same object. */
function followIterator(iterator: Shape, trace: Trace<QueryMessage>): void {
  let rows = 0;
  const follow = (name: string, after: (result: unknown) => void): void => {
    const original = iterator[name];
    if (typeof original !== "function") return;
    const method: Method = function (this: unknown, ...args) {
      let result: unknown;
      try {
        result = Reflect.apply(original, this, args);
      } catch (error) {
        trace.fails(error);
        throw error;
      }
      after(result);
      return result;
    };
    Object.defineProperty(iterator, name, { value: method, writable: true, configurable: true, enumerable: false });
  };
  follow("next", (result) => {
    if ((result as { done?: unknown } | undefined)?.done === true) trace.succeeds({ rows });
    else rows++;
  });
  follow("return", () => trace.succeeds({ rows }));
}

function changesOf(result: unknown): number | undefined {
  const changes = (result as { changes?: unknown } | undefined)?.changes;
  return changes === undefined ? undefined : Number(changes);
}
