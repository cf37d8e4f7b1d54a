/**
 * What a store keeps for a minute in the place of a session that has a new token: where it went, so that requests that still come with the old one, or are still
 * running, neither lose what they do nor end the visitor's session.
 */
export interface MovedMark {
  /** The id under which the session is kept now. */
  readonly id: string;
  /** When it moved, in Unix seconds. */
  readonly at: number;
  /** Whether a login moved it. Then the old token opens nothing any more: somebody may have planted it (OWASP ASVS 5.0, 7.2.4). */
  readonly byLogin: boolean;
}

/** No session's payload begins like this. */
const MARK = /^(moved|login) ([A-Za-z0-9_-]{43}) (\d{1,15})$/;

/** What a store keeps for the moment between the end of a session and its deletion, so that both are one step for whoever is about to write. */
export const TOMBSTONE = "ended";

/** The mark as a store keeps it. */
export function writeMark({ id, at, byLogin }: MovedMark): string {
  return `${byLogin ? "login" : "moved"} ${id} ${at}`;
}

/** The mark that is kept in the place of a session; undefined if it is none. */
export function readMark(payload: string | undefined): MovedMark | undefined {
  const [, kind, id, at] = (payload === undefined ? undefined : MARK.exec(payload)) ?? [];
  return id === undefined ? undefined : { id, at: Number(at), byLogin: kind === "login" };
}
