import type { Session } from "../../src/sessions/session.ts";
import { Browser, placeText, readLine, type Line, type Place } from "./browser.ts";
import { ATTACKER, BROWSERS, PATHS, type Command, type History, type Operation } from "./commands.ts";
import { CookieReference } from "./cookie-reference.ts";
import type { Kind, Time } from "./kinds.ts";
import type { Outcome, Reference, View } from "./reference.ts";
import { LIFETIMES, Server } from "./servers.ts";
import { StoreReference } from "./store-reference.ts";
import { TwoStepStore } from "./two-step-store.ts";
import { contentText, Work } from "./work.ts";

/** What is promised, as the documentation says it. */
export const INVARIANTS = {
  own: "no visitor is ever in another visitor's session",
  login: "an acknowledged login is found by the next request of that browser",
  logout: "an acknowledged logout never comes back",
  write: "no acknowledged write is lost",
  expiry: "no answer expires or replaces a cookie that it did not end",
} as const;

export class Violation extends Error {
  readonly invariant: keyof typeof INVARIANTS;

  constructor(invariant: keyof typeof INVARIANTS, what: string, steps: readonly string[]) {
    super(`${INVARIANTS[invariant]}\n  ${[...steps, `=> ${what}`].join("\n  ")}`);
    this.invariant = invariant;
  }
}

/** A cookie of a server in a browser, which stays until a server ends or replaces it. */
interface Slot {
  readonly place: Place;
  readonly value: string;
  readonly expiresAt: number;
  /** When it was put there: the number of the step. */
  readonly since: number;
}

interface Visitor {
  readonly browser: Browser;
  readonly slots: Map<string, Slot>;
  /** The last step in which another party set a cookie here. */
  plantedAt: number;
  /** All values that servers have given to it. */
  readonly values: string[];
}

interface Request {
  readonly number: number;
  readonly visitor: Visitor;
  readonly server: Server;
  readonly release: number;
  readonly path: string;
  readonly operation: Operation;
  readonly session: Session;
  readonly values: readonly string[];
  readonly view: View;
  readonly step: number;
  readonly beganAt: number;
}

interface Answer {
  readonly request: Request;
  readonly outcome: Outcome;
  readonly lines: readonly Line[];
  readonly place: Place;
  readonly formerly: Place | undefined;
}

/** Every run has users of its own, since stores are used for many runs. */
let runs = 0;

/** Plays one history, and compares what browsers get with what is promised. */
export class World {
  readonly #time: Time;
  readonly #kind: Kind;
  readonly #reference: Reference;
  readonly #servers: readonly Server[];
  readonly #visitors: readonly Visitor[];
  readonly #run: number = ++runs;
  readonly #open: Request[] = [];
  readonly #answers: Answer[] = [];
  readonly #steps: string[] = [];
  #requests = 0;
  #revocation: { readonly done: Promise<unknown>; readonly end: () => void } | undefined;

