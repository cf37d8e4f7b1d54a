import type { Outgoing, Saved, SessionBackend } from "../backend.ts";
import { withoutOldestFlashes } from "../data/flashes.ts";
import { textOf } from "../data/session-json.ts";
import { isTooLarge } from "../data/session-size.ts";
import type { SessionState } from "./session-state.ts";

/**
 * Saves a session, and drops the oldest flashed messages where they leave no room: unread messages
 * must never block a login.
 */
export function saveWithinBounds(
  backend: SessionBackend,
  name: string,
  session: Outgoing,
  state: SessionState,
  dropped = 1,
): Saved | Promise<Saved> {
  const retry = (error: unknown): Saved | Promise<Saved> => {
    const data = isTooLarge(error) ? withoutOldestFlashes(session.record.data, dropped) : undefined;
    if (data === undefined) throw error;
    const text = textOf(data);
    const shorter: Outgoing = { ...session, record: { ...session.record, data }, text, replay: (theirs) => state.replay(text, theirs) };
    return saveWithinBounds(backend, name, shorter, state, dropped * 2);
  };
  let saved: Saved | Promise<Saved>;
  try {
    saved = backend.save(name, session);
  } catch (error) {
    return retry(error);
  }
  return saved instanceof Promise ? saved.catch(retry) : saved;
}
