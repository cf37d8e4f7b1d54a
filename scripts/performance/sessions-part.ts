import { COMPARED, comparisonsOf, type Comparison } from "../../bench/sessions/comparison.ts";
import { cellOf, titleOf } from "../../bench/sessions/peer-table.ts";
import type { Figures } from "../../bench/sessions/report.ts";
import { spreadOf } from "../../bench/spread.ts";
import { dotPlot, type Dot } from "./dot-plot.ts";
import { number, paragraphs, table } from "./markdown.ts";
import { pictures, type Part } from "./part.ts";

/** What each kind of request is, and the title of its picture. */
const KINDS: Readonly<Record<string, readonly [heading: string, meaning: string]>> = {
  read: [
    "A read",
    "One of 64 visitors comes, and one entry is read. Latchkey remembers these cookies: it has verified them a moment ago.",
  ],
  cold: [
    "A read of a new cookie",
    "The same with 1,500 visitors in turn, which is more than Latchkey remembers. Peers remember nothing, so their read stands beside it.",
  ],
  write: ["A write", "One of 64 visitors comes, and one entry changes."],
  writers: ["16 writers", "All 16 connections change one entry of the same session in a store at once."],
  forged: ["A forged cookie", "One letter of the cookie is changed near its end."],
  anonymous: ["No cookie", "There is no cookie, and the session is read."],
  untouched: ["No use of sessions", "There is no cookie, and the handler does not look at the session."],
};
const DRAWN = ["read", "write", "forged", "anonymous"];
/** Where the axis of a picture begins. Less is within the noise. */
const LEAST = 1;

/**
 * Sessions beside those of other libraries.
 *
 * @param apart what was measured in a run of its own, and is compared within that run.
 */
export function sessionsPart(figures: readonly Figures[], apart: readonly Figures[]): Part {
  const comparisons = [...comparisonsOf(figures), ...comparisonsOf(apart)];
  const kinds = DRAWN.filter((name) => figures.some(({ scenarios }) => scenarios[name] !== undefined));
  const drawn = kinds.map((name) => [`cost-${name}`, pictureOf(figures, name)] as const);
  return {
    pictures: Object.fromEntries(drawn),
    text: paragraphs(
      overviewOf(comparisons),
      reasonsOf(comparisons),
      pictures(drawn.map(([file], index) => [file, KINDS[kinds[index]!]![0]])),
      ...COMPARED.map((name) => sectionOf(comparisons, name)),
    ),
  };
}

function overviewOf(comparisons: readonly Comparison[]): string {
  const scenarios = COMPARED.filter((name) => comparisons.some(({ scenario }) => scenario === name));
  const pairs = [...Map.groupBy(comparisons, pairOf)];
  return table(
    ["framework", "Latchkey", "beside", ...scenarios.map(titleOf)],
    pairs.map(([, own]) => [
      ...headOf(own[0]!),
      ...scenarios.map((name) => cellOf(own.find(({ scenario }) => scenario === name))),
    ]),
  );
}

/** Each reason once, with all that it explains. */
function reasonsOf(comparisons: readonly Comparison[]): string {
  const behind = comparisons.filter(({ verdict }) => verdict === "behind");
  if (behind.length === 0) return "";
  const lines = [...Map.groupBy(behind, ({ reason }) => reason!)].map(([reason, own]) => {
    const places = [...Map.groupBy(own, ({ peer }) => peer.name)].map(
      ([peer, list]) => `${peer} (${[...new Set(list.map(({ scenario }) => titleOf(scenario)))].join(", ")})`,
    );
    return `| ${reason} | ${places.join("; ")} |`;
  });
  return ["Where Latchkey is behind, and why:", ["| reason | beside |", "|---|---|", ...lines].join("\n")].join("\n\n");
}

function sectionOf(comparisons: readonly Comparison[], name: string): string {
  const own = comparisons.filter(({ scenario }) => scenario === name);
  if (own.length === 0) return "";
  const [heading, meaning] = KINDS[name]!;
  const rows = own.map((one) => [
    ...headOf(one),
    number(one.mine.median, 1),
    number(one.theirs.median, 1),
    ...ratioCells(one),
    one.verdict === "behind" ? "**behind**" : one.verdict,
  ]);
  const heads = [
    "framework",
    "Latchkey",
    "beside",
    "Latchkey adds µs>",
    "the other µs>",
    "ratio>",
    "least to greatest>",
    "",
  ];
  return paragraphs(`### ${heading}`, meaning, table(heads, rows));
}

/** A ratio of figures that may be noise says nothing, so that the difference is shown there. */
function ratioCells({ ratio, difference, isNoisy }: Comparison): readonly [string, string] {
  const inMicroseconds = `${number(difference.min, 1)} to ${number(difference.max, 1)} µs`;
  if (ratio === undefined) return ["–", inMicroseconds];
  const range = isNoisy ? inMicroseconds : `${number(ratio.min, 2)} to ${number(ratio.max, 2)}`;
  return [number(ratio.median, 2), range];
}

function pairOf({ ours, peer }: Comparison): string {
  return `${ours.framework} ${ours.name} ${peer.name}`;
}

function headOf({ ours, peer }: Comparison): readonly [string, string, string] {
  return [ours.framework, ours.name.replace("latchkey ", ""), peer.name];
}

function pictureOf(figures: readonly Figures[], name: string): string {
  const dots = figures
    .filter(({ isFloor, scenarios }) => !isFloor && scenarios[name] !== undefined)
    .map(({ framework, name: contender, guarantee, isOurs, scenarios }): Dot => ({
      group: framework,
      name: isOurs
        ? contender.replace("latchkey", "Latchkey")
        : `${contender}${contender.includes(",") ? "" : `, ${guarantee}`}`,
      isOurs,
      value: spreadOf(scenarios[name]!.added),
    }));
  return dotPlot(`${KINDS[name]![0]}: what a session adds to a request`, "microseconds of CPU time", LEAST, dots);
}

/** What a session adds on Express, in a sentence. */
export function addedOnExpress(figures: readonly Figures[]): string {
  const of = (name: string, scenario: string): string => {
    const added = figures.find((one) => one.framework === "express" && one.name === name)?.scenarios[scenario]?.added;
    return added === undefined ? "?" : number(spreadOf(added).median, 0);
  };
  const any = figures.find(({ framework, isFloor }) => framework === "express" && !isFloor)?.scenarios["read"];
  const bare = any && spreadOf(any.cpu.map((cpu, round) => cpu - any.added[round]!)).median;
  return `On Express, a request without sessions took ${bare === undefined ? "?" : number(bare, 0)} µs of CPU
time in the run below. To read a session added ${of("latchkey encrypted", "read")} µs from an encrypted cookie,
${of("latchkey signed", "read")} µs from a signed one and ${of("latchkey redis", "read")} µs from Redis. To change it
added ${of("latchkey encrypted", "write")}, ${of("latchkey signed", "write")} and ${of("latchkey redis", "write")} µs.
A route that does not use its session pays ${of("latchkey encrypted", "untouched")} µs for the middleware.`;
}
