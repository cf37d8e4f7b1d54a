import { checkHistory, type HistoryOperation } from "latchkey/testing";
import type { Seen } from "./application.ts";
import type { Answer, Asked, Client } from "./client.ts";
import type { Counts } from "./counts.ts";

/** Requests of one session, at most. */
const REQUESTS = 12;
/** After so many answers that did not come, a visitor goes: each doubles the orders to look at. */
const MOST_UNKNOWN = 4;
/** Larger than any cookie of this server, and smaller than what node:http takes. */
const OVERSIZE = "A".repeat(9000);

type Kind = HistoryOperation["kind"];

/**
 * One visitor: a login, some requests, attacks among them, and a logout. All that was acknowledged
 * and all that was read is a history, which is checked at the end.
 */
export class Visitor {
  readonly #name: string;
  readonly #client: Client;
  readonly #counts: Counts;
  readonly #expired: string;
  readonly #history: HistoryOperation[] = [];
  #cookie: string | undefined;
  #entries = 0;

  /** @param expired a cookie that an earlier time has sent, under the same key. */
  constructor(name: string, client: Client, counts: Counts, expired: string) {
    this.#name = name;
    this.#client = client;
    this.#counts = counts;
    this.#expired = expired;
  }

  async live(): Promise<void> {
    if (!(await this.#change("begin", `/login?value=${this.#name}`, { set: {} }))) return;
    let unknown = 0;
    for (let left = REQUESTS; left > 0 && unknown < MOST_UNKNOWN; left--) {
      const chance = Math.random();
      if (chance < 0.3) unknown += (await this.#add()) ? 0 : 1;
      else if (chance < 0.4) {
        const both = await Promise.all([this.#add(), this.#add()]);
        unknown += both.filter((isKnown) => !isKnown).length;
      } else if (chance < 0.62) await this.#read(this.#cookie);
      else if (chance < 0.72) {
        // After a renewal without an answer nobody knows which token is the visitor's.
        if (!(await this.#change("renew", "/renew"))) return this.#check();
      } else if (chance < 0.78) {
        await this.#add("/slow", Math.random() * 120);
        this.#counts.left++;
        unknown++;
      } else await this.#attack(chance);
    }
    await this.#read(this.#cookie);
    const last = this.#cookie;
    // Some never log out.
    if (Math.random() < 0.8 && (await this.#change("end", "/logout"))) await this.#read(last);
    this.#check();
  }

  /** Says whether it is known that the entry was saved. */
  async #add(path = "/add", leavesAfter?: number): Promise<boolean> {
    const entry = `e${this.#entries++}`;
    const asked = leavesAfter === undefined ? {} : { leavesAfter };
    return await this.#change("write", `${path}?value=${entry}`, { set: { [entry]: 1 } }, asked);
  }

  async #change(kind: Kind, path: string, more: Partial<HistoryOperation> = {}, asked: Asked = {}): Promise<boolean> {
    const start = performance.now();
    const answer = await this.#ask(path, { method: "POST", cookie: this.#cookie, ...asked });
    const isKnown = answer?.status === 200;
    this.#note(kind, start, isKnown ? "ok" : "unknown", more);
    if (isKnown && answer.cookie !== undefined) this.#cookie = answer.cookie;
    return isKnown;
  }

  async #read(cookie: string | undefined): Promise<void> {
    const start = performance.now();
    const answer = await this.#ask("/read", { cookie });
    if (answer?.status !== 200) return;
    this.#note("read", start, "ok", { seen: seenIn(answer) });
    if (answer.cookie !== undefined && cookie === this.#cookie) this.#cookie = answer.cookie;
  }

  /** Requests that must not reach the session. */
  async #attack(chance: number): Promise<void> {
    const [name = "", value = ""] = (this.#cookie ?? "").split("=");
    const place = Math.floor(Math.random() * value.length);
    const flipped = value[place] === "A" ? "B" : "A";
    if (chance < 0.82) {
      const tampered = `${value.slice(0, place)}${flipped}${value.slice(place + 1)}`;
      await this.#refused("tampered", "/read", { cookie: `${name}=${tampered}` });
    } else if (chance < 0.86) await this.#refused("expired", "/read", { cookie: this.#expired });
    else if (chance < 0.9) await this.#refused("oversize", "/read", { cookie: `${name}=${value}${OVERSIZE}` });
    else if (chance < 0.95) {
      const twin = await this.#ask("/login?value=twin", { method: "POST" });
      if (twin?.cookie !== undefined)
        await this.#refused("duplicate", "/read", { cookie: `${this.#cookie}; ${twin.cookie}` });
    } else {
      // What it would save is in no history: a later read would show it.
      const asked = { method: "POST", cookie: this.#cookie, origin: "https://evil.example" } as const;
      await this.#refused("crossOrigin", "/add?value=evil", asked);
    }
  }

  async #refused(kind: keyof Counts["refused"], path: string, asked: Asked): Promise<void> {
    const answer = await this.#ask(path, asked);
    if (answer === undefined) return;
    if (answer.status === 200 && seenIn(answer) !== null)
      this.#counts.broken.push(`A request that is ${kind} opened a session: ${answer.text.slice(0, 200)}`);
    else this.#counts.refused[kind]++;
  }

  async #ask(path: string, asked: Asked): Promise<Answer | undefined> {
    this.#counts.requests++;
    const answer = await this.#client.ask(path, asked);
    if (answer !== undefined && answer.status >= 500) this.#counts.errors++;
    return answer;
  }

  #note(kind: Kind, start: number, outcome: "ok" | "unknown", more: Partial<HistoryOperation>): void {
    const operation = { session: this.#name, kind, start, end: performance.now(), outcome, ...more };
    this.#history.push(operation);
    if (outcome === "unknown") this.#counts.unknown++;
    else if (kind === "read") this.#counts.reads++;
    else this.#counts.acknowledged++;
  }

  #check(): void {
    this.#counts.sessions++;
    const { isLinearizable, part } = checkHistory(this.#history);
    if (!isLinearizable)
      this.#counts.broken.push(`What was acknowledged and what was read do not fit: ${JSON.stringify(part)}`);
  }
}

function seenIn({ text }: Answer): Seen {
  return (JSON.parse(text) as { seen: Seen }).seen;
}
