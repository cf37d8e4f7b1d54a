import type { SessionStore } from "../../../src/sessions/store/session-store.ts";

/** A store that holds so many sessions. */
export interface Subject {
  /**
   * The line that it is a point of: the store's name, and how it is set up if there are several
   * ways.
   */
  readonly line: string;
  readonly sessions: number;
  readonly store: SessionStore;
  /** What its sessions take, in memory or on disk, indexes included. */
  readonly bytesPerSession: number;
}

/** Everything of one kind of store, each size beside the others, so that they can take turns. */
export interface Subjects {
  readonly all: readonly Subject[];
  stop(): Promise<void>;
}

/** Loads these numbers of sessions; undefined where this machine lacks the server. */
export type Load = (sizes: readonly number[]) => Promise<Subjects | undefined>;
