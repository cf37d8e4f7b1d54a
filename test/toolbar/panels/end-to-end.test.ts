import { readFileSync } from "node:fs";
import { channel } from "node:diagnostics_channel";
import { createServer } from "node:http";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import express from "express";
import Fastify from "fastify";
import { debugToolbar as forExpress } from "latchkey/express";
import { debugToolbar as forFastify } from "latchkey/fastify";
import { generateSecretKey } from "latchkey/keys";
import { Toolbar, type OpenSpan, type Panel, type PanelView, type Recording, type SpanStart } from "latchkey/toolbar";
import { afterAll, describe, expect, test } from "vitest";
import { served } from "../../support/frameworks.ts";

const database = new DatabaseSync(":memory:");
database.exec(`
  create table users (id integer primary key, name text);
  create table items (id integer primary key, owner integer);
  insert into users values (1, 'Ada'), (2, 'Bob');
`);
afterAll(() => database.close());

const asked = channel("test:end-to-end:recording");

/** Hands the recording of the request to the handler, which begins spans at its own lines. */
const source: Panel = {
  id: "source",
  title: "Source",
  channels: {
    "test:end-to-end:recording": (message, recording) => void ((message as { given?: Recording }).given = recording),
  },
  collect: () => 0,
  view: () => [],
};

function recordingOf(): Recording {
  const message: { given?: Recording } = {};
  asked.publish(message);
  return message.given!;
}

/** The span of a statement, as a source begins it. */
function statement(label: string, ...params: readonly SQLInputValue[]): SpanStart {
  return {
    kind: "sql",
    label,
    detail: { system: "sqlite", database: ":memory:", params },
    // oxlint-disable-next-line typescript/require-await -- a synchronous driver
    explain: async () => database.prepare(`explain query plan ${label}`).all(...params),
  };
}

/** Runs a statement, and ends its span. */
function run(span: OpenSpan, { label, detail }: SpanStart): void {
  try {
    const rows = database.prepare(label).all(...(detail!["params"] as readonly SQLInputValue[]));
    span.end({ detail: { rows: rows.length } });
  } catch (error) {
    span.end({ error });
  }
}

/** A page with an N+1, a repetition, an error and a span of its own. */
async function page(toolbar: Toolbar, count: number): Promise<string> {
  const recording = recordingOf();
  const user = statement("select * from users where id = ?", 1);
  run(recording.startSpan(user), user); // first
  await toolbar.span("load items", async () => {
    for (let id = 1; id <= count; id++) {
      if (count < 100) await wait(0);
      const items = statement("select * from items where owner = ?", id);
      run(recording.startSpan(items), items); // loop
    }
  });
  run(recording.startSpan(user), user); // again
  const missing = statement("select * from missing");
  run(recording.startSpan(missing), missing); // missing
  return `<!doctype html><title>${count}</title>`;
}

const OWN = "test/toolbar/panels/end-to-end.test.ts";
const lines = readFileSync(fileURLToPath(import.meta.url), "utf8").split("\n");
const lineOf = (text: string): string => `${OWN}:${lines.findIndex((line) => line.endsWith(text)) + 1}`;
const LOOP = lineOf("// loop");

const byText = (one: readonly unknown[], other: readonly unknown[]): number =>
  String(one[0]) < String(other[0]) ? -1 : 1;

const SERVERS: Readonly<Record<string, (toolbar: Toolbar) => ReturnType<typeof served>>> = {
  Express: async (toolbar) => {
    const app = express().use(forExpress(toolbar));
    app.get("/:count", async (request, response) => {
      response.send(await page(toolbar, Number(request.params.count)));
    });
    return await served(createServer(app).listen(0, "127.0.0.1"));
  },
  Fastify: async (toolbar) => {
    const app = Fastify();
    await app.register(forFastify(toolbar));
    app.get<{ Params: { count: string } }>("/:count", async (request, reply) => {
      const html = await page(toolbar, Number(request.params.count));
      return reply.type("text/html").send(html);
    });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    return { url, close: async () => await app.close() };
  },
};

