import type { Panel, Span, Tone } from "../../../src/toolbar/index.ts";

interface Queries {
  readonly id: string;
  readonly spans: readonly Span[];
}

/** Every kind of block, filled with what an application might have recorded. */
export const SAMPLE_PANELS: readonly Panel[] = [
  {
    id: "sample-queries",
    title: "Queries",
    collect: ({ id, spans }): Queries => ({ id, spans: spans.filter(({ kind }) => kind === "sql") }),
    subtitle: (stats) => {
      const { spans } = stats as Queries;
      return spans.length === 0 ? undefined : `${spans.length} · ${total(spans).toFixed(1)} ms`;
    },
    findings: (stats) => {
      const { spans } = stats as Queries;
      const repeated = spans.filter(({ label }) => label.includes("order_id"));
      return repeated.length < 3
        ? []
        : [
            {
              tone: "warn",
              text: `The same query ran ${repeated.length} times, once for each order. Load them in one query.`,
              where: "src/routes/orders.ts:42",
            },
          ];
    },
    view: (stats) => {
      const { id, spans } = stats as Queries;
      const longest = Math.max(...spans.map(({ duration }) => duration ?? 0), 0.1);
      return [
        {
          kind: "numbers",
          items: [
            { value: String(spans.length), label: "Queries" },
            { value: total(spans).toFixed(1), unit: "ms", label: "Database time" },
            { value: String(new Set(spans.map(({ label }) => label)).size), label: "Different" },
            { value: String(spans.length > 4 ? 5 : 0), label: "Repeated", tone: spans.length > 4 ? "warn" : "plain" },
            { value: "2", unit: "of 10", label: "Connections", meter: { value: 2, of: 10 } },
          ],
        },
        {
          kind: "table",
          columns: [
            { title: "#", align: "right" },
            { title: "Statement", grow: true },
            { title: "Rows", align: "right" },
            { title: "Time", align: "right" },
            { title: "Where" },
          ],
          rows: spans.map((span, index) => ({
            cells: [
              index + 1,
              { text: span.label, mono: true },
              Number(span.detail["rows"] ?? 0),
              {
                text: `${(span.duration ?? 0).toFixed(2)} ms`,
                meter: { value: (span.duration ?? 0) / 1.2, of: longest },
              },
              { text: span.where, where: span.where },
            ],
            more: [
              {
                kind: "pairs",
                rows: [
                  { name: "Parameters", value: { text: JSON.stringify(span.detail["params"] ?? []), mono: true } },
                  { name: "Database", value: "shop on localhost:5432" },
                ],
              },
              { kind: "code", title: "Statement", text: span.label.replace(/ (from|where|order by) /g, "\n$1 ") },
              { kind: "ask", label: "EXPLAIN", path: `/compare?before=${id}&after=${id}` },
            ],
          })),
          empty: "No query ran for this request.",
        },
      ];
    },
  },
  {
    id: "sample-timeline",
    title: "Timeline",
    collect: (recording) => ({ spans: recording.spans, total: recording.elapsed() }),
    subtitle: (stats) => `${(stats as { total: number }).total.toFixed(0)} ms`,
    view: (stats) => {
      const { spans, total } = stats as { spans: readonly Span[]; total: number };
      const depthOf = (span: Span): number => {
        const parent = spans.find(({ id }) => id === span.parent);
        return parent === undefined ? 0 : depthOf(parent) + 1;
      };
      return [
        {
          kind: "timeline",
          title: "What happened when",
          total,
          rows: [
            { label: "GET /orders", start: 0, duration: total, tone: "plain" },
            ...spans.map((span) => ({
              label: span.label,
              start: span.start,
              duration: span.duration ?? 0,
              tone: TONES[span.kind] ?? "plain",
              depth: depthOf(span) + 1,
              where: span.where,
            })),
            { label: "Headers sent", start: total * 0.97, duration: 0 },
          ],
        },
      ];
    },
  },
  {
    id: "sample-exceptions",
    title: "Exceptions",
    collect: ({ error }) => error ?? null,
    subtitle: (stats) => (stats === null ? undefined : "1"),
    findings: (stats) =>
      stats === null
        ? []
        : [
            {
              tone: "error",
              text: "TypeError: Cannot read properties of undefined (reading 'price')",
              where: "src/routes/pay.ts:31",
            },
          ],
    view: (stats) =>
      stats === null
        ? [{ kind: "text", text: "No exception was thrown for this request." }]
        : [
            {
              kind: "verdict",
              tone: "error",
              title: "TypeError",
              text: "Cannot read properties of undefined (reading 'price')",
              hint: "The item is not in the price list.",
            },
            {
              kind: "table",
              title: "Stack",
              columns: [{ title: "Function" }, { title: "Where", grow: true }],
              rows: [
                {
                  cells: [
                    { text: "priceOf", mono: true },
                    { text: "src/routes/pay.ts:31", where: "src/routes/pay.ts:31" },
                  ],
                  more: [
                    {
                      kind: "code",
                      text: "  29  function priceOf(item: Item): number {\n  30    const entry = prices.get(item.id);\n▸ 31    return entry.price * item.count;\n  32  }",
                    },
                  ],
                },
                [
                  { text: "Layer.handleRequest", mono: true },
                  { text: "node_modules/router/lib/layer.js:152", tone: "plain" },
                ],
              ],
            },
          ],
  },
  {
    id: "sample-profiler",
    title: "Profiler",
    collect: ({ id }) => ({ id }),
    view: (stats) => [
      { kind: "flame", title: "CPU of this request", total: 84, rows: FLAME },
      {
        kind: "download",
        name: "request.cpuprofile",
        path: `/exchanges/${(stats as { id: string }).id}?format=record`,
      },
    ],
  },
  ...["Cache", "Outgoing", "Templates", "Routes", "Config", "Memory"].map((title): Panel => ({
    id: `sample-${title.toLowerCase()}`,
    title,
    collect: () => null,
    view: () => [{ kind: "text", text: `Nothing was recorded by the panel ${title} for this request.` }],
  })),
];

const TONES: Readonly<Record<string, Tone>> = { sql: "info", redis: "warn", http: "ok", app: "key" };
const FLAME = [
  { label: "(request)", start: 0, duration: 84, depth: 0 },
  { label: "router.handle", start: 0.5, duration: 82, depth: 1, where: "node_modules/router/index.js:151" },
  { label: "listOrders", start: 2, duration: 61, depth: 2, where: "src/routes/orders.ts:31" },
  { label: "renderPage", start: 64, duration: 17, depth: 2, where: "src/views/page.ts:12" },
  { label: "Pool.query", start: 3, duration: 12, depth: 3, where: "node_modules/pg-pool/index.js:180" },
  { label: "JSON.parse", start: 16, duration: 5, depth: 3 },
  { label: "priceOf", start: 22, duration: 38, depth: 3, where: "src/prices.ts:9" },
  { label: "roundToCents", start: 23, duration: 14, depth: 4, where: "src/prices.ts:31" },
  { label: "Intl.NumberFormat", start: 38, duration: 20, depth: 4 },
  { label: "escapeHtml", start: 65, duration: 9, depth: 3, where: "src/views/escape.ts:4" },
];

function total(spans: readonly Span[]): number {
  return spans.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
}
