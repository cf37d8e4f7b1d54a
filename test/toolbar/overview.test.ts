import { Console } from "node:console";
import { channel } from "node:diagnostics_channel";
import { PassThrough } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { CHANNELS, type SessionLoaded } from "../../src/diagnostics.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar, type Exchange, type Panel, type PanelView, type ToolbarRequest } from "../../src/toolbar/index.ts";

const quiet = new Console(new PassThrough().resume());
const open: Toolbar[] = [];
afterEach(() => {
  for (const toolbar of open.splice(0)) toolbar.close();
});

const REQUEST: ToolbarRequest = {
  method: "GET",
  url: "/cart",
  header: () => undefined,
  headers: [],
  remoteAddress: "127.0.0.1",
  httpVersion: "1.1",
};

/** The first tab of a request, and the toolbar that has it. */
function overview(
  run: (exchange: Exchange) => void,
  {
    panels = [],
    status = 200,
    headers = [],
  }: {
    readonly panels?: readonly Panel[];
    readonly status?: number;
    readonly headers?: readonly (readonly [string, string])[];
  } = {},
): PanelView {
  // A busy machine must not add the finding of a slow request.
  const toolbar = new Toolbar({ keys: generateSecretKey(), panels, slowMs: 60_000 });
  open.push(toolbar);
  const exchange = toolbar.begin(REQUEST, {})!;
  toolbar.run(exchange, () => run(exchange));
  exchange.responded({ status, headers });
  toolbar.finish(exchange);
  return toolbar.page(exchange.id)!.panels[0]!;
}

test("a request without findings says so in a sentence", () => {
  const { id, findings, blocks } = overview(() => {});
  expect([id, findings]).toEqual(["overview", []]);
  expect(blocks[0]).toEqual({
    kind: "verdict",
    tone: "ok",
    title: "No findings",
    text: expect.stringMatching(/^GET \/cart was answered with 200 in [\d.]+ ms\.$/) as string,
  });
});

test("the findings of all panels are first: errors, then warnings, with their lines and panels", () => {
  const { blocks } = overview(
    (exchange) => {
      for (const id of [1, 2, 3])
        exchange.startSpan({ kind: "sql", label: "select * from items where id = $1", detail: { params: [id] } }).end();
      quiet.error("broken");
    },
    { status: 503 },
  );
  expect(blocks[0]).toMatchObject({ kind: "table", title: "3 findings" });
  const { rows } = blocks[0] as { rows: readonly unknown[] };
  expect(rows).toEqual([
    [
      { text: "✕ error", tone: "error" },
      "The server answered 503 Service Unavailable.",
      "",
      { text: "Response", panel: "response" },
    ],
    [
      { text: "✕ error", tone: "error" },
      "1 error was logged.",
      expect.objectContaining({ where: expect.stringMatching(/^test\/toolbar\/overview\.test\.ts:\d+$/) as string }),
      { text: "Logs", panel: "logs" },
    ],
    [
      { text: "! warning", tone: "warn" },
      expect.stringMatching(/^The same query ran 3 times, [\d.]+ ms in all\. /),
      expect.objectContaining({ where: expect.stringMatching(/^test\/toolbar\/overview\.test\.ts:\d+$/) as string }),
      { text: "Queries", panel: "queries" },
    ],
  ]);
});

test("then the big numbers of what happened, and none of what did not", () => {
  const numbersOf = ({ blocks }: PanelView): readonly (readonly [string, string | undefined])[] =>
    blocks.flatMap((block) =>
      block.kind === "numbers" ? block.items.map(({ label, panel }) => [label, panel] as const) : [],
    );
  expect(numbersOf(overview(() => {}))).toEqual([
    ["Status", "response"],
    ["Total", "timing"],
  ]);
  const busy = overview(
    (exchange) => {
      exchange.startSpan({ kind: "sql", label: "select 1" }).end();
      exchange.startSpan({ kind: "redis", label: "GET a" }).end();
      exchange.startSpan({ kind: "http", label: "GET https://a.example/" }).end();
      quiet.log("hello");
    },
    { headers: [["Content-Length", "1234"]] },
  );
  expect(numbersOf(busy)).toEqual([
    ["Status", "response"],
    ["Total", "timing"],
    ["Size", "response"],
    ["1 query", "queries"],
    ["1 cache call", "cache"],
    ["1 outgoing request", "outgoing"],
    ["Log messages", "logs"],
  ]);
});

test("the session is one of them where it was used", () => {
  const message: SessionLoaded = { cookieName: "s", format: "signed", verdict: "none", bytes: 0, snapshot: () => ({}) };
  const { blocks } = overview(() => channel(CHANNELS.sessionLoaded).publish(message));
  expect(JSON.stringify(blocks)).toContain('{"panel":"session","value":"empty","label":"Session"}');
});

test("panels of your own have a part in it, and one that throws does not", () => {
  const panel = (id: string, more: Partial<Panel>): Panel => ({
    id,
    title: id,
    collect: () => 7,
    view: () => [],
    ...more,
  });
  const { blocks } = overview(() => {}, {
    panels: [
      panel("mine", {
        numbers: (stats) => [{ value: String(stats), label: "Jobs" }],
        findings: () => [{ tone: "warn", text: "7 jobs wait.", where: "jobs.ts:1" }],
      }),
      panel("broken", {
        numbers: () => {
          throw new Error("x");
        },
      }),
    ],
  });
  expect(JSON.stringify(blocks[0])).toContain('"7 jobs wait."');
  expect(JSON.stringify(blocks[1])).toContain('{"panel":"mine","value":"7","label":"Jobs"}');
});

test("a request that is still running is described as such", () => {
  const toolbar = new Toolbar({ keys: generateSecretKey() });
  open.push(toolbar);
  const exchange = toolbar.begin(REQUEST, {})!;
  expect(toolbar.page(exchange.id)!.panels[0]!.blocks[0]).toMatchObject({ title: "Still running", tone: "info" });
});

test("the id of the first tab cannot be taken by a panel", () => {
  expect(() =>
    overview(() => {}, { panels: [{ id: "overview", title: "x", collect: () => 1, view: () => [] }] }),
  ).toThrow(/two panels with the id "overview"/);
});
