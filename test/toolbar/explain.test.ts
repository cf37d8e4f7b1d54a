import { DatabaseSync } from "node:sqlite";
import { Pool } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Explanations } from "../../src/toolbar/capture/explanations.ts";
import {
  Toolbar,
  type Block,
  type Exchange,
  type Explanation,
  type SpanStart,
  type ToolbarOptions,
  type ToolbarRequest,
} from "../../src/toolbar/index.ts";
import { postgresPrograms, startPostgres, type Service } from "../support/services.ts";

const open: Toolbar[] = [];
afterEach(() => {
  for (const toolbar of open.splice(0)) toolbar.close();
});

function make(options: Partial<ToolbarOptions> = {}): Toolbar {
  const toolbar = new Toolbar({ keys: generateSecretKey(), ...options });
  open.push(toolbar);
  return toolbar;
}

function asks(url: string): ToolbarRequest {
  const headers: Readonly<Record<string, string>> = {
    host: "localhost",
    "sec-fetch-dest": "document",
    cookie: "session=a-cookie-value-of-24-chars",
  };
  return {
    method: "GET",
    url,
    header: (name) => headers[name],
    headers: Object.entries(headers),
    remoteAddress: "127.0.0.1",
    httpVersion: "1.1",
  };
}

interface Visit {
  readonly exchange: Exchange;
  readonly id: string;
  readonly token: string;
}

/** A page is answered while these spans were recorded. */
function visit(toolbar: Toolbar, ...spans: readonly SpanStart[]): Visit {
  const request = asks("/");
  const exchange = toolbar.begin(request, {})!;
  toolbar.run(exchange, () => {
    for (const span of spans) exchange.startSpan(span).end();
  });
  const tail = toolbar.respond(exchange, request, { status: 200, headers: [["Content-Type", "text/html"]] })!();
  toolbar.finish(exchange);
  const token = new URL(/src="([^"]+)"/.exec(tail)![1]!.replaceAll("&amp;", "&"), "http://localhost");
  return { exchange, id: exchange.id, token: token.searchParams.get("token")! };
}

function statement(label: string, explain: () => Promise<unknown>, system = "sqlite"): SpanStart {
  return { kind: "sql", label, detail: { system }, explain };
}

async function read(
  toolbar: Toolbar,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly type: string; readonly text: string }> {
  const answer = toolbar.handle(asks(`/_latchkey${path}?${new URLSearchParams(parameters).toString()}`))!;
  return { status: answer.status, type: answer.headers["Content-Type"]!, text: await new Response(answer.body).text() };
}

