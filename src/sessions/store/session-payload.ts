import { readSessionJson, writeSessionJson } from "../data/session-json.ts";
import { isDataObject, type SessionRecord } from "../data/session-record.ts";

/** What a store saves of a session, as session JSON. */
export function payloadOf({ subject, label, persistent, createdAt, lastSeenAt }: SessionRecord, text: string): string {
  const owner = subject === undefined ? "" : `,"subject":${writeSessionJson(subject)}`;
  const name = label === undefined ? "" : `,"label":${writeSessionJson(label)}`;
  return `{"createdAt":${createdAt},"data":${text}${name},"lastSeenAt":${lastSeenAt},"persistent":${persistent}${owner}}`;
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
  const { data, subject, label, persistent, createdAt, lastSeenAt } = content;
  if (
    !isDataObject(data) ||
    !Number.isSafeInteger(createdAt) ||
    !Number.isSafeInteger(lastSeenAt) ||
    typeof persistent !== "boolean"
  )
    return undefined;
  if ((subject !== undefined && typeof subject !== "string") || (label !== undefined && typeof label !== "string"))
    return undefined;
  return { data, subject, label, persistent, createdAt: createdAt as number, lastSeenAt: lastSeenAt as number };
}
