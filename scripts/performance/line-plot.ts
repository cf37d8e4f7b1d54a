import { onLogAxis, place, shortNumber, svg, text, ticksAround } from "./svg.ts";

/** A line: its name, and points of both axes. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Lines that belong together have one colour, and their own strokes. */
  readonly colour: number;
  readonly isDashed?: boolean;
}

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [820, 400, 70, 48, 262, 52] as const;
/** Lines of text to one another. */
const LEADING = 16;

/**
 * A plot with two logarithmic axes: what is flat costs the same, and what is half as high costs a
 * certain part. Each line's name stands at its right end, with how many times its first point its
 * last one is.
 */
export function linePlot(title: string, xLabel: string, yLabel: string, given: readonly Line[]): string {
  const lines = given
    .map((line) => ({ ...line, points: line.points.filter(([, y]) => y > 0) }))
    .filter(({ points }) => points.length > 0);
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].toSorted((a, b) => a - b);
  const ys = lines.flatMap(({ points }) => points.map(([, y]) => y));
  const ticks = ticksAround(Math.min(...ys), Math.max(...ys));
  const xEnds = [xs[0]!, xs.length > 1 ? xs.at(-1)! : xs[0]! * 10] as const;
  const px = (x: number): number => onLogAxis(x, xEnds, [LEFT, WIDTH - RIGHT]);
  const py = (y: number): number => onLogAxis(y, [ticks[0]!, ticks.at(-1)!], [HEIGHT - BOTTOM, TOP]);
  const ends = apart(lines.map(({ points }) => py(points.at(-1)![1])));
  return svg(WIDTH, HEIGHT, title, [
    text(16, 26, title, ' class="title"'),
    ...xs.flatMap((x) => [
      `<path class="grid" d="M${place(px(x))} ${TOP}V${HEIGHT - BOTTOM}"/>`,
      text(px(x), HEIGHT - BOTTOM + 18, shortNumber(x), ' class="dim" text-anchor="middle"'),
    ]),
    ...ticks.flatMap((y) => [
      `<path class="grid" d="M${LEFT} ${place(py(y))}H${WIDTH - RIGHT}"/>`,
      text(LEFT - 8, py(y) + 4, shortNumber(y), ' class="dim" text-anchor="end"'),
    ]),
    ...lines.flatMap((line, index) => drawn(line, px, py, ends[index]!)),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, xLabel, ' class="dim" text-anchor="middle"'),
    text(
      0,
      0,
      yLabel,
      ` class="dim" transform="translate(20 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle"`,
    ),
  ]);
}

function drawn(
  { name, points, colour, isDashed = false }: Line,
  px: (x: number) => number,
  py: (y: number) => number,
  labelY: number,
): readonly string[] {
  const path = points.map(([x, y], at) => `${at === 0 ? "M" : "L"}${place(px(x))} ${place(py(y))}`).join("");
  const [endX, endY] = [px(points.at(-1)![0]), py(points.at(-1)![1])];
  const growth = points.length > 1 ? ` ×${times(points.at(-1)![1] / points[0]![1])}` : "";
  return [
    `<path class="line c${colour}${isDashed ? " dashed" : ""}" d="${path}"/>`,
    ...points.map(([x, y]) => `<circle class="c${colour}" cx="${place(px(x))}" cy="${place(py(y))}" r="3"/>`),
    `<path class="thin c${colour}" opacity="0.5" d="M${place(endX + 5)} ${place(endY)}L${WIDTH - RIGHT + 18} ${place(labelY)}"/>`,
    text(WIDTH - RIGHT + 22, labelY + 4, name + growth, ` class="label c${colour}"`),
  ];
}

function times(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}

/** The same heights, moved just as far as it takes that names there do not cover each other. */
function apart(heights: readonly number[]): number[] {
  const moved = [...heights];
  const order = heights.map((_, index) => index).sort((one, other) => heights[one]! - heights[other]!);
  // Each pass pushes neighbours away from each other by half of what is missing.
  for (let pass = 0; pass < 500; pass++) {
    for (const [at, index] of order.entries()) {
      const next = order[at + 1];
      if (next === undefined) continue;
      const missing = LEADING - (moved[next]! - moved[index]!);
      if (missing > 0) [moved[index], moved[next]] = [moved[index]! - missing / 2, moved[next]! + missing / 2];
    }
  }
  return moved;
}
