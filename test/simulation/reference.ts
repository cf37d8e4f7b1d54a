import type { Content, Times, Work } from "./work.ts";

/** What a reference has to know of a server. */
export interface ServerFacts {
  readonly application: string;
  /** The numbers of the keys that it verifies by. */
  readonly keys: ReadonlySet<number>;
  readonly currentKey: number;
}

/** A session that a request came with. */
export interface Base extends Content, Times {
  readonly value: string;
  /** Equal for values that lead to one session. */
  readonly identity: unknown;
}

/** What a request may find. */
export interface View {
  readonly why: "valid" | "none" | "unusable" | "moved" | "ambiguous";
  readonly base?: Base;
  /** The sessions that cannot be told apart. */
  readonly all?: readonly Base[];
  /** The sessions that have moved away from the tokens that came. A logout still ends them. */
  readonly left?: readonly unknown[];
  /** What is not known here, because two answers are right. Then less is checked. */
  readonly isLoose?: boolean;
}

/** What the answer of a request may send. */
export interface Outcome {
  /** Whether it sends a cookie that opens a session. */
  readonly live: "must" | "may" | "never";
  /** What a cookie that was sent opens; undefined where it is not known here. */
  opens(value: string): Content | undefined;
  /** Whether it expires the cookie in the scope of this server. */
  readonly expires: "must" | "may" | "never";
  /** Learns which value was sent. */
  sent(value: string): void;
}

export interface Lifetimes {
  readonly lifetime: number;
  readonly idleTimeout: number;
}

/** Says what is promised for one way of keeping sessions. */
export interface Reference {
  /** All that may be found by these values, in any order of preference. */
  views(values: readonly string[], server: ServerFacts, now: number): View[];
  /** What the end of the request does. `view` is what it has found. */
  conclude(view: View, work: Work, server: ServerFacts, now: number): Outcome;
  /**
   * Ends all sessions of a subject, as far as they are known now. Gives a function that ends them.
   */
  revoke(subject: string, now: number): () => void;
  /** Values that must not open anything any more. */
  endedValues(): string[];
}

export const MAX_VALUES = 64;

export function nothingSent(expires: Outcome["expires"] = "never"): Outcome {
  return { live: "never", expires, opens: () => undefined, sent() {} };
}
