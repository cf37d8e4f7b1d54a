import { Tuple } from "../../signing/tuple.ts";
import type { SessionData } from "./session-record.ts";

/** A message for the visitor's next page. */
export interface FlashMessage {
  readonly category: string;
  readonly message: string;
}

/** The entry in which Flask saves flashed messages, as tuples of category and message. */
const FLASHES = "_flashes";

/** Leaves a message in a session's data. */
export function addFlash(data: SessionData, { category, message }: FlashMessage): void {
  const stored = Object.hasOwn(data, FLASHES) ? data[FLASHES] : undefined;
  data[FLASHES] = [...(Array.isArray(stored) ? (stored as unknown[]) : []), new Tuple(category, message)];
}

/** Whether a session's data holds flashed messages. */
export function hasFlashes(data: SessionData): boolean {
  return Object.hasOwn(data, FLASHES) && data[FLASHES] !== undefined;
}

/** Takes all messages out of a session's data, the oldest first. */
export function takeFlashes(data: SessionData): FlashMessage[] {
  const stored = data[FLASHES];
  delete data[FLASHES];
  if (!Array.isArray(stored)) return [];
  return (stored as unknown[]).flatMap((pair) => {
    const [category, message] = Array.isArray(pair) ? (pair as unknown[]) : [];
    return typeof category === "string" && typeof message === "string" ? [{ category, message }] : [];
  });
}

/** A copy of the data without the oldest messages; undefined if there are none. */
export function withoutOldestFlashes(data: SessionData, count: number): SessionData | undefined {
  const stored = Object.hasOwn(data, FLASHES) ? data[FLASHES] : undefined;
  if (!Array.isArray(stored) || stored.length === 0) return undefined;
  const { [FLASHES]: _, ...rest } = data;
  const left = (stored as readonly unknown[]).slice(count);
  return left.length === 0 ? rest : { ...rest, [FLASHES]: left };
}
