import type { Block } from "../../blocks.ts";
import { formatMilliseconds } from "../../format.ts";
import { kindHue, kindWords } from "./kind-words.ts";

/** What took time in a request. */
export interface TimedKinds {
  readonly requestMs: number;
  readonly kinds: readonly { readonly kind: string; readonly wallMs: number }[];
  /** How long nothing of them ran. */
  readonly restMs: number;
}

/** They hold others, and so they say nothing of where the time went. */
export const CONTAINERS: ReadonlySet<string> = new Set(["layer", "app"]);

/** The time of a request as one bar. None if nothing was recorded that took time. */
export function timeShares({ requestMs, kinds, restMs }: TimedKinds, title?: string): readonly Block[] {
  const parts = kinds
    .filter(({ kind, wallMs }) => !CONTAINERS.has(kind) && wallMs > 0)
    .map(({ kind, wallMs }) => ({
      label: kindWords(kind),
      value: wallMs,
      text: `${formatMilliseconds(wallMs)} ms`,
      hue: kindHue(kind),
    }));
  if (parts.length === 0) return [];
  const rest = { label: "Own code, or waiting", value: restMs, text: `${formatMilliseconds(restMs)} ms` };
  const all = [...parts, rest];
  // Different kinds may have run at the same time.
  const total = Math.max(
    requestMs,
    all.reduce((sum, { value }) => sum + value, 0),
  );
  return [{ kind: "shares", ...(title === undefined ? {} : { title }), total, parts: all }];
}
