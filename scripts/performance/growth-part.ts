import type { LeftOut, MeasuredPoint } from "../../bench/sessions/growth/point.ts";
import type { Operation, Row } from "../../bench/sessions/number/measure.ts";
import { spreadOf } from "../../bench/spread.ts";
import { linePlot, type Line } from "./line-plot.ts";
import { number, paragraphs, shown, table } from "./markdown.ts";
import { pictures, type Part } from "./part.ts";
import type { Results } from "./results.ts";
import { shortNumber } from "./svg.ts";

interface Picture {
  readonly file: string;
  readonly title: string;
  /** The kinds of requests that are drawn. */
  readonly requests: readonly string[];
  /** Where sessions are, if only some are drawn. */
  readonly guarantees?: readonly string[];
}

interface Section {
  readonly axis: MeasuredPoint["axis"];
  readonly heading: string;
  readonly meaning: string;
  readonly xLabel: string;
  readonly pictures: readonly Picture[];
}

const IN_COOKIE = ["encrypted", "signed"];
const IN_STORE = ["memory", "redis", "postgres"];

const SECTIONS: readonly Section[] = [
  {
    axis: "size",
    heading: "With the size of a session",
    meaning: `A session of so many bytes of JSON. A larger Cookie header is part of the cost. *Cold*
is a cookie of Latchkey that it has not seen before; it remembers those of a moment ago.`,
    xLabel: "bytes of JSON in the session",
    pictures: [
      { file: "size-cookie-read", title: "A read from a cookie", requests: ["cold", "read"], guarantees: IN_COOKIE },
      { file: "size-cookie-write", title: "A write to a cookie", requests: ["write"], guarantees: IN_COOKIE },
      { file: "size-store-read", title: "A read from a store", requests: ["read"], guarantees: IN_STORE },
      { file: "size-store-write", title: "A write to a store", requests: ["write"], guarantees: IN_STORE },
    ],
  },
  {
    axis: "keys",
    heading: "With the keys in the ring",
    meaning: `Latchkey's cookies are read for the first time. A cookie made with the oldest key costs the
most: Latchkey also makes it again with the current key. A forged cookie is tried with all keys, unless
it names its key.`,
    xLabel: "keys in the ring",
    pictures: [
      {
        file: "keys-current",
        title: "A read of a cookie of the current key",
        requests: ["current key"],
      },
      {
        file: "keys-oldest",
        title: "A read of a cookie of the oldest key",
        requests: ["oldest key"],
      },
      { file: "keys-forged", title: "A forged cookie", requests: ["forged"] },
    ],
  },
  {
    axis: "connections",
    heading: "With the requests under way at once",
    meaning: `Each connection sends its next request when it has the answer. So this is CPU time for each
request, and not how long a visitor waits: that grows with the number of those before it.`,
    xLabel: "requests under way",
    pictures: [
      { file: "connections-read", title: "A read", requests: ["read"] },
      { file: "connections-write", title: "A write", requests: ["write"] },
    ],
  },
];
/** One colour for each guarantee; the peer's line is dashed. */
const COLOURS = ["encrypted", "signed", "memory", "redis", "postgres"];
const ADDED = "added CPU time, µs";

/** How the cost of a request grows. */
export function growthPart({ points: unsorted, leftOut, about }: NonNullable<Results["growth"]>): Part {
  const points = unsorted.toSorted((one, other) => one.x - other.x);
  const { load, cpus } = about.measuredOn;
  const noise =
    load === undefined || load <= 2 * cpus
      ? ""
      : `Others used the machine meanwhile (load average ${load.toFixed(0)}, ${cpus} processors). So the ups and
downs of a line are noise, and only its course says something.`;
  const drawn = SECTIONS.flatMap((section) =>
    section.pictures.map((picture) => [picture.file, pictureOf(points, section, picture)] as const),
  );
  return {
    pictures: Object.fromEntries(drawn),
    text: paragraphs(noise, ...SECTIONS.map((section) => sectionOf(points, leftOut, section))),
  };
}