  constructor({ setup }: History, kind: Kind, neighbour: Kind, time: Time) {
    this.#time = time;
    this.#kind = kind;
    this.#reference =
      kind.store === undefined ? new CookieReference(LIFETIMES, kind.name === "flask") : new StoreReference(LIFETIMES);
    this.#servers = [
      new Server("process 1", "main", setup, kind, time),
      new Server("process 2", "main", setup, kind, time),
      new Server("the other application", "other", setup, neighbour, time),
    ];
    this.#visitors = BROWSERS.map((name) => ({
      browser: new Browser(name, time.clock),
      slots: new Map(),
      plantedAt: 0,
      values: [],
    }));
    const scopes = setup.scopes.map(({ name = "default", path = "/", partitioned = false, domain }) =>
      placeText({ name, domain, path, partitioned }),
    );
    this.#steps.push(
      `cookie: ${[...new Set(scopes)].join(setup.formerly ? ", then, naming the former one, " : ", then ")}`,
    );
  }

  /** @throws Violation when something is not as promised. */
  async play({ commands }: History): Promise<void> {
    try {
      for (const command of commands) await this.#do(command);
      await this.#settle();
    } finally {
      await this.#release();
    }
  }

  async #do(command: Command): Promise<void> {
    switch (command.do) {
      case "visit": {
        const request = await this.#begin(command);
        return this.#deliver(await this.#finish(request));
      }
      case "begin":
        return void this.#open.push(await this.#begin(command));
      case "finish": {
        const request = takeOne(this.#open, command.which);
        if (request !== undefined) this.#answers.push(await this.#finish(request));
        return;
      }
      case "deliver": {
        const answer = takeOne(this.#answers, command.which);
        if (answer !== undefined) this.#deliver(answer);
        return;
      }
      case "drop": {
        const answer = takeOne(this.#answers, command.which);
        if (answer !== undefined) this.#say(`the answer to request ${answer.request.number} gets lost`);
        return;
      }
      case "plant":
        return this.#plant(command);
      case "wait":
        this.#time.now += command.seconds;
        return this.#say(`${command.seconds} s pass`);
      case "rotate keys": {
        const server = this.#servers[command.server]!;
        if (server.rotate(this.#servers[1 - command.server]!))
          this.#say(`${server.title} signs by key ${server.currentKey} and verifies by ${[...server.keys].join(", ")}`);
        return;
      }
      case "deploy": {
        const server = this.#servers[command.server]!;
        if (server.release === 0)
          this.#say(
            `${server.title} gets the second release: cookie ${placeText({ ...server.place, ...((server.release = 1), server.place) })}`,
          );
        return;
      }
      case "revoke all":
        return await this.#revoke(command);
      case "release revocation":
        return await this.#release();
    }
  }

  /** At the end everybody comes once more, and everything that was on the way has arrived. */
  async #settle(): Promise<void> {
    await this.#release();
    while (this.#open.length > 0) this.#answers.push(await this.#finish(this.#open.shift()!));
    while (this.#answers.length > 0) this.#deliver(this.#answers.shift()!);
    for (const [browser, { slots }] of this.#visitors.entries())
      for (const server of slots.size === 0 ? [] : [0, 1])
        await this.#do({ do: "visit", browser, server, path: 1, operation: "look" });
    await this.#checkEnded();
  }

  async #begin(command: {
    readonly browser: number;
    readonly server: number;
    readonly path: number;
    readonly operation: Operation;
  }): Promise<Request> {
    const visitor = this.#visitors[command.browser]!;
    const server = this.#servers[command.server]!;
    const [path, { operation }, number, now] = [PATHS[command.path]!, command, ++this.#requests, this.#time.now];
    const { browser } = visitor;
    this.#say(
      `${number}. ${browser.name} asks ${server.title} for ${path.length > 20 ? `${path.slice(0, 12)}…` : path}: ${operation}`,
    );
    this.#checkSlots(visitor);
    const values = browser.values(server.place.name, path);
    const session = await server.manager.load(browser.header(path), server.facts(path));
    const views = this.#reference.views(values, server, now);
    // A cookie that holds its session is not opened unless the handler looks at it: then it is as
    // if no cookie had come.
    const view: View =
      operation === "nothing" && this.#kind.store === undefined
        ? { why: "none" }
        : this.#match(visitor, server, session, values, views);
    return {
      number,
      visitor,
      server,
      release: server.release,
      path,
      operation,
      session,
      values,
      view,
      step: this.#steps.length,
      beganAt: now,
    };
  }

  /** Which of the promised views the session is. */
  #match(visitor: Visitor, server: Server, session: Session, values: readonly string[], views: readonly View[]): View {
    const found = session.isNew ? undefined : contentText({ subject: session.subject, data: session.data });
    const view = views.find(({ base, isLoose }) =>
      base === undefined
        ? found === undefined
        : found !== undefined && (isLoose === true || contentText(base) === found),
    );
    const own = this.#ownIdentities(visitor, server, values);
    const expected = views
      .map(({ base, why }) => (base === undefined ? `nobody (${why})` : contentText(base)))
      .join(" or ");
    const what = `found ${found ?? `nobody (${session.rejection?.reason ?? "no cookie"})`}, expected ${expected}`;
    if (view === undefined) {
      const [first] = views;
      if (found !== undefined && first?.base === undefined)
        throw this.#violation(own.size > 0 ? "own" : "logout", what);
      if (found === undefined) throw this.#violation(first?.base?.subject === undefined ? "write" : "login", what);
      throw this.#violation(first?.base?.subject === session.subject ? "write" : "own", what);
    }
    // A browser that holds a session of its own is never in another one. Without one, a cookie that
    // an attacker has planted under a name without the prefix __Host- looks like any other: no one
    // can tell.
    if (view.base !== undefined && own.size > 0 && !own.has(view.base.identity))
      throw this.#violation("own", `${what}, which was planted`);
    return view;
  }

  /** The sessions that servers have given to this browser, and that it sends. */
  #ownIdentities({ slots }: Visitor, server: Server, values: readonly string[]): Set<unknown> {
    const own = new Set<unknown>();
    for (const { value } of slots.values()) {
      if (!values.includes(value)) continue;
      const views = this.#reference.views([value], server, this.#time.now);
      if (views.every(({ base }) => base !== undefined)) own.add(views[0]?.base?.identity);
    }
    return own;
  }

  /** What servers have put into a browser lies there until a server ends or replaces it. */
  #checkSlots({ browser, slots }: Visitor): void {
    for (const [key, { place, value, expiresAt }] of slots) {
      if (expiresAt <= this.#time.now) slots.delete(key);
      else if (browser.at(place) !== value) throw this.#violation("expiry", `${browser.name}'s cookie ${key} is gone`);
    }
  }

  async #finish(request: Request): Promise<Answer> {
    const { number, visitor, server, session, view, operation, beganAt } = request;
    const now = this.#time.now;
    // A release ends with its requests.
    const isOfNow = server.release === request.release;
    const release = server.release;
    server.release = request.release;
    const work = new Work(operation, { name: `${visitor.browser.name}#${this.#run}`, number }, view.base, now, beganAt);
    work.perform(session);
    const outcome = this.#reference.conclude(view, work, server, now);
    const headers = await server.manager.commit(session);
    const lines = headers.flatMap(([name, text]) => (name === "Set-Cookie" ? [readLine(text)] : []));
    this.#say(`   ${number}. is answered${isOfNow ? "" : " by the first release"}: ${linesText(lines)}`);
    await this.#checkLines(request, outcome, lines);
    const answer = { request, outcome, lines, place: server.place, formerly: server.formerly };
    server.release = release;
    return answer;
  }

  async #checkLines(
    { view, server, path, operation }: Request,
    outcome: Outcome,
    lines: readonly Line[],
  ): Promise<void> {
    const own = placeText(server.place);
    const live = lines.filter(({ isExpiry }) => !isExpiry);
    const expired = lines.filter(({ isExpiry }) => isExpiry);
    if (lines.some(({ name }) => name !== server.place.name))
      throw this.#violation("expiry", "a cookie of another name");
    if (live.length > 1 || live.some((line) => placeText(line) !== own))
      throw this.#violation("expiry", "a session is sent in another scope, or twice");
    const [sent] = live;
    if (sent === undefined && outcome.live === "must")
      throw this.#violation(
        operation.startsWith("login") ? "login" : "write",
        `no cookie was sent after "${operation}"`,
      );
    if (sent !== undefined && outcome.live === "never")
      throw this.#violation(
        view.base === undefined ? "expiry" : "login",
        `a cookie was sent on behalf of what has moved or ended, or is ambiguous (${view.why})`,
      );
    const isOwnExpired = expired.some((line) => placeText(line) === own);
    if (isOwnExpired && (outcome.expires === "never" || sent !== undefined))
      throw this.#violation("expiry", `the own cookie is expired (${view.why})`);
    if (!isOwnExpired && outcome.expires === "must")
      throw this.#violation("logout", "the session was ended, and its cookie stays");
    const isHealing =
      view.why === "ambiguous" || view.isLoose === true || outcome.expires !== "never" || sent !== undefined;
    const isFormer = (line: Line): boolean =>
      server.formerly !== undefined && placeText(line) === placeText(server.formerly);
    for (const line of expired)
      if (placeText(line) !== own && !isHealing && !isFormer(line))
        throw this.#violation("expiry", `another scope is expired (${view.why})`);
    if (sent === undefined) return;
    const content = outcome.opens(sent.value);
    outcome.sent(sent.value);
    if (content === undefined) return;
    const session = await server.manager.load(`${sent.name}=${sent.value}`, server.facts(path));
    const found = session.isNew
      ? `nobody (${session.rejection?.reason})`
      : contentText({ subject: session.subject, data: session.data });
    if (found !== contentText(content))
      throw this.#violation("write", `the cookie opens ${found}, and not ${contentText(content)}`);
  }

  #deliver({ request, outcome, lines, place, formerly }: Answer): void {
    const { visitor, number, values, view, path, server, step } = request;
    const { browser, slots } = visitor;
    const now = this.#time.now;
    this.#say(`   the answer to ${number}. arrives`);
    for (const line of lines) {
      browser.take(line.text);
      const key = placeText(line);
      if (line.isExpiry) slots.delete(key);
      // A browser that refuses the line, as for its prefix, has it nowhere.
      else if (browser.at(line) === line.value) {
        slots.set(key, {
          place: line,
          value: line.value,
          expiresAt: now + (line.maxAge ?? Infinity),
          since: this.#steps.length,
        });
        visitor.values.push(line.value);
      } else throw this.#violation("login", `the browser refuses ${lineText(line)}`);
    }
    // Cookies of so many paths cannot all be expired by one answer.
    if (path === PATHS[2]) return;
    const hasChanged = visitor.plantedAt > step || [...slots.values()].some(({ since }) => since > step);
    const still = browser.values(place.name, path).filter((value) => values.includes(value));
    // A partitioned twin is only looked for where the own cookie is partitioned, or several cookies
    // came.
    const isInReach = (value: string): boolean =>
      place.partitioned || view.why === "ambiguous" || browser.values(place.name, path, false).includes(value);
    const others = still.filter((value) => value !== browser.at(place));
    const opens = (value: string): unknown => this.#reference.views([value], server, now)[0]?.base?.identity;
    if (view.why === "ambiguous" && visitor.plantedAt <= step && new Set(values).size <= 40) {
      // A browser that knows no partitions would take the twin's expiry for the own cookie's, so
      // the twin goes with the next login only.
      const twin = browser.at({ ...place, partitioned: !place.partitioned });
      const alive = others.filter(
        (value) => value !== twin && opens(value) !== undefined && opens(value) !== opens(browser.at(place) ?? ""),
      );
      if (alive.length > 0)
        throw this.#violation(
          "own",
          "several sessions of one name came, and after the answer another one than in the own scope is still there",
        );
    }
    if (outcome.expires !== "must" || hasChanged) return;
    const ended = view.base === undefined ? (view.all ?? []) : [view.base];
    if (still.some((value) => isInReach(value) && ended.some(({ identity }) => opens(value) === identity)))
      throw this.#violation("logout", "the session was ended, and the browser still holds it in another scope");
    if (formerly !== undefined && slots.has(placeText(formerly)))
      throw this.#violation("logout", "the session was ended, and the former scope still has a cookie");
  }

  /** An attacker puts a cookie into a visitor's browser. */
  #plant({ what, where, browser: index }: Extract<Command, { readonly do: "plant" }>): void {
    const visitor = this.#visitors[index]!;
    const { values } = this.#visitors[ATTACKER]!;
    const { name } = this.#servers[0]!.place;
    const value =
      what === "junk"
        ? "eyJhIjoxfQ.aaaaaa.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        : what === "earlier session"
          ? values[0]
          : values.at(-1);
    if (value === undefined) return;
    const set = (attributes: string, setter: "script" | "sibling", path: string): void =>
      visitor.browser.take(`${name}=${value}; Secure; ${attributes}`, setter, path);
    if (where === "script many")
      for (let depth = 0; depth < 70; depth++)
        set(`Path=/app/${"x/".repeat(depth % 40)}${depth < 40 ? "" : "x"}`, "script", PATHS[2]);
    else if (where === "sibling /") set("Domain=example.com; Path=/", "sibling", "/");
    else if (where === "sibling /app") set("Domain=example.com; Path=/app", "sibling", "/");
    else if (where === "script partitioned") set("Path=/; Partitioned", "script", "/");
    else if (where === "script host domain") set("Domain=app.example.com; Path=/", "script", "/");
    else set(`Path=${where.slice("script ".length)}`, "script", "/app/page");
    this.#say(
      `an attacker sets the cookie of ${what === "junk" ? "nobody" : `an ${what}`} in ${visitor.browser.name}'s browser: ${where}`,
    );
    visitor.plantedAt = this.#steps.length;
    // A sibling host may replace a cookie that has a Domain; the server cannot notice.
    for (const [key, slot] of visitor.slots)
      if (visitor.browser.at(slot.place) !== slot.value) visitor.slots.delete(key);
  }

  async #revoke({ browser, server, held }: Extract<Command, { readonly do: "revoke all" }>): Promise<void> {
    const { store } = this.#kind;
    if (store === undefined || this.#revocation !== undefined) return;
    const subject = `${BROWSERS[browser]}#${this.#run}`;
    const end = this.#reference.revoke(subject, this.#time.now);
    const isHeld = held && store instanceof TwoStepStore;
    if (isHeld) store.hold();
    this.#revocation = { done: this.#servers[server]!.manager.revokeAll(subject), end };
    this.#say(
      `all sessions of ${BROWSERS[browser]} are to end${isHeld ? ", and the store waits between its two steps" : ""}`,
    );
    if (!isHeld) await this.#release();
    // So far that it has listed.
    else for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }

  async #release(): Promise<void> {
    const revocation = this.#revocation;
    if (revocation === undefined) return;
    this.#revocation = undefined;
    if (this.#kind.store instanceof TwoStepStore) this.#kind.store.release();
    await revocation.done;
    revocation.end();
    this.#say("they have ended");
    await this.#checkEnded();
  }

  /** No value that ever led to an ended session opens anything. */
  async #checkEnded(): Promise<void> {
    const [server] = this.#servers;
    for (const value of this.#reference.endedValues()) {
      const session = await server!.manager.load(`${server!.place.name}=${value}`, server!.facts("/"));
      if (!session.isNew)
        throw this.#violation(
          "logout",
          `a session that was ended opens ${contentText({ subject: session.subject, data: session.data })}`,
        );
    }
  }

  #say(step: string): void {
    this.#steps.push(step);
  }

  #violation(invariant: keyof typeof INVARIANTS, what: string): Violation {
    return new Violation(invariant, what, this.#steps);
  }
}

function takeOne<Value>(list: Value[], which: number): Value | undefined {
  return list.length === 0 ? undefined : list.splice(which % list.length, 1)[0];
}

/** What opens something first, and not more than a few of the rest. */
function linesText(lines: readonly Line[]): string {
  const sorted = lines.toSorted((one, other) => Number(one.isExpiry) - Number(other.isExpiry));
  const others = sorted.length - 3;
  return `${sorted.slice(0, 3).map(lineText).join("; ") || "no cookie"}${others > 0 ? `; and ${others} more` : ""}`;
}

function lineText(line: Line): string {
  return `${line.isExpiry ? "expires" : "sets"} ${placeText(line)}`;
}
