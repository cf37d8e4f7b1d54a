import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AsyncResource } from "node:async_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, test, vi } from "vitest";
import { instrument } from "latchkey/toolbar";
import { openBetterSqlite3 } from "../../support/better-sqlite3.ts";
import { errorOf, publishedBy, spansOf, spansOfRequests, statementsOf, threeWays } from "./spans-of.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-instrument-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The methods that node:sqlite and better-sqlite3 have in common. */
interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): unknown;
}
interface Statement {
  run(...params: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  get(...params: unknown[]): unknown;
  all(...params: unknown[]): unknown[];
  iterate(...params: unknown[]): IterableIterator<unknown>;
}

const SCHEMA = "create table items (id integer primary key, name text, amount int)";

function thrown(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return errorOf(error);
  }
}

const USAGES: Readonly<Record<string, (database: Database) => unknown>> = {
  exec: (database) => {
    const result = database.exec("select 1; select 2");
    return result === database ? "the database" : result;
  },
  "run, get and all": (database) => {
    const insert = database.prepare("insert into items (name, amount) values (?, ?)");
    const results = [insert.run("a", 1), insert.run("b", 2)].map(({ changes }) => changes);
    return [
      results,
      database.prepare("select name from items order by id").all(),
      database.prepare("select name from items where amount = ?").get(2),
      database.prepare("select name from items where amount = ?").get(3),
      database.prepare("delete from items").run().changes,
    ];
  },
  "named values": (database) => database.prepare("select :a as a, $b as b").get({ a: 1, b: "two" }),
  iterate: (database) => {
    const statement = database.prepare("select value from json_each('[1,2,3]')");
    const iterator = statement.iterate();
    return {
      rows: [...iterator],
      after: iterator.next(),
      self: iterator[Symbol.iterator]() === iterator,
      mapped: Array.from(statement.iterate(), (row) => JSON.stringify(row)),
    };
  },
  "an iteration that is left early": (database) => {
    const rows: unknown[] = [];
    for (const row of database.prepare("select value from json_each('[1,2,3]')").iterate()) {
      rows.push(row);
      if (rows.length === 2) break;
    }
    return [rows, database.prepare("select 1 as one").get()];
  },
  "a statement that is used again": (database) => {
    const statement = database.prepare("select ? as value");
    return [statement.get(1), statement.all(2), statement.get(3)];
  },
  errors: (database) => {
    database.exec("create unique index if not exists names on items (name)");
    const insert = database.prepare("insert into items (name) values (?)");
    insert.run("once");
    const results = [
      thrown(() => insert.run("once")),
      thrown(() => database.prepare("select missing")),
      thrown(() => database.exec("no statement")),
      thrown(() => database.prepare("select ?").get(Symbol("x"))),
      thrown(() => (insert as { run: (this: unknown, ...args: unknown[]) => unknown }).run.call({}, "x")),
    ];
    database.exec("drop index names; delete from items");
    return results;
  },
  transactions: (database) => {
    database.exec("begin");
    database.prepare("insert into items (name) values ('undone')").run();
    database.exec("rollback");
    return database.prepare("select count(*) as n from items").get();
  },
};

