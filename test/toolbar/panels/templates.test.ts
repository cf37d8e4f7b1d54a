import { expect, test } from "vitest";
import { templatesPanel, type TemplateStats } from "../../../src/toolbar/panels/spans/templates.ts";
import { recordingOf, times, type SpanSketch } from "./recording-of.ts";

const panel = templatesPanel();
const collect = (sketches: readonly SpanSketch[]): TemplateStats =>
  JSON.parse(JSON.stringify(panel.collect(recordingOf(sketches)))) as TemplateStats;

test("lists templates with the names of their context", () => {
  const stats = collect([
    { kind: "template", label: "cart.html", duration: 9, where: "cart.ts:3", detail: { names: ["cart", "user", 7] } },
    { kind: "template", label: "row.html", start: 2, detail: { names: "broken" }, error: "Error: no row" },
  ]);
  expect(stats).toMatchObject({
    count: 2,
    wallMs: 9,
    templates: [
      { name: "cart.html", context: ["cart", "user"], where: "cart.ts:3" },
      { context: [], error: "Error: no row" },
    ],
  });
  expect(JSON.stringify(panel.view(stats))).toContain('"cart, user"');
  expect(panel.numbers!(stats)).toMatchObject([{ label: "2 templates" }]);
});

test("shows the first 200, and says so", () => {
  const stats = collect(times(900, (index): SpanSketch => ({ kind: "template", label: `t${index}` })));
  expect(stats.templates).toHaveLength(200);
  expect(JSON.stringify(panel.view(stats))).toContain("The first 200 of 900 templates");
});

test("without a template, it says so", () => {
  expect(panel.view(collect([]))).toEqual([{ kind: "text", text: "No template was recorded for this request." }]);
});
