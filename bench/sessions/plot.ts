/** A line: its name, and points of both axes. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Lines that belong together have one colour, and their own strokes. */
  readonly colour: number;
  readonly isDashed?: boolean;
}

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [780, 420, 74, 44, 220, 54] as const;
/** Lines of text to one another. */
const LEADING = 15;
const COLOURS = ["#1b6ca8", "#0b8f8f", "#c0392b", "#8e44ad", "#b9770e", "#555555"];

/**
 * An SVG plot with two logarithmic axes, on which "flat" can be seen. Each line's name stands at
 * its right end.
 */
export function plot(title: string, xLabel: string, yLabel: string, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points);
  const decades = (values: readonly number[]): [number, number] => {
    const logs = values.map((value) => Math.log10(value));
    const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
    return [low, high === low ? low + 1 : high];
  };
  const [x0, x1] = decades(points.map(([x]) => x));
  const [y0, y1] = decades(points.map(([, y]) => y));
  const px = (x: number): number => LEFT + ((Math.log10(x) - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => HEIGHT - BOTTOM - ((Math.log10(y) - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM);
  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  const grid = [
    ...range(x0, x1).flatMap((x) => [
      `<path d="M${px(x).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/>`,
      text(px(x), HEIGHT - BOTTOM + 18, x.toLocaleString("en"), ' text-anchor="middle"'),
    ]),
    ...range(y0, y1).flatMap((y) => [
      `<path d="M${LEFT} ${py(y).toFixed(1)}H${WIDTH - RIGHT}" stroke="#ddd"/>`,
      text(LEFT - 8, py(y) + 4, y.toLocaleString("en"), ' text-anchor="end"'),
    ]),
  ];
  const ends = apart(lines.map((line) => py(line.points.at(-1)![1])));
  const drawn = lines.flatMap(({ name, points: own, colour: number, isDashed = false }, index) => {
    const colour = COLOURS[number % COLOURS.length]!;
    const path = own.map(([x, y], at) => `${at === 0 ? "M" : "L"}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join("");
    const [endX, endY] = [px(own.at(-1)![0]), py(own.at(-1)![1])];
    return [
      `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${isDashed ? ' stroke-dasharray="5 4" opacity="0.75"' : ""}/>`,
      ...own.map(([x, y]) => `<circle cx="${px(x).toFixed(1)}" cy="${py(y).toFixed(1)}" r="3" fill="${colour}"/>`),
      `<path d="M${(endX + 5).toFixed(1)} ${endY.toFixed(1)}L${WIDTH - RIGHT + 18} ${ends[index]!.toFixed(1)}" stroke="${colour}" opacity="0.5"/>`,
      text(WIDTH - RIGHT + 22, ends[index]! + 4, name, ` fill="${colour}"`),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(LEFT, 24, title, ' font-size="15"'),
    ...grid,
    ...drawn,
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, xLabel, ' text-anchor="middle"'),
    text(0, 0, yLabel, ` transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle"`),
    "</svg>\n",
  ].join("\n");
}

function text(x: number, y: number, content: string, more = ""): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${content}</text>`;
}

/** The same heights, moved just as far as it takes that names there do not cover each other. */
function apart(heights: readonly number[]): number[] {
  const moved = [...heights];
  const order = heights.map((_, index) => index).sort((one, other) => heights[one]! - heights[other]!);
  // Each pass pushes neighbours away from each other by half of what is missing.
  for (let pass = 0; pass < 500; pass++) {
    for (const [place, index] of order.entries()) {
      const next = order[place + 1];
      if (next === undefined) continue;
      const missing = LEADING - (moved[next]! - moved[index]!);
      if (missing > 0) [moved[index], moved[next]] = [moved[index]! - missing / 2, moved[next]! + missing / 2];
    }
  }
  return moved;
}