function suite(name: string, open: (path: string) => Database, isMissing = false): void {
  describe.skipIf(isMissing)(name, () => {
    let files = 0;
    const opened = (): Database => {
      const database = open(join(folder, `${name.replace(/\W/g, "-")}-${files++}.sqlite`));
      database.exec(SCHEMA);
      return database;
    };

    test.each(Object.entries(USAGES))("behaves as before with %s", async (_, usage) => {
      const outcome = await threeWays(async () => {
        const [plain, observed] = [opened(), instrument(opened())];
        return { plain, observed, close: () => [plain.close(), observed.close()] };
      }, usage);
      expect(outcome.unheard).toEqual(outcome.plain);
      expect(outcome.heard).toEqual(outcome.plain);
      expect(outcome.spans.length).toBeGreaterThan(0);
    });

    test("tells the statement, its values, rows, file and line", async () => {
      const database = instrument(opened());
      const spans = await spansOf(async () => {
        database.prepare("insert into items (name, amount)\n  values (?, ?)").run("a", 1);
        database.prepare("select * from items where amount > $least").all({ least: 0 });
        database.prepare("select * from items where id = ?").get(99);
        database.exec("delete from items");
        thrown(() => database.prepare("select missing"));
        for (const _ of database.prepare("select value from json_each('[1,2,3]')").iterate()) await wait(1);
      });
      expect(spans).toMatchObject([
        { kind: "sql", label: "insert into items (name, amount) values (?, ?)", detail: { params: ["a", 1], rows: 1 } },
        { label: "select * from items where amount > $least", detail: { params: [{ least: 0 }], rows: 1 } },
        { label: "select * from items where id = ?", detail: { params: [99], rows: 0 } },
        { label: "delete from items" },
        { label: "select missing", error: expect.stringContaining("no such column") },
        { label: "select value from json_each('[1,2,3]')", detail: { rows: 3 } },
      ]);
      for (const { where, duration, detail } of spans) {
        expect(where).toMatch(/sqlite\.test\.ts:\d+/);
        expect(duration).not.toBeNull();
        expect(detail["system"]).toBe("sqlite");
        expect(detail["database"]).toMatch(/latchkey-instrument-.*\.sqlite$/);
      }
    });

    test("publishes each call once, in the order of a tracing channel", async () => {
      const database = instrument(instrument(opened()));
      const published = await publishedBy(() => {
        database.prepare("select 1").get();
        thrown(() => database.prepare("insert into items (id) values ('x')").run());
        expect([...database.prepare("select 2").iterate()]).toHaveLength(1);
      });
      expect(published.map(({ event, message }) => [event, message.text])).toEqual([
        ["start", "select 1"],
        ["end", "select 1"],
        ["start", "insert into items (id) values ('x')"],
        ["error", "insert into items (id) values ('x')"],
        ["end", "insert into items (id) values ('x')"],
        ["start", "select 2"],
        ["end", "select 2"],
        ["asyncStart", "select 2"],
        ["asyncEnd", "select 2"],
      ]);
    });

    test("adds one frame to the stack of an error, and no key to its objects", async () => {
      const [plain, observed] = [opened(), instrument(opened())];
      const failing = (database: Database): readonly string[] => {
        try {
          database.prepare("insert into items (id) values (?)").run("x");
          return [];
        } catch (error) {
          return (error as Error).stack!.split("\n");
        }
      };
      const before = failing(plain);
      let heard: readonly string[] = [];
      await spansOf(() => void (heard = failing(observed)));
      expect(heard.filter((line) => line.includes("sqlite-statements"))).toHaveLength(1);
      expect(heard.filter((line) => line.includes("diagnostics_channel"))).toEqual([]);
      expect(heard.some((line) => line.includes("failing"))).toBe(before.some((line) => line.includes("failing")));
      const [statement, same] = [plain.prepare("select 1"), observed.prepare("select 1")];
      expect(Reflect.ownKeys(same)).toEqual(Reflect.ownKeys(statement));
      expect(same.constructor).toBe(statement.constructor);
      expect(same instanceof (statement.constructor as new () => unknown)).toBe(true);
      const [old, replaced] = [statement, same].map(({ all }: { all: (this: void) => unknown }) => [
        all.name,
        all.length,
      ]);
      expect(replaced).toEqual(old);
      expect(Object.keys(observed)).toEqual(Object.keys(plain));
    });

    test("40 requests at once have their own statements", async () => {
      const database = instrument(opened());
      const insert = database.prepare("insert into items (amount) values (?)");
      const all = await spansOfRequests(40, async (number) => {
        insert.run(number);
        await wait(number % 3);
        const iterator = database.prepare("select ? as n union all select 2").iterate(number);
        iterator.next();
        await wait(1);
        expect([...iterator]).toHaveLength(1);
        database.prepare("select count(*) from items where amount = ?").get(number);
      });
      for (const [number, spans] of all.entries())
        expect(spans.map(({ detail }) => [detail["params"], detail["rows"]])).toEqual([
          [[number], 1],
          [[number], 2],
          [[number], 1],
        ]);
    });

    test("a plan is that of the statement with its values; it runs and publishes nothing", async () => {
      const database = instrument(opened());
      const [byId, joined, write] = await statementsOf(() => {
        database.prepare("select * from items where id = ?").get(7);
        database
          .prepare("select * from items a join items b on a.id = b.amount where a.name = $name")
          .all({ name: "x" });
        database.prepare("insert into items (name) values ('z')").run();
      });
      let plan: readonly string[] = [];
      expect(await statementsOf(async () => void (plan = await byId!.explain!()))).toEqual([]);
      expect(plan).toEqual([expect.stringMatching(/^SEARCH items USING INTEGER PRIMARY KEY/)]);
      expect(await joined!.explain!()).toHaveLength(2);
      expect(write!.explain).toBeUndefined();
    });
  });
}

