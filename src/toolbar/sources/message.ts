/** A message of a library, of which nothing is known yet. */
export type Message = Readonly<Record<string, unknown>>;

/** Whether a value has members to look at. */
export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null;
}

/** The member of a value, if both are there. */
export function member(value: unknown, name: string): unknown {
  return isMessage(value) ? value[name] : undefined;
}

/** A value that is a text and not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A value that is a number. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
