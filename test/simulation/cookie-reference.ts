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
import { contentText, type Work } from "./work.ts";

interface Snapshot extends Base {
  readonly application: string;
  readonly key: number;
  readonly lastSeenAt: number;
}

const SKEW = 60;

/**
 * What is promised for sessions that their cookie holds.
 *
 * Each value is a session by itself. What a value holds stays good until it is too old or its key
 * is gone. So, as the documentation says: the last answer wins, and a late answer may write back
 * what it has loaded; a logout takes the cookie from the browser, and does not reach a copy of it.
 */
export class CookieReference implements Reference {
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #lifetimes: Lifetimes;
  readonly #isFlask: boolean;

  constructor(lifetimes: Lifetimes, isFlask: boolean) {
    this.#lifetimes = lifetimes;
    this.#isFlask = isFlask;
  }

  views(values: readonly string[], server: ServerFacts, now: number): View[] {
    const distinct = [...new Set(values)];
    if (distinct.length === 0) return [{ why: "none" }];
    if (distinct.length > MAX_VALUES) return [{ why: "ambiguous", isLoose: true }];
    const alive = distinct
      .map((value) => this.#snapshots.get(value))
      .filter((found) => found !== undefined && this.#opens(found, server, now));
    const identities = new Set(alive.map((snapshot) => snapshot!.identity));
    if (identities.size === 0) return [{ why: "unusable" }];
    // The same session may lie in two scopes in two states. Either is a state that this browser was
    // given.
    if (identities.size > 1) return [{ why: "ambiguous", all: alive as Base[] }];
    return alive.map((base) => ({ why: "valid", base: base! }));
  }

  conclude({ why, base, isLoose = false }: View, work: Work, server: ServerFacts, now: number): Outcome {
    const keep = (identity: unknown): ((value: string) => void) => {
      const { subject, persistent, data, createdAt } = work;
      const content = { subject, persistent, data: { ...data }, lastSeenAt: now };
      return (value) =>
        void this.#snapshots.set(value, {
          ...content,
          value,
          application: server.application,
          key: server.currentKey,
          createdAt: this.#isFlask ? now : createdAt,
          // Flask's cookies hold no id: what holds the same is the same.
          identity: this.#isFlask ? `${contentText(content)} ${content.persistent}` : identity,
        });
    };
    const content = { subject: work.subject, data: { ...work.data } };
    // What has become too old while its request ran is sent, and opens nothing.
    if (base !== undefined && !work.loggedIn && !work.ended && now - base.createdAt > this.#lifetimes.lifetime)
      return { live: "may", expires: "may", opens: () => undefined, sent: keep(base.identity) };
    if (base === undefined && now - work.createdAt > this.#lifetimes.lifetime)
      return { live: "may", expires: "never", opens: () => undefined, sent: keep({}) };
    if (base === undefined) {
      const isAmbiguous = why === "ambiguous";
      // It is not known which session is meant, so a logout ends all that came.
      if (work.isEmpty) return nothingSent(!isAmbiguous || !work.ended ? "never" : isLoose ? "may" : "must");
      // What an anonymous page writes must not push the visitor's own cookie out.
      if (isAmbiguous && !work.loggedIn && !work.ended) return nothingSent();
      return { live: "must", opens: () => content, expires: "never", sent: keep({}) };
    }
    if (work.isEmpty && (work.ended || work.isChanged)) return nothingSent("must");
    if (work.ended || work.loggedIn) return { live: "must", opens: () => content, expires: "never", sent: keep({}) };
    // A renewal gives a new value to the same session.
    const isChanged = work.renewed || work.isChanged || work.persistent !== base.persistent;
    return { live: isChanged ? "must" : "may", opens: () => content, expires: "never", sent: keep(base.identity) };
  }

  /** Nothing is saved on a server, so nothing can be ended there. */
  revoke(): () => void {
    return () => {};
  }

  endedValues(): string[] {
    return [];
  }

  #opens({ application, key, createdAt, lastSeenAt }: Snapshot, server: ServerFacts, now: number): boolean {
    const { lifetime, idleTimeout } = this.#lifetimes;
    const isOfNow =
      createdAt <= now + SKEW &&
      lastSeenAt <= now + SKEW &&
      now - createdAt <= lifetime &&
      now - lastSeenAt <= idleTimeout;
    return isOfNow && application === server.application && server.keys.has(key);
  }
}
