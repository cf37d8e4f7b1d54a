import { once } from "node:events";
import { Client, Pool, Query, type PoolClient, type QueryResult } from "pg";
import Cursor from "pg-cursor";
import QueryStream from "pg-query-stream";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { instrument } from "latchkey/toolbar";
import { postgresPrograms, startPostgres } from "../../support/services.ts";
import { errorOf, outcomeOf, publishedBy, spansOf, spansOfRequests, statementsOf, threeWays } from "./spans-of.ts";

let server: Awaited<ReturnType<typeof startPostgres>>;
let url: string;
const pools: Pool[] = [];

function newPool(max = 4): Pool {
  const pool = new Pool({ connectionString: url, max });
  pools.push(pool);
  return pool;
}

/** What an application sees of a result. */
function seen(result: unknown): unknown {
  if (Array.isArray(result)) return result.map(seen);
  const { command, rowCount, rows, fields } = result as QueryResult;
  return { kind: result?.constructor.name, command, rowCount, rows, fields: fields?.map(({ name }) => name) };
}

type Queryable = Pool | Client | PoolClient;

const USAGES: Readonly<Record<string, (client: Queryable) => unknown>> = {
  "a text": async (client) => seen(await client.query("select 1 as one, 'x' as text")),
  "a text with values": async (client) => seen(await client.query("select $1::int as n, $2::text as t", [7, "seven"])),
  "a config": async (client) => seen(await client.query({ text: "select $1::int as n", values: [8] })),
  "rows as lists": async (client) => seen(await client.query({ text: "select 1, 2", rowMode: "array" })),
  "a named statement, twice": async (client) => [
    seen(await client.query({ name: "by number", text: "select $1::int as n", values: [1] })),
    seen(await client.query({ name: "by number", text: "select $1::int as n", values: [2] })),
  ],
  // As PostgresStore has it.
  "a named statement that inherits its text": async (client) => {
    const statement = { name: "inherited", text: "select $1::int as n" };
    return seen(await client.query(Object.create(statement) as typeof statement, [3]));
  },
  "several statements in one text": async (client) => seen(await client.query("select 1 as one; select 2 as two")),
  "a write with returning": async (client) =>
    seen(await client.query("insert into items (name) values ($1), ($2) returning name", ["a", "b"])),
  "a callback": async (client) =>
    await new Promise((resolve) => {
      const returned = client.query("select 3 as three", (error, result) =>
        resolve({ error, result: seen(result), returned }),
      );
    }),
  "a callback after values": async (client) =>
    await new Promise((resolve) => {
      client.query("select $1::int as n", [4], (error, result) => resolve({ error, result: seen(result) }));
    }),
  "a callback that gets an error": async (client) =>
    await new Promise((resolve) => {
      client.query("select nothing_there", [], (error, result) => resolve({ error: errorOf(error), result }));
    }),
  "then, catch and finally": async (client) => {
    const order: unknown[] = [];
    const promise = client.query("select 5 as five");
    const value = await promise
      .then((result) => (order.push("then"), result.rows))
      .finally(() => void order.push("finally"));
    return { order, value, kind: promise.constructor.name, isPromise: promise instanceof Promise };
  },
  "an error": async (client) => await outcomeOf(client.query("select * from missing where id = $1", [1])),
  "an error of the values": async (client) => await outcomeOf(client.query("select $1::int", ["no number"])),
  "the wrong number of values": async (client) => await outcomeOf(client.query("select $1::int", [1, 2, 3])),
};

