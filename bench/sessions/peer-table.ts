import { median, peersOf, row, type Figures, type ScenarioFigures } from "./report.ts";

/** Ratios of the added CPU up to here, and down to one divided by it, are level. */
const LEVEL = 1.1;
/** Differences of less CPU than this, in microseconds for each request, are level in any case. */
const NOISE = 1;
const SCENARIOS = ["read", "cold", "write", "writers", "forged", "anonymous", "untouched"] as const;

interface Comparison {
  readonly scenario: string;
  readonly ours: ScenarioFigures;
  readonly theirs: ScenarioFigures;
  readonly verdict: "ahead" | "level" | "behind";
}

/**
 * Each contender of ours beside each peer with the same guarantee on the same framework, as
 * Markdown: added CPU ours : theirs, a verdict, and the reason where ours is behind.
 */
export function peerTableOf(figures: readonly Figures[]): string {
  const names = SCENARIOS.filter((scenario) => figures.some(({ scenarios }) => scenarios[scenario] !== undefined));
  const rows = figures
    .filter(({ isOurs }) => isOurs)
    .flatMap((ours) =>
      peersOf(figures, ours).map((peer) => {
        const comparisons = names.flatMap((scenario) => compare(scenario, ours, peer) ?? []);
        const cells = names.map((scenario) => cell(comparisons.find((one) => one.scenario === scenario)));
        return row([`${ours.framework}: ${ours.name}`, peer.name, ...cells, reasonsOf(comparisons, peer)]);
      }),
    );
  if (rows.length === 0) return "";
  const heads = ["ours", "peer", ...names.map(titleOf), "where behind, why"];
  return [row(heads), row(heads.map(() => "---")), ...rows].join("\n");
}

function compare(scenario: string, ours: Figures, peer: Figures): Comparison | undefined {
  // Peers remember no cookies, so that a cold read is compared with their only kind of read.
  const [own, theirs] = [ours.scenarios[scenario], peer.scenarios[scenario === "cold" ? "read" : scenario]];
  if (own === undefined || theirs === undefined) return undefined;
  const [mine, other] = [median(own.added), median(theirs.added)];
  const isLevel =
    Math.abs(mine - other) < NOISE || (mine > 0 && other > 0 && mine <= other * LEVEL && other <= mine * LEVEL);
  return { scenario, ours: own, theirs, verdict: isLevel ? "level" : mine < other ? "ahead" : "behind" };
}

function cell(comparison: Comparison | undefined): string {
  if (comparison === undefined) return "–";
  const { ours, theirs, verdict } = comparison;
  const [mine, other] = [median(ours.added), median(theirs.added)];
  // A ratio of figures that may be noise says nothing, so that both are shown.
  const figure =
    mine >= NOISE && other >= NOISE ? (mine / other).toFixed(2) : `${mine.toFixed(1)} : ${other.toFixed(1)} µs`;
  return `${figure} ${verdict === "behind" ? "**behind**" : verdict}`;
}

interface Reason {
  readonly text: string;
  readonly explains: (comparison: Comparison, peer: string) => boolean;
}

const OPENED_BY_HANDLERS = ["iron-session", "jose HS256 by hand", "React Router cookie storage", "h3 useSession"];
const OVERWRITING = [
  "express-session, MemoryStore",
  "express-session, connect-redis",
  "@fastify/session, connect-redis",
];

/** The first one that explains a comparison counts. */
const REASONS: readonly Reason[] = [
  { text: "libsodium is native", explains: (_, peer) => peer === "@fastify/secure-session" },
  {
    text: "none of these cookies comes again soon, and each is remembered after it is verified",
    explains: ({ scenario, ours }) => scenario === "cold" && ours.setCookie < 0.5,
  },
  {
    text: "its handlers open a session only where they need one; there is no middleware",
    explains: ({ scenario }, peer) =>
      (scenario === "untouched" || scenario === "anonymous") && OPENED_BY_HANDLERS.includes(peer),
  },
  {
    text: "a page that reads its session gets Vary: Cookie here, and an error for changes that come too late",
    explains: ({ scenario }) => scenario === "anonymous",
  },
  { text: "its store hands out the object that it holds", explains: (_, peer) => peer === "@fastify/session, memory" },
  {
    text: "it overwrites without a comparison, and can lose the changes of parallel requests",
    explains: ({ scenario }, peer) => (scenario === "write" || scenario === "writers") && OVERWRITING.includes(peer),
  },
];

function reasonsOf(comparisons: readonly Comparison[], { name }: Figures): string {
  const behind = comparisons.filter(({ verdict }) => verdict === "behind");
  const byReason = Map.groupBy(
    behind,
    (one) => REASONS.find(({ explains }) => explains(one, name))?.text ?? "**no reason is known**",
  );
  return [...byReason]
    .map(([text, list]) => `${list.map(({ scenario }) => titleOf(scenario)).join(", ")}: ${text}`)
    .join("; ");
}

function titleOf(scenario: string): string {
  return scenario === "writers" ? "16 writers" : scenario;
}
