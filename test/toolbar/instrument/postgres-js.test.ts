import { setTimeout as wait } from "node:timers/promises";
import postgres, { type Sql, type TransactionSql } from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { instrument } from "latchkey/toolbar";
import { postgresPrograms, startPostgres } from "../../support/services.ts";
import { errorOf, outcomeOf, publishedBy, spansOf, spansOfRequests, statementsOf, threeWays } from "./spans-of.ts";

let server: Awaited<ReturnType<typeof startPostgres>>;
const tags: Sql[] = [];

function newSql(options: postgres.Options<Record<string, postgres.PostgresType>> = {}): Sql {
  const sql = postgres(server.url, { max: 3, onnotice: () => {}, ...options }) as unknown as Sql;
  tags.push(sql);
  return sql;
}

/** What an application sees of a result. */
function seen(result: unknown): unknown {
  const list = result as readonly unknown[] & {
    count?: number;
    command?: string;
    columns?: readonly { name: string }[];
  };
  return { rows: [...list], count: list.count, command: list.command, columns: list.columns?.map(({ name }) => name) };
}

const USAGES: Readonly<Record<string, (sql: Sql) => unknown>> = {
  "a template": async (sql) => seen(await sql`select 1 as one`),
  values: async (sql) => seen(await sql`select ${7}::int as n, ${"seven"} as text, ${null}::text as nothing`),
  "fragments and identifiers": async (sql) => {
    const condition = sql`where n > ${1}`;
    return seen(await sql`select ${sql("n")} from generate_series(1, ${3}::int) as n ${condition}`);
  },
  "a list of fragments": async (sql) => seen(await sql`select ${[sql`1 as a`, sql`, ${2}::int as b`] as never}`),
  "a part that is empty": async (sql) => seen(await sql`select 1 as one ${sql``}`),
  helpers: async (sql) => {
    await sql`insert into items ${sql([
      { name: "a", amount: 1 },
      { name: "b", amount: 2 },
    ])}`;
    await sql`update items set ${sql({ amount: 9 })} where name = ${"b"}`;
    const rows = await sql`select ${sql(["name", "amount"])} from items where name in ${sql(["a", "b"])} order by name`;
    await sql`delete from items`;
    return seen(rows);
  },
  "arrays, JSON and types": async (sql) => {
    // The types of arrays are fetched with the first connection.
    await sql`select 1`;
    return seen(
      await sql`select ${sql.array([1, 2])}::int[] as list, ${sql.json({ a: 1 })} as data, ${sql.typed("5", 23)} as five`,
    );
  },
  "values()": async (sql) => [...(await sql`select 1, 2`.values())],
  "raw()": async (sql) => (await sql`select 'x' as x`.raw()).map((row) => (row as Buffer[]).map(String)),
  unsafe: async (sql) => seen(await sql.unsafe("select $1::int as n", [5])),
  "unsafe without values": async (sql) => seen(await sql.unsafe("select 6 as six")),
  "several statements in one text": async (sql) =>
    ((await sql.unsafe("select 1 as one; select 2 as two")) as unknown as readonly unknown[]).map(seen),
  forEach: async (sql) => {
    const rows: unknown[] = [];
    const end = await sql`select generate_series(1, 3) as n`.forEach((row) => void rows.push(row));
    return { rows, count: end.count };
  },
  "a cursor with a function": async (sql) => {
    const batches: unknown[] = [];
    await sql`select generate_series(1, 5) as n`.cursor(2, (rows) => void batches.push([...rows]));
    return batches;
  },
  "a cursor that ends early": async (sql) => {
    const batches: unknown[] = [];
    await sql`select generate_series(1, 50) as n`.cursor(2, (rows) => {
      batches.push([...rows]);
      return sql.CLOSE as never;
    });
    return batches;
  },
  "a cursor as an iterator": async (sql) => {
    const batches: unknown[] = [];
    for await (const rows of sql`select generate_series(1, 5) as n`.cursor(2)) batches.push([...rows]);
    return batches;
  },
  "an iterator that is left early": async (sql) => {
    const batches: unknown[] = [];
    for await (const rows of sql`select generate_series(1, 50) as n`.cursor(2)) {
      batches.push([...rows]);
      break;
    }
    return { batches, after: seen(await sql`select 1 as one`) };
  },
  describe: async (sql) => {
    const { string, types, columns } = await sql`select ${1}::int as n`.describe();
    return { string, types, columns: columns.map(({ name }) => name) };
  },
  "execute, and awaiting twice": async (sql) => {
    await sql`delete from items`;
    const query = sql`insert into items (name) values ('once')`.execute();
    await query;
    await query;
    return seen(await sql`select count(*)::int as n from items`);
  },
  "a query that is never awaited": async (sql) => {
    await sql`delete from items`;
    void sql`insert into items (name) values ('never')`;
    return seen(await sql`select count(*)::int as n from items`);
  },
  cancel: async (sql) => {
    const query = sql`select pg_sleep(60) as canceled`;
    const outcome = outcomeOf(query);
    const isRunning = async (): Promise<boolean> =>
      (await sql`select from pg_stat_activity where state = 'active' and query like ${"%pg_sleep(60) as c%"}`).count >
      0;
    // The server ignores a request to cancel a query that it does not have yet.
    while (!(await isRunning())) await wait(5);
    query.cancel();
    return await outcome;
  },
  "then, catch and finally": async (sql) => {
    const order: string[] = [];
    const query = sql`select 1 as one`;
    await query.then(() => order.push("then")).finally(() => order.push("finally"));
    return { order, kind: query.constructor.name, isPromise: query instanceof Promise };
  },
  "an error": async (sql) => {
    const error = (await sql`select ${1}::int as n, missing`.catch((thrown: unknown) => thrown)) as Error & {
      query: string;
      parameters: unknown;
    };
    return { ...(errorOf(error) as object), query: error.query, parameters: error.parameters };
  },
  "a value that is not allowed": async (sql) => await outcomeOf(sql`select ${undefined as never}`),
  "a transaction": async (sql) =>
    await sql.begin(async (sql) => {
      await sql`delete from items`;
      await sql`insert into items (name) values ('in it')`;
      return seen(await sql`select name from items`);
    }),
  "a transaction with options and a list of queries": async (sql) =>
    ((await sql.begin("read only", (sql) => [sql`select 1 as one`, sql`select 2 as two`] as never)) as never[]).map(
      seen,
    ),
  "a transaction that fails": async (sql) => {
    const outcome = await outcomeOf(
      sql.begin(async (sql) => {
        await sql`insert into items (name) values ('undone')`;
        throw new Error("not now");
      }),
    );
    return { outcome, rows: seen(await sql`select count(*)::int as n from items where name = 'undone'`) };
  },
  "a query that fails in a transaction and is not awaited": async (sql) =>
    await outcomeOf(
      sql.begin(async (sql) => {
        sql`select missing`.catch(() => {});
        return await sql`select 1 as one`;
      }),
    ),
  savepoints: async (sql) =>
    await sql.begin(async (sql) => {
      await sql`delete from items`;
      await sql
        .savepoint(async (sql) => {
          await sql`insert into items (name) values ('undone')`;
          throw new Error("back");
        })
        .catch(() => {});
      await sql.savepoint("named", async (sql) => void (await sql`insert into items (name) values ('kept')`));
      return seen(await sql`select name from items`);
    }),
  "a reserved connection": async (sql) => {
    const reserved = await sql.reserve();
    try {
      await reserved`set application_name = 'mine'`;
      return seen(await reserved`select current_setting('application_name') as name`);
    } finally {
      reserved.release();
    }
  },
  notifications: async (sql) => {
    let heard: (payload: string) => void;
    const payload = new Promise<string>((resolve) => (heard = resolve));
    const listening = await sql.listen("news", (text) => heard(text));
    await sql.notify("news", "hello");
    const result = await payload;
    await listening.unlisten();
    return result;
  },
  copy: async (sql) => {
    const chunks: string[] = [];
    const stream = await sql`copy (select generate_series(1, 3)) to stdout`.readable();
    for await (const chunk of stream) chunks.push(String(chunk));
    return chunks.join("");
  },
  members: (sql) => [typeof sql.options, sql.options.database, typeof sql.END, typeof sql.parameters, "begin" in sql],
};

