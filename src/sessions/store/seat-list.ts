import type { SessionRecord } from "../data/session-record.ts";
import type { FoundEntry } from "./stored-sessions.ts";

/** One of a user's sessions that is counted. */
export interface TakenSeat {
  readonly name: string;
  readonly rank: number;
  readonly createdAt: number;
  /** Where the store has it: at two places while it is renewed. */
  readonly entries: readonly FoundEntry[];
}

/** A row of the store, and the session in it. */
export interface SessionRow {
  readonly entry: FoundEntry;
  readonly record: SessionRecord;
}

/**
 * A user's sessions as seats, the oldest login first.
 *
 * While a session is renewed, or its user logs in with it again, the store has two rows of it. They
 * are one seat: by its name after a renewal, and after a login because the new seat is named after
 * the old row.
 */
export function seatsOf(rows: readonly SessionRow[]): readonly TakenSeat[] {
  const seated = rows.map(({ entry, record }) => {
    const { rank, name } = record.seat ?? { rank: 0, name: entry.id };
    return { entry, name, rank, createdAt: record.createdAt };
  });
  const replaced = new Set(seated.filter(({ entry, name }) => name !== entry.id).map(({ name }) => name));
  const groups = Map.groupBy(
    seated.filter(({ entry }) => !replaced.has(entry.id)),
    ({ name }) => name,
  );
  return [...groups.values()].map(seatOf).sort(byAge);
}

/** Whether a login under this name takes the place of a seat. */
export function isSameSeat({ name, entries }: TakenSeat, other: string): boolean {
  return name === other || entries.some(({ id }) => id === other);
}

function seatOf(rows: readonly (Omit<TakenSeat, "entries"> & { readonly entry: FoundEntry })[]): TakenSeat {
  const { name } = rows[0]!;
  const rank = Math.max(...rows.map((row) => row.rank));
  const createdAt = Math.max(...rows.map((row) => row.createdAt));
  return { name, rank, createdAt, entries: rows.map(({ entry }) => entry) };
}

/**
 * All servers see the same order, whatever their clocks say: the rank decides, and then the name.
 */
function byAge(one: TakenSeat, other: TakenSeat): number {
  return one.rank - other.rank || one.createdAt - other.createdAt || (one.name < other.name ? -1 : 1);
}
