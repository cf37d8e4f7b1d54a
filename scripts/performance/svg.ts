/** Lines and marks, in colours that can be told apart in the light and in the dark. */
const COLOURS = [
  ["#0969da", "#58a6ff"],
  ["#bc4c00", "#f0883e"],
  ["#1a7f37", "#3fb950"],
  ["#8250df", "#bc8cff"],
  ["#bf3989", "#f778ba"],
  ["#57606a", "#8b949e"],
] as const;

/**
 * The style of all pictures. It follows the reader's own setting, without a script. Each picture
 * paints its own ground, so that it can be read on any page.
 */
const STYLE = `<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 } .dim { fill: #57606a } .ours { font-weight: 600 }
.ground { fill: #ffffff } .grid { stroke: #d8dee4; fill: none } .band { fill: #f6f8fa }
${COLOURS.map(([light], index) => `.c${index} { stroke: ${light}; fill: ${light} }`).join("\n")}
.line { fill: none; stroke-width: 2 } .dashed { stroke-dasharray: 5 4 } .thin { stroke-width: 1.5; fill: none }
text.label { stroke: none }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .dim { fill: #9198a1 }
.ground { fill: #0d1117 } .grid { stroke: #30363d } .band { fill: #161b22 }
${COLOURS.map(([, dark], index) => `.c${index} { stroke: ${dark}; fill: ${dark} }`).join("\n")}
.line, .thin { fill: none }
}
</style>`;

/** A picture of this size. What it shows is said once more for those who do not see it. */
export function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    STYLE,
    `<rect class="ground" width="${width}" height="${height}" rx="6"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

/** Text at a place. `more` are attributes, such as ` text-anchor="end"`. */
export function text(x: number, y: number, content: string, more = ""): string {
  return `<text x="${place(x)}" y="${place(y)}"${more}>${escaped(content)}</text>`;
}

/** A coordinate with one digit behind the point. */
export function place(value: number): string {
  return value.toFixed(1);
}

/**
 * Round numbers (1, 2 and 5 times powers of ten) from the greatest one below to the least one
 * above.
 */
export function ticksAround(least: number, greatest: number): readonly number[] {
  const steps = [1, 2, 5];
  const all = Array.from({ length: 14 }, (_, index) => steps.map((step) => step * 10 ** (index - 5))).flat();
  const first = all.findLastIndex((tick) => tick <= least);
  const last = all.findIndex((tick) => tick >= greatest);
  const ticks = all.slice(first, last + 1);
  return ticks.length > 1 ? ticks : all.slice(first, last + 2);
}

/** A place on a logarithmic axis between two ends. */
export function onLogAxis(
  value: number,
  [least, greatest]: readonly [number, number],
  [from, to]: readonly [number, number],
): number {
  return from + (Math.log(value / least) / Math.log(greatest / least)) * (to - from);
}

/** 1500 as "1,500", and 100000 as "100k". */
export function shortNumber(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 10_000) return `${value / 1000}k`;
  return value.toLocaleString("en");
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
