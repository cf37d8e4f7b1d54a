/** The most warnings of one toolbar. */
const MOST = 10;

/** Warnings on standard error: each message once, and ten at most. */
export class Warnings {
  readonly #given = new Set<string>();

  give(message: string): void {
    if (this.#given.has(message) || this.#given.size >= MOST) return;
    this.#given.add(message);
    process.emitWarning(message, { code: "LATCHKEY_TOOLBAR" });
  }
}
