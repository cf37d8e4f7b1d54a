import type { SessionError } from "../../errors.ts";
import type { StoredAt, Reading, SessionSource } from "../backend.ts";
import type { RequestCookie } from "../cookie/cookie.ts";
import { ClosedView, sessionClosed } from "../data/closed-view.ts";
import { Journal, type Update } from "../data/journal.ts";
import type { OriginalData } from "../data/original-data.ts";
import type { Rejection } from "../data/rejection.ts";
import { readSessionJson } from "../data/session-json.ts";
import { emptyRecord, type SessionRecord } from "../data/session-record.ts";
import { endsSession, type Intent } from "./intent.ts";

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
  readonly endable: readonly StoredAt[];
  /** Whether several cookies came, and it cannot be known which one is the visitor's. */
  readonly isAmbiguous: boolean;
}

/** What became of the cookies that came in. */
export type Incoming = { readonly verdict: "none" } | RejectedCookie | ValidSession;

/** Makes the error for a change. */
type Refusal = () => SessionError;

const destroyed: Refusal = () =>
  sessionClosed("it was destroyed in this request. Call logout() in place of destroy() to go on with a fresh one.");

/**
 * `open`: the request is running. `refusing`: the session refuses changes, and is still to be
 * committed. `closed`: it was committed, or given up.
 */
type Phase = "open" | "refusing" | "closed";

/** A session between load and commit: what the manager knows of it, and what the Session shows. */
export class SessionState {
  readonly owner: object;
  readonly cookie: RequestCookie;
  /** The names of the session's cookies that came in. */
  readonly incomingNames: readonly string[];
  readonly #read: () => Incoming;
  readonly #clock: () => number;
  #phase: Phase = "open";
  #refusal: Refusal | undefined;
  #isReadOnly = false;
  #intent: Intent = "none";
  #isAccessed = false;
  #opened: Incoming | undefined;
  #record: SessionRecord | undefined;
  #view: ClosedView | undefined;
  #journal: Journal | undefined;

  /**
   * @param owner the manager that this session is of.
   * @param read opens the cookie; called once, when the session is first looked at.
   */
  constructor(
    owner: object,
    cookie: RequestCookie,
    incomingNames: readonly string[],
    read: () => Incoming,
    clock: () => number,
  ) {
    this.owner = owner;
    this.cookie = cookie;
    this.incomingNames = incomingNames;
    this.#read = read;
    this.#clock = clock;
  }

  get intent(): Intent {
    return this.#intent;
  }

  /** Whether the application has looked at the session. */
  get isAccessed(): boolean {
    return this.#isAccessed;
  }

  /** Whether the session was loaded for reading alone. */
  get isReadOnly(): boolean {
    return this.#isReadOnly;
  }

  /** Whether the session was committed or given up. */
  get isClosed(): boolean {
    return this.#phase === "closed";
  }

  /** What came in; undefined before the first look. */
  get opened(): Incoming | undefined {
    return this.#opened;
  }

  /** The session that came in, if one did. */
  get valid(): ValidSession | undefined {
    return this.#opened?.verdict === "valid" ? this.#opened : undefined;
  }

  /** What a logout ends in the store. */
  get endable(): readonly StoredAt[] {
    if (this.#opened?.verdict === "rejected") return this.#opened.endable;
    return this.valid?.stored === undefined ? [] : [this.valid.stored];
  }

  open(): Incoming {
    return (this.#opened ??= this.#read());
  }

  /** The session as it is now. */
  record(): SessionRecord {
    if (this.#record === undefined) {
      const opened = this.open();
      this.#record = opened.verdict === "valid" ? { ...opened.record } : emptyRecord(this.#clock());
    }
    return this.#record;
  }

  /** Like record(), and marks the session as accessed (adds `Vary: Cookie`). */
  read(): SessionRecord {
    this.#isAccessed = true;
    return this.record();
  }

  /** Like read(), for a change. Throws when the session is closed. */
  write(): SessionRecord {
    if (this.#phase === "closed") throw sessionClosed();
    if (this.#refusal !== undefined) throw this.#refusal();
    return this.read();
  }

  /** The time of the manager's clock, in Unix seconds. */
  now(): number {
    return this.#clock();
  }

  /** What the session is known by; see `Session.id`. */
  id(): string | undefined {
    const { id } = this.record();
    const stored = endsSession(this.#intent) ? undefined : this.valid?.stored;
    return stored?.payload === undefined ? id : stored.id;
  }

  /** The data as the application gets it: a view that refuses late changes. */
  get data(): Record<string, unknown> {
    const { data } = this.read();
    if (this.#view === undefined) {
      this.#view = new ClosedView(data);
      // Looked at for the first time when it is too late.
      if (this.#phase !== "open") this.#view.close(this.#phase === "refusing" ? this.#refusal : undefined);
    }
    return this.#view.view;
  }

  update(change: Update): void {
    this.write();
    // Pass the guarded view, so that late writes throw.
    this.#journalOf().update(this.data, change);
  }

  /**
   * Makes on `theirs` what this request did to its own data.
   *
   * @param text that data as session JSON, since the data itself is closed by then.
   */
  applyChanges(text: string, theirs: Record<string, unknown>): void {
    this.#journalOf().replay(readSessionJson(text) as Record<string, unknown>, theirs);
  }

  /** The session gets a new token. */
  renew(): void {
    this.write();
    if (this.#intent === "none") this.#intent = "renew";
  }

  /** A user logs in. */
  login(
    subject: string,
    { label, tag }: { readonly label?: string | undefined; readonly tag?: string | undefined },
  ): void {
    const now = this.#clock();
    const record = this.write();
    Object.assign(record, { subject, label, tag, createdAt: now, authenticatedAt: now, seat: undefined });
    this.#intent = endsSession(this.#intent) ? "end and login" : "login";
  }

  /**
   * Empties the session, and takes everything of its owner from it: each member of the record
   * begins anew.
   */
  end(): void {
    const record = this.write();
    const { data } = record;
    for (const key of Object.keys(data)) delete data[key];
    for (const member of Object.keys(record)) delete record[member as keyof SessionRecord];
    Object.assign(record, emptyRecord(this.#clock()), { data });
    this.#intent = "end";
  }

  /** Ends the session. After this it cannot be used again in this request. */
  destroy(): void {
    this.end();
    this.refuse(destroyed);
  }

  /** From now on changes throw this error. */
  refuse(refusal: Refusal): void {
    this.#phase = "refusing";
    this.#refusal = refusal;
    this.#view?.close(refusal);
  }

  /** Changes throw this error, and the commit saves and sends nothing. */
  onlyRead(refusal: Refusal): void {
    this.#isReadOnly = true;
    // A cross-origin request has a reason of its own.
    if (this.#refusal === undefined) this.refuse(refusal);
  }

  /** From now on changes throw. */
  close(): void {
    if (this.#phase === "open") this.#view?.close();
    this.#phase = "closed";
  }

  #journalOf(): Journal {
    const opened = this.open();
    return (this.#journal ??= new Journal(opened.verdict === "valid" ? opened.original.text : "{}"));
  }
}
