import type { Contender } from "./contender.ts";
import { forged } from "./load.ts";

/** The cookies of a server's visitors. */
export interface Cookies {
  /** That of the first visitor. */
  readonly cookie: string;
  readonly visitors: readonly string[];
  /** For cold reads; empty for all but ours. */
  readonly many: readonly string[];
}

/** One kind of request. */
export interface Scenario {
  readonly path: string;
  readonly cookies: (own: Cookies) => readonly string[];
  /** Default: every contender but the floors. */
  readonly applies?: (contender: Contender) => boolean;
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  read: { path: "/read", cookies: ({ visitors }) => visitors, applies: () => true },
  // For servers that remember what they have verified a moment ago: here no visitor comes twice in
  // a while.
  cold: { path: "/read", cookies: ({ many }) => many, applies: ({ isOurs }) => isOurs === true },
  write: { path: "/write", cookies: ({ visitors }) => visitors, applies: () => true },
  // All 16 connections write the same session at once.
  writers: { path: "/write", cookies: ({ cookie }) => [cookie], applies: canWriteOneSession },
  anonymous: { path: "/read", cookies: () => [] },
  untouched: { path: "/untouched", cookies: () => [] },
  forged: { path: "/read", cookies: ({ cookie }) => [forged(cookie)] },
};

/** Whether a kind of request is measured for a contender. */
export function applies(name: string, contender: Contender): boolean {
  const { applies: ofScenario = isNoFloor } = SCENARIOS[name]!;
  return contender.name !== "bare" && (contender.scenarios?.includes(name) ?? ofScenario(contender));
}

/** A floor reads and writes sessions, and knows no other visitors. */
function isNoFloor({ isFloor }: Contender): boolean {
  return isFloor !== true;
}

/** Sessions in cookies are not shared: each answer has a session of its own. */
function canWriteOneSession({ framework, guarantee, isFloor }: Contender): boolean {
  const isInStore = guarantee === "memory" || guarantee === "redis" || guarantee === "postgres";
  return isInStore && isFloor !== true && (framework === "express" || framework === "fastify");
}
