import type { KnownSession, ListenedSession } from "./listened-session.ts";
import type { EndReason } from "./session-ended.ts";
import { warnOfEnds } from "./warn-of-ends.ts";

/** What became of a session that was asked about. */
export type Answer = { readonly known: KnownSession } | { readonly reason: EndReason };

/** A question that is over: what was known when it was asked, and the answer, if one came. */
export interface Asked {
  readonly known: KnownSession;
  readonly hint: EndReason | undefined;
  /** Undefined if asking has failed. */
  readonly answer: Answer | undefined;
}

/** So many questions are under way at once. */
const MOST_QUESTIONS = 16;

/**
 * The questions whether sessions still live: a few at once, and one at a time about each session.
 */
export class Questions {
  readonly #ask: (known: KnownSession) => Promise<Answer>;
  readonly #answered: (entry: ListenedSession, asked: Asked) => void;
  readonly #waiting = new Set<ListenedSession>();
  #underWay = 0;

  /** @param answered is called after each question, and must not throw. */
  constructor(ask: (known: KnownSession) => Promise<Answer>, answered: (entry: ListenedSession, asked: Asked) => void) {
    this.#ask = ask;
    this.#answered = answered;
  }

  /** Asks now or soon; and once more if a question about it is under way already. */
  about(entry: ListenedSession): void {
    if (entry.isAsking) return void (entry.mustAskAgain = true);
    this.#waiting.add(entry);
    this.#next();
  }

  /** Nobody wants to know any more. An answer that is under way is still told. */
  drop(entry: ListenedSession): void {
    this.#waiting.delete(entry);
    entry.mustAskAgain = false;
  }

  #next(): void {
    for (const entry of this.#waiting) {
      if (this.#underWay >= MOST_QUESTIONS) return;
      this.#waiting.delete(entry);
      this.#underWay++;
      entry.isAsking = true;
      void this.#run(entry);
    }
  }

  /** It never rejects. */
  async #run(entry: ListenedSession): Promise<void> {
    const { known, hint } = entry;
    let answer: Answer | undefined;
    try {
      answer = await this.#ask(known);
    } catch (error) {
      warnOfEnds("ask", "It could not be asked whether a session still lives", error);
    }
    this.#underWay--;
    entry.isAsking = false;
    this.#answered(entry, { known, hint, answer });
    if (entry.mustAskAgain) this.#waiting.add(entry);
    entry.mustAskAgain = false;
    this.#next();
  }
}
