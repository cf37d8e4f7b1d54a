import {
  MAX_VALUES,
  nothingSent,
  type Base,
  type Lifetimes,
  type Outcome,
  type Reference,
  type ServerFacts,
  type View,
} from "./reference.ts";
import { dataText, type Content, type Data, type Work } from "./work.ts";

/** Seconds during which a renewed token still opens its session. */
const GRACE = 10;
/** Seconds for which it is known where a session went. */
const REMEMBERED = 60;
/** A store is not asked about more tokens of one request. */
const MAX_TOKENS = 4;

/** One session in a store, through all its tokens. */
class Life {
  readonly application: string;
  subject: string | undefined;
  persistent: boolean;
  data: Data;
  createdAt: number;
  token = "";
  value = "";
  /** The session that a login has made of it. */
  successor: Life | undefined;
  isEnded = false;
  /**
   * Whether something happened to it of which two outcomes are right. Then it is not checked any
   * more.
   */
  isLoose = false;
  /** It is alive until then, and dead after `latest`. */
  until = 0;
  latest = 0;

  constructor(application: string, { subject, persistent, data, createdAt }: Work) {
    this.application = application;
    this.subject = subject;
    this.persistent = persistent;
    this.data = { ...data };
    this.createdAt = createdAt;
  }

  state(now: number, { lifetime }: Lifetimes): "alive" | "dead" | "unsure" {
    if (this.isLoose) return "unsure";
    if (this.isEnded || this.successor !== undefined || now > this.latest || now - this.createdAt > lifetime)
      return "dead";
    return now <= this.until ? "alive" : "unsure";
  }

  get content(): Content {
    return { subject: this.subject, data: { ...this.data } };
  }
}

interface Sent {
  readonly token: string;
  readonly key: number;
}

/** What the store says in the place of a token that is not the session's any more. */
interface Move {
  readonly at: number;
  readonly to: string;
  readonly byLogin: boolean;
}

interface StoredBase extends Base {
  readonly identity: Life;
  readonly token: string;
  readonly isInGrace: boolean;
  /** The token under which the session was saved when the request began. */
  readonly place: string;
}

/**
 * What is promised for sessions in a store.
 *
 * Nothing that was saved is lost, and nothing that was ended comes back. As the documentation says:
 * what a request writes is dropped if its session was ended meanwhile, or a user has logged in
 * with it; if two requests change one entry, the later one wins.
 */
export class StoreReference implements Reference {
  readonly #sent = new Map<string, Sent>();
  readonly #byToken = new Map<string, Life>();
  readonly #moves = new Map<string, Move>();
  readonly #lifetimes: Lifetimes;

  constructor(lifetimes: Lifetimes) {
    this.#lifetimes = lifetimes;
  }

