import type { AnnouncementListener } from "../sessions/store/session-store.ts";

/** Begins to listen on a channel of Redis. Returns what stops it. */
export type Subscribe = (channel: string, listener: AnnouncementListener) => Promise<() => Promise<void>>;
