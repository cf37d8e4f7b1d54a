import { Console } from "node:console";
import { PassThrough } from "node:stream";
import { Redis } from "ioredis";
import type { ExchangePage, ExchangeRecord } from "latchkey/toolbar";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { redisPrograms, startRedis, type Service } from "../../support/services.ts";
import { recordOf, visit } from "../../support/toolbar-client.ts";
import { areDatabasesHere, DATABASES, itemsOf, VISITORS, type TestedDatabase } from "./databases.ts";
import { Discounts } from "./discounts.ts";
import { SERVERS, type ShopServer } from "./servers.ts";
import { LOGGED, THROWN, type ShopCarts } from "./shop.ts";

/** The frameworks that are tested with ioredis; the others have node-redis. */
const WITH_IOREDIS = ["Fastify", "Koa"];
/** What the shop does itself. Frameworks report their layers too, and drivers their connections. */
const OWN_KINDS = ["sql", "redis", "http", "template"];

interface Recorded {
  readonly visitor: number;
  readonly status: number;
  readonly html: string;
  readonly page: ExchangePage;
  readonly record: ExchangeRecord;
}

let redis: Service;
let discounts: Discounts;
let stopClients: () => Promise<unknown>;
const carts: Record<string, ShopCarts> = {};
const databases: Record<string, TestedDatabase> = {};

/** What is recorded of the page with this script, once its answer has ended. */
async function recordedBy(script: string): Promise<Pick<Recorded, "page" | "record">> {
  const read = async <Data>(parameters: string): Promise<Data> =>
    (await (await fetch(recordOf(script) + parameters)).json()) as Data;
  await expect.poll(async () => (await read<ExchangePage>("")).summary.finished).toBe(true);
  return { page: await read(""), record: await read("&format=record") };
}

/** All visitors open a page at the same time, and wait for each other in the middle of it. */
async function visitAll({ url }: ShopServer, name: "cart" | "order"): Promise<readonly Recorded[]> {
  discounts.holdUntil(VISITORS);
  const visits = Array.from({ length: VISITORS }, async (_, visitor) => {
    // A page that is answered before its visitor has asked for the discount has failed.
    const answer = await visit(`${url}/${name}/visitor-${visitor}`).finally(() => discounts.release());
    expect(answer.script, answer.text).toBeDefined();
    return { visitor, ...answer };
  });
  return await Promise.all(
    (await Promise.all(visits)).map(async ({ visitor, status, text, script }) => ({
      visitor,
      status,
      html: text,
      ...(await recordedBy(script!)),
    })),
  );
}

/** What has to be in the waterfall of a visit, in this order. */
function spansOf(visitor: string, mark: string): readonly string[] {
  return [
    `sql select '${visitor}' as visitor`,
    `sql select id from items where buyer = ${mark} order by id`,
    ...Array.from({ length: 3 }, () => `sql select price from items where id = ${mark}`),
    `redis SET cart:${visitor} ?`,
    `http GET ${discounts.url}/discounts/${visitor}`,
    `redis GET cart:${visitor}`,
    `sql update visits set times = times + 1 where visitor = ${mark}`,
    "template cart.html",
  ];
}

/** The record has what this visitor caused, and nothing of another one. */
function expectOwn({ visitor, page, record }: Recorded, { mark, loop }: TestedDatabase): void {
  const name = `visitor-${visitor}`;
  const { timeline, queries, templates, logs } = record.panels;
  const spans = timeline!.rows.filter(({ kind }) => OWN_KINDS.includes(kind));
  expect(spans.map(({ kind, label }) => `${kind} ${label}`)).toEqual(spansOf(name, mark));
  for (const { durationMs, error, count, where } of spans) {
    expect([durationMs === null, error, count]).toEqual([false, null, 1]);
    expect(where).toMatch(/^test\/toolbar\/shop\/\w+\.ts:\d+$/);
  }
  const repeated = queries!.groups.filter(({ count }) => count > 1);
  expect(repeated.map(({ runs }) => runs.map(({ params, where }) => [params, where]))).toEqual([
    itemsOf(visitor).map((item) => [[item], loop.where]),
  ]);
  expect(templates!.templates.map(({ context }) => context)).toEqual([
    expect.arrayContaining(["visitor", "prices", "total", `only for ${name}`]),
  ]);
  // Some frameworks log the error that they answer. The record says that it is the same one.
  const own = logs!.messages.filter(({ isReport }) => isReport !== true);
  expect(own.map(({ level, text, where }) => [level, text, where])).toEqual([
    ["log", `The cart of ${name} is opened.`, LOGGED[0]!.where],
    ["warn", `Few are left, says ${name}`, LOGGED[1]!.where],
    ["info", "The cart is shown.", LOGGED[2]!.where],
  ]);
  expect(own[2]!.fields).toMatchObject({ visitor: name, known: "3" });
  const named = new Set(JSON.stringify([page, record]).match(/visitor-\d+/g));
  expect([...named]).toEqual([name]);
}

