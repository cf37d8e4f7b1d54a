import { counted, formatInteger, formatMilliseconds } from "../../format.ts";
import type { Block } from "../../blocks.ts";
import type { Panel } from "../../panel.ts";
import type { Recording } from "../../recording.ts";
import type { Span } from "../../span.ts";
import { durationCell, headline, labelCell, remarks, whereCell } from "./span-cells.ts";
import { factsOf, spansOf, totalsOf, type SpanFacts, type SpanTotals } from "./span-facts.ts";

/** A template that was rendered. */
export interface RenderedTemplate extends SpanFacts {
  readonly name: string;
  /** The names of what was handed to it, without the values. */
  readonly context: readonly string[];
}

/** The templates of one request, as plain JSON. */
export interface TemplateStats extends SpanTotals {
  /** The first 200, in the order of their beginning. */
  readonly templates: readonly RenderedTemplate[];
}

const KINDS = ["template"];
const MOST = { templates: 200, names: 100 };

/** Shows the templates that were rendered, and the names of what was handed to them. */
export function templatesPanel(): Panel<TemplateStats> {
  return {
    id: "templates",
    title: "Templates",
    collect,
    subtitle: ({ count }) => (count === 0 ? undefined : formatInteger(count)),
    numbers: (stats) => headline(stats, "template"),
    view,
  };
}

function collect(recording: Recording): TemplateStats {
  const spans = spansOf(recording, KINDS);
  return {
    ...totalsOf(recording, KINDS, spans),
    templates: spans.slice(0, MOST.templates).map((span) => ({
      ...factsOf(span),
      name: span.label.slice(0, 300),
      context: namesIn(span),
    })),
  };
}

function namesIn({ detail }: Span): readonly string[] {
  const names = detail["names"];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string").slice(0, MOST.names) : [];
}

function view(stats: TemplateStats): readonly Block[] {
  const { count, wallMs, requestMs, templates } = stats;
  if (count === 0) return [{ kind: "text", text: "No template was recorded for this request." }];
  return [
    {
      kind: "numbers",
      items: [
        { value: formatInteger(count), label: count === 1 ? "Template" : "Templates" },
        { value: formatMilliseconds(wallMs), unit: "ms", label: "Rendering", meter: { value: wallMs, of: requestMs } },
      ],
    },
    ...remarks(stats, "template"),
    {
      kind: "table",
      title:
        templates.length === count
          ? "Templates"
          : `The first ${formatInteger(templates.length)} of ${counted(count, "template")}`,
      columns: [
        { title: "At", align: "right" },
        { title: "Template", grow: true },
        { title: "Context" },
        { title: "ms", align: "right" },
        { title: "Where" },
      ],
      rows: templates.map((template) => [
        `${formatMilliseconds(template.startMs)} ms`,
        labelCell(template.name, template),
        { text: template.context.join(", "), mono: true },
        durationCell(template.durationMs, requestMs),
        whereCell(template.where),
      ]),
    },
  ];
}