suite("node:sqlite", (path) => new DatabaseSync(path) as unknown as Database);

describe("node:sqlite", () => {
  test("the statements of its tag store are published", async () => {
    const database = instrument(new DatabaseSync(":memory:"));
    const make = (database as unknown as { createTagStore?: () => Record<string, (...args: unknown[]) => unknown> })
      .createTagStore;
    if (make === undefined) return;
    const store = make.call(database);
    const spans = await spansOf(() => {
      expect(store["get"]!`select ${1} as one`).toEqual({ one: 1 });
      expect(store["all"]!`select ${2} as two`).toEqual([{ two: 2 }]);
    });
    expect(spans).toMatchObject([
      { label: "select ? as one", detail: { params: [1], rows: 1, database: ":memory:" } },
      { label: "select ? as two", detail: { params: [2], rows: 1 } },
    ]);
  });
});

const open: NonNullable<typeof openBetterSqlite3> = (path) => openBetterSqlite3!(path);
suite("better-sqlite3", (path) => open(path) as unknown as Database, openBetterSqlite3 === undefined);

describe.skipIf(openBetterSqlite3 === undefined)("better-sqlite3", () => {
  test("transactions, pluck, raw, bind and pragma behave as before", async () => {
    const usage = (database: ReturnType<typeof open>): unknown => {
      database.exec("drop table if exists t; create table t (n int)");
      const insert = database.prepare("insert into t (n) values (?)");
      const many = database.transaction(function (this: unknown, numbers: readonly number[]) {
        for (const number of numbers) {
          if (number < 0) throw new RangeError("negative");
          insert.run(number);
        }
        return [numbers.length, this === undefined ? "no this" : typeof this];
      });
      const nested = database.transaction(() => [many([3]), thrown(() => many([4, -4]))]);
      return [
        many([1, 2]),
        thrown(() => many([5, -5])),
        many.immediate([6]),
        nested(),
        database.inTransaction,
        database.prepare("select n from t order by n").pluck().all(),
        database.prepare("select n, n + 1 from t where n = ?").bind(1).raw().get(),
        database.prepare("select n from t where n in (?, ?)").all([1, 2]),
        database.pragma("user_version", { simple: true }),
        insert.source,
        insert.database === database,
      ];
    };
    const outcome = await threeWays(
      async () => ({ plain: open(":memory:"), observed: instrument(open(":memory:")) }),
      usage,
    );
    expect(outcome.unheard).toEqual(outcome.plain);
    expect(outcome.heard).toEqual(outcome.plain);
    expect(outcome.spans.map(({ label }) => label)).toContain("PRAGMA user_version");
    expect(outcome.spans.find(({ label }) => label.includes("in (?, ?)"))?.detail["params"]).toEqual([1, 2]);
  });
});

describe("the lines of statements", () => {
  test("are looked for in the first 300 spans of a request, and never outside of one", async () => {
    const database = instrument(new DatabaseSync(":memory:"));
    const statement = database.prepare("select 1");
    const outsideOfRequests = new AsyncResource("outside");
    const search = vi.spyOn(Error, "captureStackTrace");
    try {
      const spans = await spansOf(() => {
        for (let run = 0; run < 600; run++) statement.get();
      });
      const inside = search.mock.calls.length;
      await spansOf(() => outsideOfRequests.runInAsyncScope(() => statement.get()));
      expect(spans.filter(({ where }) => where !== "")).toHaveLength(300);
      // The first search of a kind may be too short, and is done again.
      expect(inside).toBeLessThanOrEqual(302);
      expect(search).toHaveBeenCalledTimes(inside);
    } finally {
      search.mockRestore();
      database.close();
    }
  });
});
