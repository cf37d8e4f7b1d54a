import { readSessionJson, writeSessionJson } from "../data/session-json.ts";
import { isDataObject, timeOrNothing, type Seat, type SessionRecord } from "../data/session-record.ts";

/** What a store saves of a session, as session JSON. */
export function payloadOf(record: SessionRecord, text: string): string {
  const { subject, label, tag, seat, persistent, createdAt, lastSeenAt, authenticatedAt } = record;
  const proof = authenticatedAt === undefined ? "" : `"authenticatedAt":${authenticatedAt},`;
  const name = label === undefined ? "" : `,"label":${writeSessionJson(label)}`;
  const place = seat === undefined ? "" : `,"seat":[${seat.rank},${writeSessionJson(seat.name)}]`;
  const owner = subject === undefined ? "" : `,"subject":${writeSessionJson(subject)}`;
  const mark = tag === undefined ? "" : `,"tag":${writeSessionJson(tag)}`;
  return `{${proof}"createdAt":${createdAt},"data":${text}${name},"lastSeenAt":${lastSeenAt},"persistent":${persistent}${place}${owner}${mark}}`;
}

/** The session of a payload; undefined for anything that `payloadOf` does not write. */
export function recordOf(payload: string): SessionRecord | undefined {
  let content: unknown;
  try {
    content = readSessionJson(payload);
  } catch {
    return undefined;
  }
  if (!isDataObject(content)) return undefined;
  const { data, subject, label, tag, seat, persistent, createdAt, lastSeenAt, authenticatedAt } = content;
  if (
    !isDataObject(data) ||
    !Number.isSafeInteger(createdAt) ||
    !Number.isSafeInteger(lastSeenAt) ||
    typeof persistent !== "boolean"
  )
    return undefined;
  if (!isTextOrNothing(subject) || !isTextOrNothing(label) || !isTextOrNothing(tag)) return undefined;
  return {
    data,
    subject,
    label,
    persistent,
    createdAt: createdAt as number,
    lastSeenAt: lastSeenAt as number,
    authenticatedAt: timeOrNothing(authenticatedAt),
    tag,
    seat: seatOrNothing(seat),
  };
}

function isTextOrNothing(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function seatOrNothing(value: unknown): Seat | undefined {
  if (!Array.isArray(value)) return undefined;
  const [rank, name] = value as readonly unknown[];
  return Number.isSafeInteger(rank) && typeof name === "string" ? { rank: rank as number, name } : undefined;
}