beforeAll(async () => {
  if (postgresPrograms === undefined) return;
  server = await startPostgres();
  await newSql()`create table items (id serial primary key, name text, amount int)`;
}, 300_000);
afterEach(async () => void (await Promise.all(tags.splice(0).map(async (sql) => await sql.end({ timeout: 1 })))));
afterAll(async () => {
  await server?.stop();
});

describe.skipIf(postgresPrograms === undefined)("postgres.js", () => {
  test.each(Object.entries(USAGES))("behaves as before with %s", async (_, usage) => {
    const outcome = await threeWays<Sql>(async () => ({ plain: newSql(), observed: instrument(newSql()) }), usage);
    expect(outcome.unheard).toEqual(outcome.plain);
    expect(outcome.heard).toEqual(outcome.plain);
  });

  test("the text is the one that the library sends", async () => {
    const plain = newSql();
    const sql = instrument(plain);
    const queries = [
      () => sql`select ${sql("n")}, ${1}::int from generate_series(1, 2) as n ${sql`where ${sql`n = ${1}`}`}`,
      () => sql`select ${sql(["name", "amount"])} from items where name in ${sql(["a", "b"])}`,
      () =>
        sql`insert into items ${sql(
          [
            { name: "a", amount: 1 },
            { name: "b", amount: 2 },
          ],
          "name",
          "amount",
        )} returning *`,
      () => sql`insert into items ${sql({ name: "c", amount: 3 })}`,
      () => sql`update items set ${sql({ name: "d", amount: 4 }, "name")} where id = ${0}`,
      () => sql`select ${sql.array([1, 2])}::int[], ${sql.json({ a: [1] })}, ${sql.typed("5", 23)}`,
      () =>
        sql`select * from (values ${sql([
          ["1", "2"],
          ["3", "4"],
        ] as never)}) as t (a, b)`,
      () => sql`select ${[sql`1 as a`, sql`, ${2}::int as b`] as never}`,
      () => sql.unsafe("select $1::int as n", [5]),
    ];
    for (const query of queries) {
      let sent: unknown;
      const [message] = await statementsOf(async () => {
        const result = await query();
        sent = (result as unknown as { statement: { string: string } }).statement.string;
      });
      expect(message!.text).toBe(sent);
    }
  });

  test("tells the statement, its values, rows, database and line", async () => {
    const sql = instrument(newSql());
    const spans = await spansOf(async () => {
      await sql`select n from generate_series(1, ${3}::int) as n
        where n > ${1}`;
      await sql.begin(async (sql) => await sql`select ${"inside"} as text`);
      await sql`select broken`.catch(() => {});
      for await (const rows of sql`select generate_series(1, 5) as n`.cursor(2)) expect(rows.length).toBeGreaterThan(0);
    });
    expect(spans).toMatchObject([
      {
        kind: "sql",
        label: "select n from generate_series(1, $1::int) as n where n > $2",
        detail: { system: "postgresql", database: "postgres", params: [3, 1], rows: 2 },
        error: null,
      },
      { label: "select $1 as text", detail: { params: ["inside"], rows: 1 } },
      { label: "select broken", error: expect.stringContaining("does not exist") },
      { label: "select generate_series(1, 5) as n", detail: { rows: 5 }, error: null },
    ]);
    expect(spans.map(({ where }) => where)).toEqual(Array(4).fill(expect.stringMatching(/postgres-js\.test\.ts:\d+/)));
    expect(spans.every(({ duration }) => duration !== null)).toBe(true);
  });

  test("an error has the line of the application in its stack, as before", async () => {
    const [plain, observed] = [newSql(), instrument(newSql())];
    const lines = (error: Error): readonly string[] =>
      error.stack!.split("\n").map((line) => line.replace(/:\d+:\d+|file:\/\//g, "").trim());
    const failing = async (query: () => PromiseLike<unknown>): Promise<readonly string[]> =>
      lines(
        await query().then(
          () => new Error("no error"),
          (error: Error) => error,
        ),
      );
    // postgres.js remembers the line of each template, so each has to be one of its own.
    const before = await failing(() => plain`select missing_here`);
    const unheard = await failing(() => observed`select missing_here`);
    let heard: readonly string[] = [];
    await spansOf(async () => void (heard = await failing(() => observed`select missing_here`)));
    expect(before.some((line) => line.includes("postgres-js.test.ts"))).toBe(true);
    expect(unheard).toEqual(before);
    expect(heard).toEqual(before);
  });

  test("publishes a query once, when it begins, and one that is a part of another not at all", async () => {
    const sql = instrument(newSql());
    const published = await publishedBy(async () => {
      const later = sql`select 'later' as text`;
      const part = sql`where ${true}`;
      await sql`select 1 as one ${part}`;
      await later;
      await later;
      void sql`select 'never'`;
    });
    expect(published.filter(({ event }) => event === "start").map(({ message }) => message.text)).toEqual([
      "select 1 as one where $1",
      "select 'later' as text",
    ]);
    expect(published).toHaveLength(8);
  });

  test("is the same tag at each call, and the tag that was given stays plain", async () => {
    const sql = newSql();
    const observed = instrument(sql);
    expect(observed).not.toBe(sql);
    expect(instrument(sql)).toBe(observed);
    expect(instrument(observed)).toBe(observed);
    const [first, second] = [observed, observed].map((tag) => Object.entries(tag).find(([name]) => name === "begin"));
    expect(first?.[1]).toBe(second?.[1]);
    expect(await statementsOf(async () => await sql`select 1`)).toEqual([]);
    expect(Object.keys(observed)).toEqual(Object.keys(sql));
    const nested: unknown[] = [];
    await observed.begin(async (inner: TransactionSql) => void nested.push(instrument(inner) === inner));
    expect(nested).toEqual([true]);
  });

  test("40 requests at once have their own statements, with three connections", async () => {
    const sql = instrument(newSql());
    const all = await spansOfRequests(40, async (number) => {
      await sql`select ${number}::int as a`;
      await sql.begin(async (sql) => await Promise.all([1, 2].map(() => sql`select ${number}::int as b`)));
    });
    for (const [number, spans] of all.entries()) {
      expect(spans).toHaveLength(3);
      for (const { detail, duration } of spans) {
        expect(detail["params"]).toEqual([number]);
        expect(duration).not.toBeNull();
      }
    }
  });

  test("a plan is that of the statement, with its values and their types, and is not published", async () => {
    const sql = instrument(newSql());
    await sql`select 1`;
    const [byId, typed, write] = await statementsOf(async () => {
      await sql`select * from items where id = ${7}`;
      await sql`select * from items where id = any(${sql.array([1, 2], 23)}) and amount = ${sql.typed("5", 23)}`;
      await sql`delete from items where name = ${"nobody"}`;
    });
    let plan: readonly string[] = [];
    expect(await statementsOf(async () => void (plan = await byId!.explain!()))).toEqual([]);
    expect(plan.join("\n")).toMatch(/items_pkey/);
    expect((await typed!.explain!()).join("\n")).toMatch(/items/);
    expect(write!.explain).toBeUndefined();
  });
});