  views(values: readonly string[], server: ServerFacts, now: number): View[] {
    const distinct = [...new Set(values)];
    if (distinct.length === 0) return [{ why: "none" }];
    if (distinct.length > MAX_VALUES) return [{ why: "ambiguous", isLoose: true }];
    const tokens = new Set<string>();
    const alive = new Map<Life, Base>();
    const unsure = new Map<Life, Base>();
    const lost = new Set<View["why"]>();
    const left: Move[] = [];
    for (const value of distinct) {
      const sent = this.#sent.get(value);
      const life = sent === undefined ? undefined : this.#byToken.get(sent.token);
      if (
        sent === undefined ||
        life === undefined ||
        !server.keys.has(sent.key) ||
        life.application !== server.application
      ) {
        lost.add("unusable");
        continue;
      }
      tokens.add(value);
      const { token } = sent;
      const move = this.#moves.get(token);
      const isInGrace = move?.byLogin === false && now <= move.at + GRACE;
      const state = life.token === token || isInGrace ? life.state(now, this.#lifetimes) : "dead";
      const { persistent, createdAt } = life;
      const base: StoredBase = {
        ...life.content,
        persistent,
        createdAt,
        value,
        token,
        isInGrace,
        place: life.token,
        identity: life,
      };
      if (state === "alive") alive.set(life, base);
      else if (state === "unsure") unsure.set(life, base);
      else if (move === undefined || now > move.at + REMEMBERED) lost.add("unusable");
      else {
        lost.add("moved");
        left.push(move);
        // A logout may have taken away what said so.
        if (life.isEnded) lost.add("unusable");
      }
    }
    const outcome = (found: readonly Base[]): View[] => {
      if (found.length > 1) return [{ why: "ambiguous", all: found }];
      if (found.length === 1) return [{ why: "valid", base: found[0]!, isLoose: (found[0]!.identity as Life).isLoose }];
      return [{ why: lost.has("moved") ? "moved" : "unusable", left, isLoose: lost.size > 1 || unsure.size > 0 }];
    };
    const views = [
      ...outcome([...alive.values()]),
      ...(unsure.size === 0 ? [] : outcome([...alive.values(), ...unsure.values()])),
    ];
    // A visitor with so many genuine tokens gets no session, even if only one is alive.
    return tokens.size > MAX_TOKENS
      ? [{ why: "ambiguous", all: [...alive.values(), ...unsure.values()], isLoose: true }, ...views]
      : views;
  }

  conclude(view: View, work: Work, server: ServerFacts, now: number): Outcome {
    const base = view.base as StoredBase | undefined;
    if (base === undefined) return this.#concludeWithoutSession(view, work, server, now);
    const life = base.identity;
    const isForgotten = this.#isForgotten(base.place, now);
    const state = isForgotten ? "dead" : life.state(now, this.#lifetimes);
    const begin = (data: Data): Outcome => this.#begin({ ...life.content, data }, work, server, now);
    if (state === "unsure") {
      life.isLoose = true;
      const sent = (value: string): void => this.#note(value, life, server);
      return work.loggedIn || (work.ended && !work.isEmpty)
        ? loose(begin(work.data))
        : { live: "may", expires: "may", opens: () => undefined, sent };
    }
    const isHere = state === "alive";
    if (work.ended) {
      if (!isForgotten) this.#end(life);
      return work.isEmpty ? nothingSent(isHere ? "must" : "may") : begin(work.data);
    }
    if (work.loggedIn) return this.#login(life, isHere, work, server, now);
    if (!isHere) return nothingSent();
    const merged = work.mergeInto(life.data);
    const isChanged = work.isChanged;
    if (isChanged && work.isEmpty && Object.keys(merged).length === 0) {
      // Another request may have saved something in between that this one removes again, or that
      // was removed already.
      const wasSame = dataText(life.data) === dataText(work.before);
      this.#end(life);
      return nothingSent(wasSame ? "must" : "may");
    }
    life.data = merged;
    life.latest = this.#expiry(life, now);
    if (isChanged || work.renewed) life.until = life.latest;
    const isCurrent = !base.isInGrace && life.token === base.token;
    // Only one new cookie can be the last to reach the browser: another request has sent it.
    if (!isCurrent) return nothingSent();
    const opens = (): Content => life.content;
    if (!work.renewed)
      return { live: "may", opens, expires: "never", sent: (value) => this.#extend(value, life, server, now) };
    return {
      live: "must",
      opens,
      expires: "never",
      sent: (value) => {
        this.#moves.set(life.token, { at: now, to: tokenOf(value), byLogin: false });
        this.#note(value, life, server);
      },
    };
  }

  revoke(subject: string, now: number): () => void {
    const known = new Set(this.#byToken.values());
    const isOfSubject = (life: Life): boolean => life.application === "main" && life.subject === subject;
    const lives = [...known].filter((life) => isOfSubject(life) && life.state(now, this.#lifetimes) !== "dead");
    return () => {
      for (const life of lives) [life.isEnded, life.isLoose] = [true, false];
      // A login during the revocation may be met by it or not.
      for (const life of this.#byToken.values()) if (isOfSubject(life) && !known.has(life)) life.isLoose = true;
    };
  }

  endedValues(): string[] {
    return [...new Set(this.#byToken.values())].flatMap((life) => (life.isEnded && !life.isLoose ? [life.value] : []));
  }

  #concludeWithoutSession(
    { why, all = [], left = [], isLoose = false }: View,
    work: Work,
    server: ServerFacts,
    now: number,
  ): Outcome {
    const isAmbiguous = why === "ambiguous";
    if (work.ended) {
      // It is not known which session is meant, so a logout ends all that came.
      const places = [...(all as StoredBase[]).map(({ place }) => place), ...(left as Move[]).map(({ to }) => to)];
      for (const place of places.filter((each) => !this.#isForgotten(each, now))) {
        const life = this.#byToken.get(place)!;
        this.#end(life);
        if (isLoose) life.isLoose = true;
      }
    }
    const isLeft = work.ended && (why === "moved" || isLoose);
    if (work.isEmpty) return nothingSent(isAmbiguous && work.ended && !isLoose ? "must" : isLeft ? "may" : "never");
    const outcome = this.#begin(work, work, server, now);
    if (work.loggedIn) return outcome;
    if (isLoose || isLeft) return loose(outcome);
    if (isAmbiguous && work.ended) return outcome;
    // The browser may hold the successor's cookie already; and what an anonymous page writes must
    // not push the visitor's own cookie out.
    return why === "moved" || isAmbiguous ? nothingSent() : outcome;
  }

  #login(life: Life, isHere: boolean, work: Work, server: ServerFacts, now: number): Outcome {
    const { subject, persistent, createdAt } = work;
    const outcome = this.#begin({ data: isHere ? work.mergeInto(life.data) : work.data }, work, server, now);
    if (isHere) {
      return {
        ...outcome,
        sent: (value) => {
          outcome.sent(value);
          life.successor = this.#byToken.get(tokenOf(value))!;
          this.#moves.set(life.token, { at: now, to: tokenOf(value), byLogin: true });
        },
      };
    }
    // Another request has logged in with the same session. If it was the same user, both logins may
    // be one session.
    const other = life.successor;
    if (other?.subject !== subject || other === undefined || other.state(now, this.#lifetimes) === "dead")
      return outcome;
    const merged = work.mergeInto(other.data);
    const joins = (value: string): boolean => tokenOf(value) === other.token;
    return {
      ...outcome,
      opens: (value) => (joins(value) ? { subject, data: merged } : outcome.opens(value)),
      sent: (value) => {
        if (!joins(value)) return outcome.sent(value);
        Object.assign(other, { data: merged, persistent, createdAt });
        this.#extend(value, other, server, now);
      },
    };
  }

  /**
   * What has moved is remembered for a minute. A request that runs longer finds its session no
   * more: what it writes is dropped, and its logout does not reach the session.
   */
  #isForgotten(place: string, now: number): boolean {
    const move = this.#moves.get(place);
    return move !== undefined && now > move.at + REMEMBERED;
  }

  /** Ends a session, following its redirects. */
  #end(life: Life): void {
    for (let each: Life | undefined = life; each !== undefined; each = each.successor) {
      each.isEnded = true;
      each.isLoose = false;
    }
  }

  #begin({ data }: { readonly data: Data }, work: Work, server: ServerFacts, now: number): Outcome {
    const life = new Life(server.application, work);
    life.data = { ...data };
    life.until = life.latest = this.#expiry(life, now);
    // What has become too old while its request ran opens nothing.
    return {
      live: "must",
      opens: () => (now > life.until ? undefined : life.content),
      expires: "never",
      sent: (value) => this.#note(value, life, server),
    };
  }

  #extend(value: string, life: Life, server: ServerFacts, now: number): void {
    life.until = life.latest = this.#expiry(life, now);
    this.#note(value, life, server);
  }

  #note(value: string, life: Life, server: ServerFacts): void {
    const token = tokenOf(value);
    this.#sent.set(value, { token, key: server.currentKey });
    this.#byToken.set(token, life);
    life.token = token;
    life.value = value;
  }

  #expiry({ createdAt }: Life, now: number): number {
    return Math.min(createdAt + this.#lifetimes.lifetime, now + this.#lifetimes.idleTimeout);
  }
}

function loose(outcome: Outcome): Outcome {
  return { ...outcome, live: "may", expires: "may" };
}

function tokenOf(value: string): string {
  return value.split(".")[0]!;
}
