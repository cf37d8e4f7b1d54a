import type { Block } from "./blocks.ts";

/** What a database says of how it carries out a recorded statement. */
export interface Explanation {
  /** The id of the span in its exchange. */
  readonly span: number;
  /** What the database answered, as plain JSON; null if there is no plan. */
  readonly plan: unknown;
  /** Why there is no plan, in a sentence; null if there is one. */
  readonly problem: string | null;
  /** How long the database took, in milliseconds. */
  readonly durationMs: number;
  /** The same, ready to be drawn. */
  readonly blocks: readonly Block[];
}
