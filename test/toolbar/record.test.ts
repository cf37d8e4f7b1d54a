import { Console } from "node:console";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { debugToolbar, session, type SessionRequest } from "latchkey/node";
import { Toolbar, type Exchange, type ExchangeRecord } from "latchkey/toolbar";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { misfits, recordSchema } from "../support/docs/record-schema.ts";

const quiet = new Console(new PassThrough().resume());
const schema = recordSchema();
const toolbar = new Toolbar({
  keys: generateSecretKey(),
  panels: [{ id: "mine", title: "Mine", collect: () => ({ any: [1, { thing: null }] }), view: () => [] }],
});
let server: Server;
let url: string;
let records: readonly ExchangeRecord[];

beforeAll(async () => {
  const keys = generateSecretKey();
  const show = debugToolbar(toolbar);
  const open = session(new SessionManager<{ visits?: number }>({ keys }));
  server = createServer((request, response) =>
    show(request, response, () =>
      open(request, response, () => {
        quiet.warn("a warning", { deep: [1] });
        toolbar.span("a span", () => toolbar.span("another", () => 1));
        if (request.url === "/visit") spansOfAllKinds(toolbar.begin(toolbar.describe(request), request)!);
        if (request.url!.startsWith("/visit")) {
          const visitor = (request as SessionRequest<{ visits?: number }>).session;
          visitor.data.visits = 1;
          if (request.url === "/visit/login") visitor.login("7");
        }
        if (request.url === "/moved") response.writeHead(302, { Location: "/boom" });
        if (request.url === "/boom") {
          const exchange = toolbar.begin(toolbar.describe(request), request)!;
          exchange.fail(new TypeError("it broke", { cause: new Error("the cause") }));
          exchange.route = "/boom";
          response.statusCode = 500;
        }
        response.end("<p>x</p>");
      }),
    ),
  ).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cookies: string[] = [];
  const get = async (path: string, cookie = cookies.join("; ")): Promise<void> => {
    const response = await fetch(url + path, {
      redirect: "manual",
      headers: { accept: "text/html", cookie, origin: url },
    });
    await response.text();
    const [pair] = (response.headers.getSetCookie()[0] ?? "").split(";");
    if (pair !== undefined && pair !== "") cookies.splice(0, 1, pair);
  };
  await get("/");
  await get("/visit?q=1&q=2");
  await get("/visit/login");
  await get("/visit");
  await get("/moved");
  await get("/boom");
  await get("/visit", `${cookies.join()}x`);
  await get("/visit", "session=nonsense; other=1");
  await vi.waitUntil(() => toolbar.exchanges.length === 8, { timeout: 60_000 });
  records = toolbar.exchanges.map(({ id }) => toolbar.record(id)!);
});
afterAll(() => {
  toolbar.close();
  server.close();
  server.closeAllConnections();
});

/**
 * Whatever the panels of spans list: loops, repetitions, failures, slow ones, and one that does not
 * end.
 */
function spansOfAllKinds(exchange: Exchange): void {
  const done = (kind: string, label: string, detail = {}): void => exchange.startSpan({ kind, label, detail }).end();
  for (const id of [1, 2, 3, 3]) {
    done("sql", "select * from t where id = $1", { system: "postgresql", params: [id], rows: 1 });
    done("http", `GET https://api.example/${id}`, { method: "GET", status: 200, bytes: 7 });
    done("redis", "GET cart:7", { command: "GET", isHit: true });
    done("template", "cart.html", { names: ["cart"] });
  }
  exchange.startSpan({ kind: "sql", label: "select 1" }).end({ error: new Error("broken"), duration: 400 });
  exchange.startSpan({ kind: "http", label: "GET https://slow.example/" });
}

