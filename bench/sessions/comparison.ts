import { differenceOf, ratioOf, spreadOf, type Spread } from "../spread.ts";
import { peersOf, type Figures, type ScenarioFigures } from "./report.ts";

/** Ratios of the added CPU up to here, and down to one divided by it, are level. */
const LEVEL = 1.1;
/** Differences of less CPU than this, in microseconds for each request, are level in any case. */
const NOISE = 1;

/** The kinds of requests that are compared, in the order of tables. */
export const COMPARED = ["read", "cold", "write", "writers", "forged", "anonymous", "untouched"] as const;
export type Compared = (typeof COMPARED)[number];

export type Verdict = "ahead" | "level" | "behind";

/** One contender of ours beside a peer with the same guarantee on the same framework. */
export interface Comparison {
  readonly ours: Figures;
  readonly peer: Figures;
  readonly scenario: Compared;
  /** Microseconds of CPU that each adds. */
  readonly mine: Spread;
  readonly theirs: Spread;
  /**
   * What ours adds, ours : theirs. Undefined where one of the two is within the noise: then a ratio
   * says nothing.
   */
  readonly ratio: Spread | undefined;
  /**
   * Whether the peer added less than the noise in a round. Then the ends of the ratio say nothing.
   */
  readonly isNoisy: boolean;
  /** What ours adds more, in microseconds. */
  readonly difference: Spread;
  readonly verdict: Verdict;
  /** Why ours is behind; undefined where it is not. */
  readonly reason: string | undefined;
}

/** Each contender of ours beside each of its peers, in each kind of request that both know. */
export function comparisonsOf(figures: readonly Figures[]): readonly Comparison[] {
  return figures
    .filter(({ isOurs }) => isOurs)
    .flatMap((ours) =>
      peersOf(figures, ours).flatMap((peer) => COMPARED.flatMap((scenario) => compare(ours, peer, scenario) ?? [])),
    );
}

function compare(ours: Figures, peer: Figures, scenario: Compared): Comparison | undefined {
  // Peers remember no cookies, so that a cold read is compared with their only kind of read.
  const [own, other] = [ours.scenarios[scenario], peer.scenarios[scenario === "cold" ? "read" : scenario]];
  if (own === undefined || other === undefined) return undefined;
  const [mine, theirs] = [spreadOf(own.added), spreadOf(other.added)];
  const isNoise = mine.median < NOISE || theirs.median < NOISE;
  const ratios = ratioOf(own.added, other.added);
  // Below zero where one of the two added less than nothing in most rounds.
  const ratio = isNoise || ratios.median <= 0 ? undefined : ratios;
  const difference = differenceOf(own.added, other.added);
  const verdict = verdictOf(ratio, difference);
  return {
    ours,
    peer,
    scenario,
    mine,
    theirs,
    ratio,
    isNoisy: theirs.min < NOISE,
    difference,
    verdict,
    reason: verdict === "behind" ? reasonOf(scenario, own, peer.name) : undefined,
  };
}

function verdictOf(ratio: Spread | undefined, difference: Spread): Verdict {
  const isLevel =
    Math.abs(difference.median) < NOISE || (ratio !== undefined && ratio.median <= LEVEL && ratio.median >= 1 / LEVEL);
  if (isLevel) return "level";
  return (ratio === undefined ? difference.median < 0 : ratio.median < 1) ? "ahead" : "behind";
}

interface Reason {
  readonly text: string;
  readonly explains: (scenario: Compared, ours: ScenarioFigures, peer: string) => boolean;
}

const OPENED_BY_HANDLERS = [
  "iron-session",
  "jose HS256 by hand",
  "React Router cookie storage",
  "h3 useSession",
  "Auth.js getSession",
  "Auth.js getToken",
  "better-auth, memory",
  "better-auth, cookie cache",
];
const OVERWRITING = [
  "express-session, MemoryStore",
  "express-session, connect-redis",
  "@fastify/session, connect-redis",
];

/** The first one that explains a comparison counts. */
const REASONS: readonly Reason[] = [
  { text: "libsodium is native code", explains: (_, __, peer) => peer === "@fastify/secure-session" },
  {
    text: "none of these cookies comes again soon, and each is remembered after it is verified",
    explains: (scenario, ours) => scenario === "cold" && ours.setCookie < 0.5,
  },
  {
    text: "its handlers open a session only where they need one; there is no middleware",
    explains: (scenario, _, peer) =>
      (scenario === "untouched" || scenario === "anonymous") && OPENED_BY_HANDLERS.includes(peer),
  },
  {
    text: "a page that reads its session gets `Vary: Cookie` here, and an error for changes that come too late",
    explains: (scenario) => scenario === "anonymous",
  },
  {
    text: "its store hands out the object that it holds",
    explains: (_, __, peer) => peer === "@fastify/session, memory",
  },
  {
    text: "it looks an id up; here a read also asks whether the session has moved or was ended, and notes that it was used",
    explains: (scenario, _, peer) => scenario === "read" && peer === "express-session, MemoryStore",
  },
  {
    text: "the reason why a cookie was refused is found and noted here, for the log and for the application",
    explains: (scenario, _, peer) => scenario === "forged" && peer === "express-session, connect-redis",
  },
  {
    text: "it overwrites without a comparison, and can lose the changes of parallel requests",
    explains: (scenario, _, peer) => (scenario === "write" || scenario === "writers") && OVERWRITING.includes(peer),
  },
];

function reasonOf(scenario: Compared, ours: ScenarioFigures, peer: string): string {
  return REASONS.find(({ explains }) => explains(scenario, ours, peer))?.text ?? "no reason is known";
}