const CLIENT_USAGES: Readonly<Record<string, (client: Client | PoolClient) => unknown>> = {
  "a query object with events": async (client) => {
    const query = new Query("select generate_series(1, 3) as n");
    const events: unknown[] = [];
    query.on("row", (row) => events.push(row));
    const returned = client.query(query);
    const [result] = (await once(query, "end")) as unknown[];
    return { events, same: returned === query, result: seen(result), keys: Object.keys(query).toSorted() };
  },
  "a query object that fails": async (client) => {
    const query = new Query("select missing");
    client.query(query);
    const [error] = (await once(query, "error").catch((thrown: unknown) => [thrown])) as unknown[];
    return errorOf(error);
  },
  "a query object with a callback": async (client) =>
    await new Promise((resolve) => {
      const query = new Query({ text: "select $1::int as n", values: [6] }, ((error: unknown, result: unknown) =>
        resolve({ error, result: seen(result) })) as never);
      client.query(query);
    }),
  "a callback in the config": async (client) =>
    await new Promise((resolve) => {
      const callback = (error: unknown, result: unknown): void => resolve({ error, result: seen(result) });
      void (client.query as (config: object) => unknown)({ text: "select 9 as nine", callback });
    }),
  "a callback that is not a function": async (client) => {
    try {
      return await outcomeOf(
        (client.query as unknown as (...args: unknown[]) => PromiseLike<unknown>)("select 1", [], 5),
      );
    } catch (error) {
      return errorOf(error);
    }
  },
  "nothing at all": (client) => {
    try {
      return (client.query as unknown as (text: null) => unknown)(null);
    } catch (error) {
      return errorOf(error);
    }
  },
  "a cursor that is read to its end": async (client) => {
    const cursor = client.query(new Cursor("select generate_series(1, 5) as n where $1", [true]));
    const batches = [await cursor.read(2), await cursor.read(2), await cursor.read(2), await cursor.read(2)];
    await cursor.close();
    return batches;
  },
  "a cursor that is closed early": async (client) => {
    const cursor = client.query(new Cursor("select generate_series(1, 500) as n"));
    const batch = await cursor.read(3);
    await cursor.close();
    return { batch, after: seen(await client.query("select 'still usable' as state")) };
  },
  "a cursor that fails": async (client) => {
    const cursor = client.query(new Cursor("select missing"));
    return await outcomeOf(cursor.read(1));
  },
  "a stream": async (client) => {
    const rows: unknown[] = [];
    for await (const row of client.query(new QueryStream("select generate_series(1, 250) as n"))) rows.push(row);
    return rows;
  },
  "a stream that is left early": async (client) => {
    const rows: unknown[] = [];
    for await (const row of client.query(new QueryStream("select generate_series(1, 1000) as n"))) {
      rows.push(row);
      if (rows.length === 3) break;
    }
    return { rows, after: seen(await client.query("select 'still usable' as state")) };
  },
  "a transaction that is rolled back": async (client) => {
    await client.query("begin");
    await client.query("insert into items (name) values ('undone')");
    const inside = await client.query("select count(*) from items where name = 'undone'");
    await client.query("rollback");
    return [inside.rows, (await client.query("select count(*) from items where name = 'undone'")).rows];
  },
  notifications: async (client) => {
    await client.query("listen news");
    const heard = once(client, "notification");
    await client.query("notify news, 'hello'");
    const [{ channel, payload }] = (await heard) as [{ channel: string; payload: string }];
    await client.query("unlisten news");
    return { channel, payload };
  },
};

beforeAll(async () => {
  if (postgresPrograms === undefined) return;
  server = await startPostgres();
  ({ url } = server);
  const pool = newPool();
  await pool.query("create table items (id serial primary key, name text)");
}, 300_000);
afterEach(async () => void (await Promise.all(pools.splice(0).map(async (pool) => await pool.end()))));
afterAll(async () => {
  await server?.stop();
});

