import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instrument } from "latchkey/toolbar";
import { postgresPrograms, startPostgres } from "../../support/services.ts";
import { errorOf, spansOf, spansOfRequests, statementsOf } from "./spans-of.ts";

let server: Awaited<ReturnType<typeof startPostgres>> | undefined;
type Adapter = Awaited<ReturnType<PrismaPg["connect"]>>;
const opened: Adapter[] = [];

async function connect(factory: PrismaPg): Promise<Adapter> {
  const adapter = await factory.connect();
  opened.push(adapter);
  return adapter;
}
const newFactory = (): PrismaPg => new PrismaPg({ connectionString: server!.url });

beforeAll(async () => {
  if (postgresPrograms !== undefined) server = await startPostgres();
}, 300_000);
afterAll(async () => {
  for (const adapter of opened) await adapter.dispose();
  await server?.stop();
});

const query = (sql: string, ...args: readonly unknown[]) => ({
  sql,
  args: [...args],
  argTypes: args.map((arg) => ({
    scalarType: typeof arg === "number" ? ("int" as const) : ("string" as const),
    arity: "scalar" as const,
  })),
});

/** What an engine of Prisma does with its adapter. */
async function usage(adapter: Adapter): Promise<unknown> {
  await adapter.executeScript(
    "drop table if exists prisma_items; create table prisma_items (id int primary key, name text)",
  );
  const outcomes: unknown[] = [
    await adapter.executeRaw(query("insert into prisma_items values ($1, $2)", 1, "a")),
    await adapter.queryRaw(query("select * from prisma_items where id = $1", 1)),
    await adapter.queryRaw(query("select missing")).then(null, (error: Error) => [errorOf(error), error.cause]),
    [adapter.provider, adapter.adapterName],
  ];
  const transaction = await adapter.startTransaction();
  await transaction.executeRaw(query("insert into prisma_items values ($1, $2)", 2, "b"));
  await transaction.executeRaw(query("ROLLBACK"));
  await transaction.rollback();
  return [...outcomes, await adapter.queryRaw(query("select count(*)::int as n from prisma_items"))];
}

describe.skipIf(postgresPrograms === undefined)("a driver adapter of Prisma", () => {
  test("behaves as before", async () => {
    const plain = await usage(await connect(newFactory()));
    const factory = newFactory();
    expect(instrument(factory)).toBe(factory);
    const observed = await connect(factory);
    expect(await usage(observed)).toEqual(plain);
    let heard: unknown;
    await spansOf(async () => void (heard = await usage(observed)));
    expect(heard).toEqual(plain);
  });

  test("tells each statement, with those of transactions", async () => {
    const adapter = await connect(instrument(instrument(newFactory())));
    await usage(adapter);
    const spans = await spansOf(async () => void (await usage(adapter)));
    expect(spans.map(({ label, detail, error }) => [label, detail["params"], detail["rows"], error !== null])).toEqual([
      [expect.stringMatching(/^drop table/), undefined, undefined, false],
      ["insert into prisma_items values ($1, $2)", [1, "a"], 1, false],
      ["select * from prisma_items where id = $1", [1], 1, false],
      ["select missing", [], undefined, true],
      ...(spans.some(({ label }) => label === "BEGIN") ? [["BEGIN", expect.anything(), expect.anything(), false]] : []),
      ["insert into prisma_items values ($1, $2)", [2, "b"], 1, false],
      ["ROLLBACK", [], expect.anything(), false],
      ["select count(*)::int as n from prisma_items", [], 1, false],
    ]);
    expect(spans.every(({ kind, duration }) => kind === "sql" && duration !== null)).toBe(true);
  });

  test("a plan is that of the statement, and is not published", async () => {
    const adapter = await connect(instrument(newFactory()));
    await usage(adapter);
    const [message] = await statementsOf(
      async () => await adapter.queryRaw(query("select * from prisma_items where id = $1", 1)),
    );
    let plan: readonly string[] = [];
    expect(await statementsOf(async () => void (plan = await message!.explain!()))).toEqual([]);
    expect(plan.join("\n")).toMatch(/prisma_items_pkey/);
  });

  test("40 requests at once have their own statements", async () => {
    const adapter = await connect(instrument(newFactory()));
    const all = await spansOfRequests(
      40,
      async (number) => void (await adapter.queryRaw(query("select $1::int as n", number))),
    );
    for (const [number, spans] of all.entries())
      expect(spans.map(({ detail }) => detail["params"])).toEqual([[number]]);
  });
});
