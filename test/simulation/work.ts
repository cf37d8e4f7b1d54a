import type { Session } from "../../src/sessions/session.ts";
import type { Operation } from "./commands.ts";

export type Data = Record<string, unknown>;

/** What a session holds. */
export interface Content {
  readonly subject: string | undefined;
  readonly data: Data;
}

export interface Times {
  readonly createdAt: number;
  readonly persistent: boolean;
}

/** Who does an operation, with a number that makes what it writes unique. */
export interface Author {
  readonly name: string;
  readonly number: number;
}

/** What one request does to its session: done to the real one, and to a copy of what it held. */
export class Work {
  readonly operation: Operation;
  readonly before: Data;
  readonly data: Data;
  subject: string | undefined;
  persistent: boolean;
  createdAt: number;
  renewed = false;
  loggedIn = false;
  ended = false;
  readonly #author: Author;
  readonly #now: number;

  /** @param now when the request ends. @param beganAt when it looked at its session. */
  constructor(operation: Operation, author: Author, base: (Content & Times) | undefined, now: number, beganAt: number) {
    this.operation = operation;
    this.#author = author;
    this.#now = now;
    // No value inside is ever changed in place, here and in the references.
    this.before = base?.data ?? {};
    this.data = { ...this.before };
    this.subject = base?.subject;
    this.persistent = base?.persistent ?? false;
    this.createdAt = base?.createdAt ?? beganAt;
  }

  get isEmpty(): boolean {
    return this.subject === undefined && Object.keys(this.data).length === 0;
  }

  get isChanged(): boolean {
    return dataText(this.data) !== dataText(this.before);
  }

  /** Does the operation to both. */
  perform(session: Session): void {
    const { name, number } = this.#author;
    const text = `${name}:${number}`;
    switch (this.operation) {
      case "nothing":
        return;
      case "look":
        return void session.data;
      case "set":
      case "renew and set":
        if (this.operation !== "set") this.#renew(session);
        this.data[`k${number % 3}`] = session.data[`k${number % 3}`] = text;
        return;
      case "update":
        session.update((data) => void (data["n"] = ((data["n"] as number | undefined) ?? 0) + 1));
        this.data["n"] = ((this.data["n"] as number | undefined) ?? 0) + 1;
        return;
      case "flash":
        return this.#flash(session, text);
      case "read flashes":
        session.flashes();
        delete this.data["_flashes"];
        return;
      case "clear":
        for (const key of Object.keys(session.data)) delete session.data[key];
        for (const key of Object.keys(this.data)) delete this.data[key];
        return;
      case "login":
        return this.#login(session, name);
      case "login as other":
        return this.#login(session, `${name}.other`);
      case "login persistent":
        return this.#login(session, name, true);
      case "renew":
        return this.#renew(session);
      case "logout":
        session.logout();
        return this.#end();
      case "logout and flash":
        session.logout();
        this.#end();
        return this.#flash(session, text);
      case "destroy":
        session.destroy();
        return this.#end();
    }
  }

  /** The same change of an entry, made on what another request has saved meanwhile. */
  mergeInto(theirs: Data): Data {
    const merged = { ...theirs };
    if (this.operation === "update") {
      merged["n"] = ((merged["n"] as number | undefined) ?? 0) + 1;
      return merged;
    }
    for (const key of Object.keys(this.before)) if (!(key in this.data)) delete merged[key];
    for (const [key, value] of Object.entries(this.data))
      if (textOf(value) !== textOf(this.before[key])) merged[key] = value;
    return merged;
  }

  #flash(session: Session, text: string): void {
    session.flash(text);
    this.data["_flashes"] = [...((this.data["_flashes"] as unknown[] | undefined) ?? []), ["message", text]];
  }

  #login(session: Session, subject: string, persistent?: boolean): void {
    session.login(subject, { persistent });
    this.subject = subject;
    this.persistent = persistent ?? this.persistent;
    this.createdAt = this.#now;
    this.renewed = this.loggedIn = true;
  }

  #renew(session: Session): void {
    session.renew();
    this.renewed = true;
  }

  #end(): void {
    for (const key of Object.keys(this.data)) delete this.data[key];
    this.subject = undefined;
    this.persistent = false;
    this.createdAt = this.#now;
    this.ended = true;
  }
}

/** A text by which two entries compare. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");
}

/** The same for all data of a session, whatever the order of its entries. */
export function dataText(data: Data): string {
  return Object.keys(data)
    .sort()
    .map((key) => `${key} ${textOf(data[key])}`)
    .join(", ");
}

export function contentText({ subject, data }: Content): string {
  return `${subject ?? "nobody"} {${dataText(data)}}`;
}