describe("docs/toolbar-records.md", () => {
  test("fits what is recorded: each member is on the page with its type, and none is missing", () => {
    const problems = records.flatMap((record) => [
      ...misfits(record, [...schema.get("The record")!, ...anywhere("summary")]),
      ...misfits(record.summary, schema.get("The summary")!),
      ...Object.entries(record.panels)
        .filter(([id]) => id !== "mine")
        .flatMap(([id, stats]) => misfits(stats, schema.get(id) ?? []).map((problem) => `${id}: ${problem}`)),
    ]);
    expect([...new Set(problems)]).toEqual([]);
  });

  test("explains each standard panel", () => {
    const ids = Object.keys(records[0]!.panels).filter((id) => id !== "mine");
    expect(ids.length).toBeGreaterThan(5);
    expect(ids.filter((id) => !schema.has(id))).toEqual([]);
  });

  test("would be noticed if it did not fit", () => {
    const summary = schema.get("The summary")!;
    const good = records[0]!.summary;
    expect(misfits(good, summary)).toEqual([]);
    expect(misfits({ ...good, path: 7 }, summary)).toEqual(["path is 7"]);
    expect(misfits({ ...good, more: 7 }, summary)).toEqual(["more is not on the page"]);
    expect(misfits({ ...good, tone: "plain" }, summary)).toEqual(['tone is "plain"']);
    const { path: _, ...without } = good;
    expect(misfits(without, summary)).toEqual(["path is missing"]);
    expect(
      misfits({ messages: [{ level: "log", text: "", at: null, where: "" }], omitted: 0 }, schema.get("logs")!),
    ).toEqual(["messages[].at is null"]);
  });

  test("was compared with records of all kinds", () => {
    const sessions = records.map(({ panels }) => panels.session!);
    expect(new Set(sessions.map(({ loaded }) => loaded?.verdict))).toEqual(
      new Set([undefined, "none", "valid", "rejected"]),
    );
    expect(sessions.map(({ loaded }) => loaded?.subject).filter(Boolean)).toEqual(["7"]);
    expect(records.some(({ panels }) => panels.overview!.findings.length > 0)).toBe(true);
    const { queries, cache, outgoing, templates, timeline } = records.find(
      ({ panels }) => panels.queries!.count > 0,
    )!.panels;
    expect([queries!.repeats, queries!.slow, queries!.errors, cache!.repeats, outgoing!.repeats]).not.toContainEqual(
      [],
    );
    expect([templates!.templates, timeline!.rows, timeline!.marks]).not.toContainEqual([]);
    expect(records.some(({ summary }) => summary.redirectedFrom !== undefined)).toBe(true);
    expect(records.every(({ version, panels }) => version === 1 && panels.logs!.messages.length > 0)).toBe(true);
  });
});

describe("a record", () => {
  test("is plain JSON, and the same at the toolbar's address", async () => {
    const { id } = toolbar.exchanges[0]!;
    const record = toolbar.record(id);
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
    const page = await (await fetch(`${url}/_latchkey/`)).text();
    const token = /token=([^&"]+)/.exec(page)![1]!;
    const address = `${url}/_latchkey/exchanges/${id}?format=record&token=${token}`;
    expect(await (await fetch(address)).json()).toEqual(record);
    expect((await fetch(address.replace(token, "x"))).status).toBe(404);
    expect((await fetch(address.replace(id, crypto.randomUUID()))).status).toBe(404);
  });

  test("says why a session was rejected, and the fix, for programs", () => {
    const rejected = records.find(({ panels }) => panels.session?.loaded?.reason === "malformed")!;
    expect(rejected.panels.session!.verdict).toEqual({
      short: "rejected",
      title: "Rejected: not a cookie of this server",
      text: expect.stringContaining("A new, empty session replaced it") as unknown,
      fix: expect.stringContaining("cookie name") as unknown,
    });
    expect(rejected.panels.overview!.findings).toContainEqual(
      expect.objectContaining({ panel: "session", panelTitle: "Session & key", tone: "warn" }),
    );
  });

  test("of a request that still runs can be had, and one that is unknown is undefined", () => {
    const exchange = toolbar.begin(
      {
        method: "GET",
        url: "/running",
        header: () => undefined,
        headers: [],
        remoteAddress: undefined,
        httpVersion: undefined,
      },
      {},
    )!;
    expect(toolbar.record(exchange.id)).toMatchObject({ version: 1, summary: { path: "/running", finished: false } });
    toolbar.finish(exchange);
    expect(toolbar.record("nothing")).toBeUndefined();
  });
});

/** Members that another section lists. */
function anywhere(name: string): ReturnType<typeof schema.get> & object {
  return [{ path: `${name}.*`, types: ["any"], isOptional: false }];
}