function sectionOf(points: readonly MeasuredPoint[], leftOut: readonly LeftOut[], section: Section): string {
  const own = points.filter(({ axis }) => axis === section.axis);
  const xs = [...new Set(own.map(({ x }) => x))].toSorted((a, b) => a - b);
  const rows = [...Map.groupBy(own, ({ line, request }) => `${line}|${request}`).values()].map((list) => [
    nameOf(list[0]!),
    list[0]!.request,
    ...xs.map((x) => {
      const added = list.find((point) => point.x === x)?.added;
      return added === undefined ? "–" : shown(spreadOf(added), 0);
    }),
  ]);
  const missing = leftOut
    .filter(({ axis }) => axis === section.axis)
    .map(({ line, x, why }) => `${nameOf({ line })} at ${shortNumber(x)}: ${why}.`);
  return paragraphs(
    `### ${section.heading}`,
    section.meaning,
    pictures(section.pictures.map(({ file, title }) => [file, title])),
    `Added CPU time in µs, the median, and the least and the greatest of the rounds, by ${section.xLabel}:`,
    table(["sessions", "request", ...xs.map((x) => `${shortNumber(x)}>`)], rows),
    missing.length === 0 ? "" : `Left out: ${missing.join(" ")}`,
  );
}

function pictureOf(points: readonly MeasuredPoint[], { axis, xLabel }: Section, picture: Picture): string {
  const { title, requests, guarantees } = picture;
  const own = points.filter(
    (point) =>
      point.axis === axis &&
      requests.includes(point.request) &&
      (guarantees === undefined || guarantees.includes(point.guarantee)),
  );
  const lines = [...Map.groupBy(own, ({ line, request }) => `${line}|${request}`).values()].map((list): Line => {
    const { guarantee, isOurs, request } = list[0]!;
    return {
      name: `${nameOf(list[0]!)}${request === "cold" ? ", cold" : ""}`,
      colour: COLOURS.indexOf(guarantee),
      isDashed: !isOurs,
      points: list.map(({ x, added }) => [x, spreadOf(added).median] as const),
    };
  });
  return linePlot(`${title}, by ${xLabel}`, xLabel, ADDED, lines);
}

function nameOf({ line }: { readonly line: string }): string {
  return line.replace("latchkey", "Latchkey").replace("express-session, ", "express-session ");
}

const OPERATIONS: Readonly<Record<Operation, string>> = {
  read: "A read",
  write: "A read and a write",
  touch: "A touch, which moves the expiry",
};

/** How the cost of a store's operations grows with the sessions in it. */
export function numberPart(rows: readonly Row[]): Part {
  const operations = Object.entries(OPERATIONS) as [Operation, string][];
  const drawn = operations.map(([operation, title]) => {
    const lines = [...Map.groupBy(rows, ({ line }) => line)].flatMap(([name, own], colour): Line[] =>
      (["p50", "p99"] as const).map((label, index) => ({
        name: `${name} ${label}`,
        colour,
        isDashed: label === "p99",
        points: own.map((row) => [row.sessions, row[operation][index]!] as const),
      })),
    );
    return [
      `number-${operation}`,
      linePlot(`${title}, by the sessions in the store`, "sessions in the store", "µs", lines),
    ] as const;
  });
  const show = ([p50, p99]: readonly [number, number]): string =>
    [p50, p99].map((value) => number(value, value < 20 ? 1 : 0)).join(", ");
  return {
    pictures: Object.fromEntries(drawn),
    text: paragraphs(
      "### With the number of sessions in a store",
      `Times of one call after another, by the clock, in a store alone: no request and no server are around
it. The median of the rounds' p50 and p99.`,
      pictures(drawn.map(([file], index) => [file, operations[index]![1]])),
      table(
        ["store", "sessions>", "read: p50, p99 µs>", "read and write>", "touch>", "bytes a session>"],
        rows.map(({ line, sessions, bytesPerSession, ...own }) => [
          line,
          sessions.toLocaleString("en"),
          show(own.read),
          show(own.write),
          show(own.touch),
          number(bytesPerSession, 0),
        ]),
      ),
    ),
  };
}