describe("the plan of a recorded statement, from node:sqlite", () => {
  const database = new DatabaseSync(":memory:");
  database.exec("create table users (id integer primary key, name text); create table items (owner integer)");
  const sql = "select * from users join items on items.owner = users.id where users.id = ?";
  // oxlint-disable-next-line typescript/require-await -- what a closure for a synchronous driver is
  const explain = async (): Promise<unknown> => database.prepare(`explain query plan ${sql}`).all();
  afterAll(() => database.close());

  test("is asked for by the ids of the request and of the span", async () => {
    const toolbar = make();
    const { id } = visit(toolbar, { kind: "app", label: "first" }, statement(sql, explain));
    const explanation = await toolbar.explain(id, 2);
    expect(explanation).toMatchObject({ span: 2, problem: null, plan: expect.arrayContaining([expect.anything()]) });
    expect(explanation.blocks[0]).toEqual({
      kind: "code",
      title: "Plan",
      text: "SEARCH users USING INTEGER PRIMARY KEY (rowid=?)\nSCAN items",
    });
  });

  test("has an address, which answers with blocks, with a module, or with the data", async () => {
    const toolbar = make();
    const { id, token } = visit(toolbar, statement(sql, explain));
    const path = `/exchanges/${id}/explain`;
    const blocks = await read(toolbar, path, { span: "1", token });
    expect([blocks.status, blocks.type]).toEqual([200, "application/json; charset=utf-8"]);
    expect((JSON.parse(blocks.text) as readonly Block[])[0]).toMatchObject({ kind: "code", title: "Plan" });
    const module = await read(toolbar, path, { span: "1", token, as: "module" });
    expect([module.type, module.text]).toEqual([
      "text/javascript; charset=utf-8",
      expect.stringMatching(/^export default \[\{"kind":"code".*\];\n$/),
    ]);
    const raw = await read(toolbar, path, { span: "1", token, format: "record" });
    expect(JSON.parse(raw.text)).toMatchObject({ span: 1, problem: null });
  });

  test("is not there without a token, for an earlier request, or for what is not a span", async () => {
    const toolbar = make();
    const first = visit(toolbar, statement(sql, explain));
    const second = visit(toolbar, statement(sql, explain));
    const statusOf = async (id: string, parameters: Readonly<Record<string, string>>): Promise<number> =>
      (await read(toolbar, `/exchanges/${id}/explain`, parameters)).status;
    expect(await statusOf(first.id, { span: "1", token: first.token })).toBe(200);
    expect(await statusOf(first.id, { span: "1" })).toBe(404);
    expect(await statusOf(first.id, { span: "1", token: second.token })).toBe(404);
    for (const span of ["", "-1", "1e3", "one", "9999999"])
      expect(await statusOf(first.id, { span, token: first.token })).toBe(404);
    expect(await statusOf("0".repeat(36), { span: "1", token: first.token })).toBe(404);
  });

  test("is offered on the panel Queries only for statements that read", () => {
    const toolbar = make();
    const { id } = visit(
      toolbar,
      statement("delete from users", explain),
      statement("select 1; drop table users", explain),
      { kind: "app", label: "select 1", explain },
      statement(sql, explain),
    );
    const queries = toolbar.page(id)!.panels.find((panel) => panel.id === "queries");
    expect(JSON.stringify(queries).match(/explain\?span=\d+/g)).toEqual(["explain?span=4"]);
  });

  test("of a request that is still running can be asked for", async () => {
    const toolbar = make();
    const exchange = toolbar.begin(asks("/"), {})!;
    exchange.startSpan(statement(sql, explain));
    expect(await toolbar.explain(exchange.id, 1)).toMatchObject({ problem: null });
  });
});

describe("what cannot be explained is said in a sentence", () => {
  const plan = async (): Promise<unknown> => await Promise.resolve("a plan");

  test("a statement that writes is never handed to the database", async () => {
    const toolbar = make();
    let asked = 0;
    const explain = async (): Promise<unknown> => await Promise.resolve(++asked);
    const { id } = visit(
      toolbar,
      statement("delete from users", explain),
      statement("select 1; delete from users", explain),
    );
    for (const span of [1, 2, 3]) {
      expect(await toolbar.explain(id, span)).toMatchObject({
        plan: null,
        problem: expect.stringMatching(/^This statement cannot be explained\./),
      });
    }
    expect(asked).toBe(0);
  });

  test("an error of the database, without secrets", async () => {
    const toolbar = make();
    const fail = async (): Promise<unknown> =>
      await Promise.reject(new Error("no such column: a-cookie-value-of-24-chars"));
    const { id } = visit(toolbar, statement("select 1 from t", fail));
    const { problem, blocks } = await toolbar.explain(id, 1);
    expect(problem).toBe("The database refused: Error: no such column: [hidden value]");
    expect(blocks).toEqual([{ kind: "note", tone: "warn", text: problem }]);
  });

  test("a function that throws, and an answer that cannot be read", async () => {
    const toolbar = make();
    const hostile = {
      get plan(): never {
        throw new Error("x");
      },
    };
    const { id } = visit(
      toolbar,
      statement("select 1", () => {
        throw new TypeError("closed");
      }),
      statement("select 2", async () => await Promise.resolve(hostile)),
      statement("select 3", async () => await Promise.resolve(undefined)),
    );
    expect((await toolbar.explain(id, 1)).problem).toBe("The database refused: TypeError: closed");
    expect((await toolbar.explain(id, 2)).problem).toBe("The database's answer could not be read.");
    expect((await toolbar.explain(id, 3)).problem).toBeNull();
  });

  test("a request that is not in the history any more", async () => {
    const toolbar = make({ history: 1 });
    const first = visit(toolbar, statement("select 1", plan));
    expect((await toolbar.explain(first.id, 1)).problem).toBeNull();
    visit(toolbar);
    expect((await toolbar.explain(first.id, 1)).problem).toMatch(/only while this process remembers the request\.$/);
  });

  test("the statements after the first 100 of a request", async () => {
    const toolbar = make();
    const { id } = visit(toolbar, ...Array.from({ length: 101 }, () => statement("select 1", plan)));
    expect((await toolbar.explain(id, 100)).problem).toBeNull();
    expect((await toolbar.explain(id, 101)).problem).not.toBeNull();
  });

  test("two questions at once are asked, and a third is refused until one is answered", async () => {
    const toolbar = make();
    const answers: ((plan: string) => void)[] = [];
    const slow = async (): Promise<unknown> => await new Promise((resolve) => answers.push(resolve));
    const { id } = visit(toolbar, statement("select 1", slow));
    const running = [toolbar.explain(id, 1), toolbar.explain(id, 1)];
    expect((await toolbar.explain(id, 1)).problem).toBe(
      "The database has not answered 2 earlier questions yet. Try again later.",
    );
    expect(answers).toHaveLength(2);
    for (const answer of answers) answer("Seq Scan");
    expect((await Promise.all(running)).map(({ plan }) => plan)).toEqual(["Seq Scan", "Seq Scan"]);
    const later = toolbar.explain(id, 1);
    await expect.poll(() => answers.length).toBe(3);
    answers[2]!("Seq Scan");
    expect((await later).problem).toBeNull();
  });

  test("a database that does not answer in time goes on to count", async () => {
    const explanations = new Explanations(20);
    const silent = { explainers: new Map([[1, async () => await new Promise(() => {})]]), redactText: String };
    for (const _ of [1, 2])
      expect((await explanations.explain(silent, 1)).problem).toBe("The database did not answer within 20 ms.");
    expect((await explanations.explain(silent, 1)).problem).toMatch(/^The database has not answered 2 earlier/);
  });
});

test("what explaining does is not recorded, also if a handler asks for it", async () => {
  const toolbar = make();
  const { id } = visit(
    toolbar,
    statement("select 1", async () => await toolbar.span("explain", async () => await Promise.resolve("a plan"))),
  );
  const exchange = toolbar.begin(asks("/"), {})!;
  await toolbar.run(exchange, async () => await toolbar.explain(id, 1));
  toolbar.finish(exchange);
  expect(exchange.spans).toEqual([]);
});

test("a plan is cut, and secrets are removed from its texts, but not by the names of its columns", async () => {
  const toolbar = make();
  const deep: unknown = Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], "deepest");
  const { id } = visit(
    toolbar,
    statement("select 1", async () => await Promise.resolve([{ key: "PRIMARY", Extra: "a-cookie-value-of-24-chars" }])),
    statement("select 2", async () => await Promise.resolve(Array.from({ length: 200_000 }, (_, index) => index))),
    statement("select 3", async () => await Promise.resolve(deep)),
  );
  expect((await toolbar.explain(id, 1)).plan).toEqual([{ key: "PRIMARY", Extra: "[hidden value]" }]);
  expect(JSON.stringify((await toolbar.explain(id, 2)).plan).length).toBeLessThan(50_000);
  expect(JSON.stringify((await toolbar.explain(id, 3)).plan)).toMatch(/^\[+"…"\]+$/);
});