/** The first tab names the loop with its line, which is the line with the statement. */
function expectLoop({ page }: Recorded, { loop }: TestedDatabase): void {
  expect(loop.text).toContain("// N+1 in ");
  const [overview] = page.panels;
  expect(overview!.id).toBe("overview");
  const table = overview!.blocks.find((block) => block.kind === "table")!;
  expect(table.rows).toContainEqual([
    { text: "! warning", tone: "warn" },
    expect.stringMatching(/^The same query ran 3 times, [\d.,]+ ms in all\. Load them in one query\.$/),
    { text: loop.where, mono: true, where: loop.where },
    { text: "Queries", panel: "queries" },
  ]);
}

/**
 * The error is on the page that the visitor sees, in the overview, and in its panel with its
 * source.
 */
function expectError({ visitor, html, page }: Recorded): void {
  const message = `Nothing is left for visitor-${visitor}.`;
  expect(html).toContain(message);
  expect(html).toContain(THROWN.where);
  const findings = page.panels.flatMap((panel) => panel.findings.map((finding) => ({ panel: panel.id, ...finding })));
  expect(findings.filter(({ tone }) => tone === "error")).toEqual([
    {
      panel: "exceptions",
      tone: "error",
      text: `RangeError: ${message}`,
      where: THROWN.where,
    },
  ]);
  const { blocks } = page.panels.find(({ id }) => id === "exceptions")!;
  expect(blocks.slice(0, 3)).toMatchObject([
    { kind: "verdict", tone: "error", title: "RangeError", text: message },
    { kind: "pairs", rows: [{ name: "Thrown at", value: { where: THROWN.where } }] },
    { kind: "code", text: expect.stringContaining(`> ${THROWN.line}    ${THROWN.text}\n`) as unknown },
  ]);
}

describe.skipIf(!areDatabasesHere || redisPrograms === undefined)("40 visitors of one page at the same time", () => {
  beforeAll(async () => {
    redis = await startRedis();
    const nodeRedis = await createClient({ url: `redis://127.0.0.1:${redis.port}` }).connect();
    const ioRedis = new Redis(redis.port, "127.0.0.1");
    Object.assign(carts, { nodeRedis, ioRedis });
    stopClients = async () => await Promise.all([nodeRedis.close(), ioRedis.quit()]);
    discounts = await Discounts.start();
    for (const [name, open] of Object.entries(DATABASES)) databases[name] = await open();
  });
  afterAll(async () => {
    await stopClients?.();
    for (const database of Object.values(databases)) await database.stop();
    await discounts?.close();
    await redis?.stop();
  });
  beforeEach(() => {
    // Frameworks write what they answer with 500 to the terminal.
    const quiet = new Console(new PassThrough().resume());
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    vi.spyOn(console, "error").mockImplementation(quiet.error.bind(quiet));
  });
  afterEach(() => vi.restoreAllMocks());

  describe.each(Object.keys(SERVERS))("on %s", (framework) => {
    describe.each(Object.keys(DATABASES))("with %s", (name) => {
      let server: ShopServer;
      let database: TestedDatabase;
      beforeAll(async () => {
        database = databases[name]!;
        server = await SERVERS[framework]!({
          database,
          carts: carts[WITH_IOREDIS.includes(framework) ? "ioRedis" : "nodeRedis"]!,
          discounts: discounts.url,
        });
      });
      afterAll(async () => await server?.close());

      test("each has a record of its own spans and logs, and the loop is named", async () => {
        for (const recorded of await visitAll(server, "cart")) {
          expect([recorded.status, recorded.html]).toEqual([
            200,
            expect.stringContaining(`<h1>The cart of visitor-${recorded.visitor}</h1>`),
          ]);
          expectOwn(recorded, database);
          expectLoop(recorded, database);
        }
      });

      test("each has the error that the page has thrown, with its line", async () => {
        for (const recorded of await visitAll(server, "order")) {
          expect(recorded.status).toBe(500);
          expectOwn(recorded, database);
          expectLoop(recorded, database);
          expectError(recorded);
        }
      });
    });
  });
});
