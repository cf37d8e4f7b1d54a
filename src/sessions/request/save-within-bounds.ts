import type { Awaitable, Reply, SessionBackend, Write } from "../backend.ts";
import { withoutOldestFlashes } from "../data/flashes.ts";
import { writeData } from "../data/session-json.ts";
import { isTooLarge } from "../data/session-size.ts";
import type { SessionState } from "./session-state.ts";

/**
 * Saves a session, and drops the oldest flashed messages where they leave no room: unread messages
 * must never block a login.
 */
export function saveWithinBounds(
  backend: SessionBackend,
  name: string,
  write: Write,
  state: SessionState,
  dropped: number = 1,
): Awaitable<Reply> {
  const retry = (error: unknown): Awaitable<Reply> => {
    const data = isTooLarge(error) ? withoutOldestFlashes(write.record.data, dropped) : undefined;
    if (data === undefined) throw error;
    const { text } = writeData(data);
    const applyChanges = (theirs: Record<string, unknown>): void => state.applyChanges(text, theirs);
    return saveWithinBounds(
      backend,
      name,
      { ...write, record: { ...write.record, data }, text, applyChanges },
      state,
      dropped * 2,
    );
  };
  try {
    const reply = backend.save(name, write);
    return reply instanceof Promise ? reply.catch(retry) : reply;
  } catch (error) {
    return retry(error);
  }
}