describe.each(Object.entries(SERVERS))("on %s with node:sqlite", (_, serve) => {
  const panelOf = (toolbar: Toolbar, id: string, panel: string): PanelView =>
    toolbar.page(id)!.panels.find((each) => each.id === panel)!;

  test("the loop, the repetition and the error are named with their lines", async () => {
    const toolbar = new Toolbar({ keys: generateSecretKey(), panels: [source], slowMs: 600_000 });
    const { url, close } = await serve(toolbar);
    try {
      await (await fetch(`${url}/8`)).text();
      await expect.poll(() => toolbar.exchanges.length).toBe(1);
      const { id } = toolbar.exchanges[0]!;
      const { findings } = panelOf(toolbar, id, "queries");
      const sentences = findings.map(({ text, where }) => [text.replaceAll(/[\d.]+ ms/g, "N ms"), where]);
      expect(sentences.toSorted(byText)).toEqual([
        ["A query failed: Error: no such table: missing", lineOf("// missing")],
        ["The same query ran 8 times, N ms in all. Load them in one query.", LOOP],
        [
          "The same query with the same parameters ran 2 times from 2 lines, N ms in all. Nothing was written in between. Load it once.",
          lineOf("// again"),
        ],
      ]);
      const timeline = panelOf(toolbar, id, "timeline").blocks.find((block) => block.kind === "timeline")!;
      // Frameworks report their layers too, and put the handler's spans inside of them.
      const own = timeline.rows.filter(({ detail }) => /^(?:SQL|Own spans)/.test(detail ?? ""));
      const outermost = Math.min(...own.map(({ depth = 0 }) => depth));
      expect(own.map(({ label, depth = 0 }) => `${"  ".repeat(depth - outermost)}${label}`)).toEqual([
        "select * from users where id = ?",
        "load items",
        ...Array.from({ length: 8 }, () => "  select * from items where owner = ?"),
        "select * from users where id = ?",
        "select * from missing",
      ]);
      const loop = timeline.rows.find(({ label }) => label.startsWith("select * from items"))!;
      expect(loop.where).toBe(LOOP);
      const offers = JSON.stringify(panelOf(toolbar, id, "queries").blocks).matchAll(/explain\?span=(\d+)/g);
      const [, items] = [...offers].map(([, span]) => Number(span));
      expect((await toolbar.explain(id, items!)).blocks[0]).toMatchObject({ kind: "code", text: "SCAN items" });
    } finally {
      await close();
      toolbar.close();
    }
  });

  test("each of 40 requests at the same time has its own queries", async () => {
    const toolbar = new Toolbar({ keys: generateSecretKey(), panels: [source], slowMs: 600_000 });
    const { url, close } = await serve(toolbar);
    try {
      const counts = Array.from({ length: 40 }, (_, index) => index + 3);
      await Promise.all(counts.map(async (count) => await (await fetch(`${url}/${count}`)).text()));
      await expect.poll(() => toolbar.exchanges.length).toBe(40);
      const found = toolbar.exchanges.map(({ id, path }) => [
        path,
        panelOf(toolbar, id, "queries")
          .findings.find(({ where }) => where === LOOP)
          ?.text.match(/ran (\d+) times/)?.[1],
        panelOf(toolbar, id, "queries").subtitle,
      ]);
      expect(found.toSorted(byText)).toEqual(
        counts.map((count) => [`/${count}`, String(count), String(count + 3)]).toSorted(byText),
      );
    } finally {
      await close();
      toolbar.close();
    }
  });

  test("10,000 queries in one request: the first 1,000 are recorded, all are counted, and the line is named", async () => {
    const toolbar = new Toolbar({ keys: generateSecretKey(), panels: [source], slowMs: 600_000 });
    const { url, close } = await serve(toolbar);
    try {
      await (await fetch(`${url}/9997`)).text();
      await expect.poll(() => toolbar.exchanges.length).toBe(1);
      const { id } = toolbar.exchanges[0]!;
      const panel = panelOf(toolbar, id, "queries");
      expect(panel.subtitle).toBe("10,000");
      expect(panel.findings).toContainEqual({
        tone: "warn",
        text: expect.stringMatching(/^The same query ran at least 99\d times, /) as string,
        where: LOOP,
      });
      expect(JSON.stringify(toolbar.page(id)).length).toBeLessThan(100_000);
    } finally {
      await close();
      toolbar.close();
    }
  });
});
