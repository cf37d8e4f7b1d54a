import type { Held, Reading, SessionSource } from "../backend.ts";
import { ClosableData, sessionClosed } from "../data/closable-data.ts";
import type { RequestCookie } from "../cookie/cookie.ts";
import { Journal, type Update } from "../data/merge.ts";
import type { OriginalData } from "../data/original-data.ts";
import type { Rejection } from "../data/rejection.ts";
import { readSessionJson } from "../data/session-json.ts";
import { emptyRecord, type SessionRecord } from "../data/session-record.ts";

/** The session that came in. */
export interface ValidSession extends Reading {
  readonly verdict: "valid";
  /** Where it is saved, or what has read it. */
  readonly source: SessionSource;
  readonly cookieName: string;
  readonly original: OriginalData;
  /** Of the cookie's name and value. */
  readonly bytes: number;
  /** Whether the same session came in more cookies than this one. */
  readonly hasTwins: boolean;
}

/** Cookies came in, and none of them is the visitor's session. */
export interface RejectedCookie extends Rejection {
  readonly verdict: "rejected";
  readonly bytes: number;
  readonly cookieName: string;
  /** Where a logout finds the sessions that the cookies led to. */
  readonly helds: readonly Held[];
  /** Whether several cookies came, and nobody can tell which one is the visitor's. */
  readonly isAmbiguous: boolean;
}

/** What became of the cookies that came in. */
export type Opened = { readonly verdict: "none" } | RejectedCookie | ValidSession;

const DESTROYED = "it was destroyed in this request. Call logout() in place of destroy() to go on with a fresh one.";

/** A session between load and commit: what the manager knows of it, and what the Session shows. */
export class SessionState {
  /** Whether anybody looked at the session. */
  accessed = false;
  renewed = false;
  ended = false;
  /** Whether a user has logged in with this request. */
  loggedIn = false;
  readonly owner: object;
  readonly cookie: RequestCookie;
  /** The names of the session's cookies that came in. */
  readonly incomingNames: readonly string[];
  readonly #read: () => Opened;
  readonly #clock: () => number;
  #opened: Opened | undefined;
  #record: SessionRecord | undefined;
  #closable: ClosableData | undefined;
  #journal: Journal | undefined;
  #closed = false;
  #destroyed = false;

  /**
   * @param owner the manager that this session is of.
   * @param read opens the cookie; called once, when the session is first looked at.
   */
  constructor(owner: object, cookie: RequestCookie, incomingNames: readonly string[], read: () => Opened, clock: () => number) {
    this.owner = owner;
    this.cookie = cookie;
    this.incomingNames = incomingNames;
    this.#read = read;
    this.#clock = clock;
  }

  /** What came in; undefined while nobody has looked. */
  get opened(): Opened | undefined {
    return this.#opened;
  }

  /** How a store keeps what came in. */
  get held(): Held | undefined {
    return this.#opened?.verdict === "valid" ? this.#opened.held : undefined;
  }

  /** What a logout ends in the store. */
  get endable(): readonly Held[] {
    if (this.#opened?.verdict === "rejected") return this.#opened.helds;
    return this.held === undefined ? [] : [this.held];
  }

  open(): Opened {
    return (this.#opened ??= this.#read());
  }

  /** The session as it stands. */
  record(): SessionRecord {
    if (this.#record === undefined) {
      const opened = this.open();
      this.#record = opened.verdict === "valid" ? { ...opened.record } : emptyRecord(this.#clock());
    }
    return this.#record;
  }

  /** Like record(), and marks the session as accessed (adds `Vary: Cookie`). */
  look(): SessionRecord {
    this.accessed = true;
    return this.record();
  }

  /** The data as the application gets it: a view that refuses late changes. */
  get data(): Record<string, unknown> {
    const { data } = this.look();
    if (this.#closable === undefined) {
      this.#closable = new ClosableData(data);
      // Looked at for the first time when it is too late.
      if (this.#destroyed) this.#closable.close(DESTROYED);
      else if (this.#closed) this.#closable.close();
    }
    return this.#closable.view;
  }

  /** Like look(), for a change. Throws when the session is closed. */
  edit(): SessionRecord {
    if (this.#closed) throw sessionClosed();
    if (this.#destroyed) throw sessionClosed(DESTROYED);
    return this.look();
  }

  update(change: Update): void {
    this.edit();
    // Pass the guarded view, so that late writes throw.
    this.#journalOf().update(this.data, change);
  }

  /**
   * Makes on `theirs` what this request did to its own data.
   *
   * @param text that data as session JSON, since the data itself is closed by then.
   */
  replay(text: string, theirs: Record<string, unknown>): void {
    this.#journalOf().replay(readSessionJson(text) as Record<string, unknown>, theirs);
  }

  /**
   * Empties the session, and takes everything of its owner from it: each member of the record
   * begins anew.
   */
  end(): void {
    const record = this.edit();
    const { data } = record;
    for (const key of Object.keys(data)) delete data[key];
    for (const member of Object.keys(record)) delete record[member as keyof SessionRecord];
    Object.assign(record, emptyRecord(this.#clock()), { data });
    this.ended = true;
  }

  /** After this the session cannot be used again in this request. */
  destroy(): void {
    this.#destroyed = true;
    this.#closable?.close(DESTROYED);
  }

  now(): number {
    return this.#clock();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** From now on changes throw. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#destroyed) this.#closable?.close();
  }

  #journalOf(): Journal {
    const opened = this.open();
    return (this.#journal ??= new Journal(opened.verdict === "valid" ? opened.original.text : "{}"));
  }
}
