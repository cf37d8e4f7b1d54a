import type { AnnouncingStore, SessionStore } from "./session-store.ts";

/** The store, if it can tell other processes; otherwise undefined. */
export function announcing(store: SessionStore): AnnouncingStore | undefined {
  const { announce, listen } = store as Partial<AnnouncingStore>;
  return typeof announce === "function" && typeof listen === "function" ? (store as AnnouncingStore) : undefined;
}