describe.skipIf(postgresPrograms === undefined)("pg", () => {
  describe("a Pool behaves as before", () => {
    test.each(Object.entries(USAGES))("with %s", async (_, usage) => {
      const outcome = await threeWays<Queryable>(
        async () => ({ plain: newPool(), observed: instrument(newPool()) }),
        usage,
      );
      expect(outcome.unheard).toEqual(outcome.plain);
      expect(outcome.heard).toEqual(outcome.plain);
      expect(outcome.spans.length).toBeGreaterThan(0);
    });

    test("in its events, and in how often a client may be released", async () => {
      const { plain, heard, unheard } = await threeWays(
        async () => ({ plain: newPool(1), observed: instrument(newPool(1)) }),
        async (pool) => {
          const events: string[] = [];
          for (const name of ["connect", "acquire", "release", "remove", "error"] as const)
            (pool as NodeJS.EventEmitter).on(name, () => void events.push(name));
          await pool.query("select 1");
          const client = await pool.connect();
          client.release();
          let twice: unknown;
          try {
            client.release();
          } catch (error) {
            twice = errorOf(error);
          }
          const counts = [pool.totalCount, pool.idleCount, pool.waitingCount];
          pool.removeAllListeners();
          return { events: events.filter((name) => name !== "connect"), twice, counts };
        },
      );
      expect(heard).toEqual(plain);
      expect(unheard).toEqual(plain);
    });

    test("when it cannot connect", async () => {
      const unreachable = (): Pool => new Pool({ host: "127.0.0.1", port: 1, user: "nobody", database: "nowhere" });
      const usage = async (pool: Pool): Promise<unknown> => [
        await outcomeOf(pool.query("select 1")),
        await new Promise((resolve) => pool.query("select 1", (error) => resolve(errorOf(error)))),
        await outcomeOf(pool.connect()),
      ];
      const open = async () => ({ plain: unreachable(), observed: instrument(unreachable()) });
      const { plain, heard, unheard, spans } = await threeWays(open, usage);
      expect(heard).toEqual(plain);
      expect(unheard).toEqual(plain);
      expect(spans.map(({ error }) => error)).toEqual([expect.stringMatching(/ECONNREFUSED/), expect.anything()]);
    });
  });

  describe("a Client behaves as before", () => {
    const open = async () => {
      const [plain, observed] = [new Client({ connectionString: url }), new Client({ connectionString: url })];
      await plain.connect();
      expect(await instrument(observed).connect()).toEqual(expect.anything());
      return { plain, observed, close: async () => await Promise.all([plain.end(), observed.end()]) };
    };
    test.each(Object.entries({ ...USAGES, ...CLIENT_USAGES }))("with %s", async (_, usage) => {
      const outcome = await threeWays<Client>(open, usage);
      expect(outcome.unheard).toEqual(outcome.plain);
      expect(outcome.heard).toEqual(outcome.plain);
      expect(outcome.spans.length).toBeGreaterThan(0);
      expect(outcome.spans.every(({ duration }) => duration !== null)).toBe(true);
    });
  });

  describe("a client of a pool behaves as before", () => {
    const open = async () => {
      const [plainPool, pool] = [newPool(2), instrument(newPool(2))];
      const [plain, observed] = [await plainPool.connect(), await pool.connect()];
      return { plain, observed, close: () => [plain, observed].map((client) => client.release()) };
    };
    test.each(Object.entries({ ...USAGES, ...CLIENT_USAGES }))("with %s", async (_, usage) => {
      const outcome = await threeWays<PoolClient>(open, usage);
      expect(outcome.unheard).toEqual(outcome.plain);
      expect(outcome.heard).toEqual(outcome.plain);
      expect(outcome.spans.length).toBeGreaterThan(0);
    });

    test("also one that the pool had before, and one that it hands to a callback", async () => {
      const pool = newPool(1);
      await pool.query("select 'before'");
      instrument(pool);
      const texts = await statementsOf(async () => {
        const client = await pool.connect();
        await client.query("select 'in hand'");
        client.release();
        await new Promise<void>((resolve) => {
          pool.connect((_, other, done) => {
            other!.query("select 'by callback'", () => {
              done();
              resolve();
            });
          });
        });
      });
      expect(texts.map(({ text }) => text)).toEqual(["select 'in hand'", "select 'by callback'"]);
    });
  });

  test("tells the statement, its values, rows, database and line, and how long it took", async () => {
    const pool = instrument(newPool());
    const spans = await spansOf(async () => {
      await pool.query("select pg_sleep(0.02),\n   $1::text  as name", ["ada"]);
      await pool.query("insert into items (name) values ('x'), ('y')");
      await pool.query("select broken").catch(() => {});
    });
    expect(spans).toMatchObject([
      {
        kind: "sql",
        label: "select pg_sleep(0.02), $1::text as name",
        detail: { system: "postgresql", database: "postgres", params: ["ada"], rows: 1 },
        error: null,
      },
      { label: "insert into items (name) values ('x'), ('y')", detail: { rows: 2 } },
      { label: "select broken", error: expect.stringContaining('column "broken" does not exist') },
    ]);
    expect(spans[0]!.duration).toBeGreaterThan(15);
    expect(spans.map(({ where }) => where)).toEqual(
      Array(3).fill(expect.stringMatching(/instrument\/pg\.test\.ts:\d+/)),
    );
  });

  test("publishes each statement once, whether the pool or its client runs it", async () => {
    const pool = instrument(instrument(newPool(1)));
    const published = await publishedBy(async () => {
      await pool.query("select 1");
      const client = instrument(await pool.connect());
      await client.query("select 2");
      client.release();
      await new Promise((resolve) => pool.query("select 3", resolve));
      await pool.query(null as unknown as string).catch(() => {});
      await pool.query("select 4");
    });
    const byText = Map.groupBy(published, ({ message }) => message.text);
    expect(Object.fromEntries([...byText].map(([text, events]) => [text, events.map(({ event }) => event)]))).toEqual({
      "select 1": ["start", "end", "asyncStart", "asyncEnd"],
      "select 2": ["start", "end", "asyncStart", "asyncEnd"],
      "select 3": ["start", "end", "asyncStart", "asyncEnd"],
      "": ["start", "end", "error", "asyncStart", "asyncEnd"],
      "select 4": ["start", "end", "asyncStart", "asyncEnd"],
    });
    expect(new Set(published.map(({ message }) => message)).size).toBe(5);
  });

  test("counts the rows of cursors and streams, and leaves their methods as they were", async () => {
    const pool = instrument(newPool());
    const client = await pool.connect();
    const stream = new QueryStream("select generate_series(1, 120) as n");
    const methods = (query: object): readonly unknown[] =>
      Object.entries(Object.getOwnPropertyDescriptors(query)).filter(([name]) => name.startsWith("handle"));
    const before = methods(stream);
    let cursor: Cursor | undefined;
    const spans = await spansOf(async () => {
      // oxlint-disable-next-line no-empty
      for await (const _ of client.query(stream));
      cursor = client.query(new Cursor("select generate_series(1, 10) as n"));
      await cursor.read(4);
      await cursor.close();
    });
    client.release();
    expect(spans.map(({ label, detail }) => [label, detail["rows"]])).toEqual([
      ["select generate_series(1, 120) as n", 120],
      ["select generate_series(1, 10) as n", 4],
    ]);
    expect(before).toHaveLength(7);
    expect(methods(stream)).toEqual(before);
    expect(methods(cursor!)).toEqual([]);
  });

  test("an error keeps its stack, with the line of the application", async () => {
    const pool = instrument(newPool());
    const failing = async (): Promise<unknown> => await pool.query("select missing_column");
    const stackOf = async (): Promise<string> =>
      await failing().then(
        () => "",
        (error: Error) => error.stack!,
      );
    let heard = "";
    const unheard = await stackOf();
    await spansOf(async () => void (heard = await stackOf()));
    for (const stack of [unheard, heard]) expect(stack).toMatch(/at (?:async )?failing .*pg\.test\.ts/);
  });

  test("changes no prototype, and adds no key that is listed", async () => {
    const pool = newPool();
    const prototype = Object.getOwnPropertyDescriptors(Pool.prototype);
    const keys = Object.keys(pool);
    instrument(pool);
    expect(Object.keys(pool)).toEqual(keys);
    expect(Object.getOwnPropertyDescriptors(Pool.prototype)).toEqual(prototype);
    const { name, length } = (pool as unknown as { query: (this: void) => void }).query;
    expect([name, length]).toEqual(["query", 3]);
    const client = await pool.connect();
    expect(Object.hasOwn(Client.prototype, "query")).toBe(true);
    expect(Object.keys(client)).not.toContain("query");
    client.release();
  });

  test("40 requests at once have their own statements, with three connections", async () => {
    const pool = instrument(newPool(3));
    const all = await spansOfRequests(40, async (number) => {
      await pool.query("select $1::int as a", [number]);
      await new Promise((resolve) => pool.query("select $1::int as b", [number], resolve));
      const client = await pool.connect();
      try {
        await client.query("begin");
        await Promise.all([1, 2].map(async () => await client.query("select $1::int as c", [number])));
        await client.query("commit");
      } finally {
        client.release();
      }
    });
    for (const [number, spans] of all.entries()) {
      expect(spans.map(({ label }) => label).toSorted()).toEqual([
        "begin",
        "commit",
        "select $1::int as a",
        "select $1::int as b",
        "select $1::int as c",
        "select $1::int as c",
      ]);
      for (const { detail, duration } of spans) {
        if (detail["params"] !== undefined) expect(detail["params"]).toEqual([number]);
        expect(duration).not.toBeNull();
      }
    }
  });

  describe("a plan", () => {
    const explainOf = async (client: Queryable, run: () => unknown): Promise<readonly string[]> => {
      const [first] = await statementsOf(run);
      expect(first?.explain).toBeTypeOf("function");
      return await first!.explain!();
    };

    test("is that of the statement with its values, from a pool and from a client", async () => {
      const pool = instrument(newPool());
      const sql = "select * from items where id = $1";
      expect((await explainOf(pool, async () => await pool.query(sql, [7]))).join("\n")).toMatch(/Index.*items_pkey/s);
      const client = instrument(new Client({ connectionString: url }));
      await client.connect();
      try {
        await client.query("begin");
        expect((await explainOf(client, async () => await client.query(sql, [7]))).join("\n")).toMatch(/items_pkey/);
        // The transaction of the application goes on.
        expect((await client.query("select now() = transaction_timestamp() as same")).rows).toEqual([{ same: true }]);
      } finally {
        await client.end();
      }
    });

    test("is not published, runs nothing, and gives its connection back", async () => {
      const pool = instrument(newPool(1));
      await pool.query(`
        create or replace function really_writes() returns int language plpgsql as
          $$ begin insert into items (name) values ('by plan'); return 1; end $$;
        create or replace function writes() returns int language plpgsql immutable as
          $$ begin return really_writes(); end $$`);
      const [asked] = await statementsOf(async () => await pool.query("select 1 where 1 = $1", [1]));
      expect(await statementsOf(async () => await asked!.explain!())).toEqual([]);
      // The planner evaluates a function that says it is immutable.
      const [writing] = await statementsOf(async () => await pool.query("select writes()").catch(() => {}));
      const before = (await pool.query("select count(*)::int as n from items where name = 'by plan'")).rows;
      await expect(writing!.explain!()).rejects.toThrow(/read-only transaction/);
      expect((await pool.query("select count(*)::int as n from items where name = 'by plan'")).rows).toEqual(before);
      expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
    });

    test("is offered for what reads only", async () => {
      const pool = instrument(newPool());
      const texts = await statementsOf(async () => {
        await pool.query("delete from items where name = 'nobody'");
        await pool.query("select 1; select 2");
        await pool.query("update items set name = name where false");
        await pool.query("with none as (select 1) select * from none");
      });
      expect(texts.map(({ explain }) => explain !== undefined)).toEqual([false, false, false, true]);
    });
  });
});
