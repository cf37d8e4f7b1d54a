import { formatThrown, formatThrownName } from "../format.ts";

/** What throws so often is not called any more. */
const MOST = 5;

/** Counts the exceptions of the toolbar's own parts, so that none reaches the application. */
export class Failures {
  readonly #byPart = new Map<string, { readonly count: number; readonly message: string }>();
  readonly #redactText: (text: string) => string;

  /** @param redactText for the messages of exceptions: they may hold what the visitor has sent. */
  constructor(redactText: (text: string) => string) {
    this.#redactText = redactText;
  }

  /** Calls a function. Catches and counts its exceptions. */
  guarded<Result>(who: string, run: () => Result): Result | undefined {
    try {
      return run();
    } catch (error) {
      this.count(who, error);
      return undefined;
    }
  }

  /** Counts an exception that the caller has caught itself. */
  count(who: string, error: unknown): void {
    const { count } = this.#byPart.get(who) ?? { count: 0 };
    const text = formatThrown(error) ?? `the thrown value is ${formatThrownName(error)}`;
    const message = this.#redactText(text).slice(0, 300);
    this.#byPart.set(who, { count: count + 1, message });
  }

  /** Whether a part has thrown so often that it is not called any more. */
  isOff(who: string): boolean {
    return (this.#byPart.get(who)?.count ?? 0) >= MOST;
  }

  /** A sentence for each part that has thrown. */
  get sentences(): readonly string[] {
    return [...this.#byPart].map(
      ([who, { count, message }]) =>
        `The toolbar's ${who} failed ${count} times${count >= MOST ? " and was switched off" : ""}: ${message}`,
    );
  }
}