describe.skipIf(postgresPrograms === undefined)("PostgreSQL", () => {
  let server: Service & { readonly url: string };
  let pool: Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.url });
    await pool.query("create table users (id int primary key, name text); create sequence ids");
  }, 300_000);
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  const recorded = (label: string, params: readonly unknown[] = []): SpanStart => ({
    ...statement(label, async () => await pool.query(`explain ${label}`, [...params]), "postgresql"),
  });
  const textOf = ({ blocks }: Explanation): string =>
    blocks.map((block) => ("text" in block ? block.text : "")).join("\n");

  test("answers with its plan, with the parameters of the request", async () => {
    const toolbar = make();
    const { id } = visit(toolbar, recorded("select * from users where id = $1", [7]), recorded("select * from users"));
    expect(textOf(await toolbar.explain(id, 1))).toMatch(
      /^Index Scan using users_pkey on users .*\n +Index Cond: \(id = 7\)/,
    );
    expect(textOf(await toolbar.explain(id, 2))).toMatch(/^Seq Scan on users /);
  });

  test("does not execute the statement", async () => {
    const toolbar = make();
    const { id } = visit(toolbar, recorded("select nextval('ids')"));
    expect((await toolbar.explain(id, 1)).problem).toBeNull();
    expect((await pool.query<{ called: boolean }>("select is_called as called from ids")).rows[0]!.called).toBe(false);
  });

  test("its errors are sentences, and secrets in its plans are hidden", async () => {
    const toolbar = make();
    const { id } = visit(
      toolbar,
      recorded("select * from gone"),
      recorded("select * from users where name = $1", ["a-cookie-value-of-24-chars"]),
    );
    expect((await toolbar.explain(id, 1)).problem).toBe('The database refused: error: relation "gone" does not exist');
    const plan = textOf(await toolbar.explain(id, 2));
    expect(plan).toContain("Filter: (name = '[hidden value]'::text)");
  });
});
