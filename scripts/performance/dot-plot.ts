import type { Spread } from "../../bench/spread.ts";
import { onLogAxis, place, shortNumber, svg, text, ticksAround } from "./svg.ts";

/** One row of a dot plot. */
export interface Dot {
  /** Rows with one group stand together, below its name. */
  readonly group: string;
  readonly name: string;
  readonly isOurs: boolean;
  readonly value: Spread;
}

const [WIDTH, LEFT, RIGHT, TOP, ROW, HEAD, BOTTOM] = [820, 256, 84, 66, 20, 26, 44] as const;

/**
 * A row for each contender on one logarithmic axis: the median of the rounds as a dot, and from the
 * least to the greatest as a line. What is below `least` is shown at the edge.
 */
export function dotPlot(title: string, xLabel: string, least: number, dots: readonly Dot[]): string {
  const clamp = (value: number): number => Math.max(value, least);
  const values = dots.flatMap(({ value }) => [value.min, value.max].map(clamp));
  const ticks = ticksAround(Math.min(...values), Math.max(...values));
  const px = (value: number): number => onLogAxis(clamp(value), [ticks[0]!, ticks.at(-1)!], [LEFT, WIDTH - RIGHT]);
  const parts: string[] = [];
  let y = TOP;
  for (const [group, rows] of Map.groupBy(dots, ({ group }) => group)) {
    parts.push(`<rect class="band" x="12" y="${y}" width="${WIDTH - 24}" height="${HEAD - 4}" rx="4"/>`);
    parts.push(text(20, y + 15, group, ' class="dim"'));
    y += HEAD;
    for (const { name, isOurs, value } of rows) {
      parts.push(...drawn(name, isOurs, value, px, y + ROW / 2));
      y += ROW;
    }
  }
  const shown = ticks.length > 9 ? ticks.filter((tick) => /^[15]/.test(tick.toExponential())) : ticks;
  const axis = shown.flatMap((tick) => [
    `<path class="grid" d="M${place(px(tick))} ${TOP - 6}V${y + 4}"/>`,
    text(
      px(tick),
      y + 20,
      tick <= least ? `≤ ${shortNumber(tick)}` : shortNumber(tick),
      ' class="dim" text-anchor="middle"',
    ),
  ]);
  return svg(WIDTH, y + BOTTOM, title, [
    text(16, 26, title, ' class="title"'),
    text(16, 46, "Dot: median of the rounds. Line: from the least to the greatest of them.", ' class="dim"'),
    ...axis,
    ...parts,
    text((LEFT + WIDTH - RIGHT) / 2, y + 38, xLabel, ' class="dim" text-anchor="middle"'),
  ]);
}

function drawn(
  name: string,
  isOurs: boolean,
  { median, min, max }: Spread,
  px: (value: number) => number,
  y: number,
): readonly string[] {
  const colour = isOurs ? "c0" : "c1";
  return [
    text(LEFT - 12, y + 4, name, ` class="${isOurs ? "ours" : ""}" text-anchor="end"`),
    `<path class="thin ${colour}" d="M${place(px(min))} ${place(y)}H${place(px(max))}"/>`,
    `<circle class="${colour}" cx="${place(px(median))}" cy="${place(y)}" r="4.5"/>`,
    text(WIDTH - RIGHT + 12, y + 4, median < 10 ? median.toFixed(1) : median.toFixed(0), ' class="dim"'),
  ];
}
