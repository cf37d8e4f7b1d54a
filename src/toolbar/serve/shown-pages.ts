/** How long a browser has to run the script after the end of the answer, in milliseconds. */
const PATIENCE = 2_000;
/** Milliseconds between two looks at all pages, or each of a hundred pages would cause one. */
const PAUSE = 250;
/** The most pages that are remembered. The oldest is forgotten first. */
const MOST_PAGES = 1_000;

/** A page that has got the script. */
interface ShownPage {
  readonly token: string;
  /** How many times a browser has loaded the script of this very page. */
  opened: number;
  state: "answering" | "waiting" | "missing" | "ran";
  /** When a waiting page counts as missing, by `performance.now()`. */
  deadline: number;
}

/** Who is told of pages. */
export interface ShownPagesListeners {
  /** Two seconds after the end of an answer, its script has not run. */
  readonly onMissing: (id: string) => void;
  /** The script of a page has run for the first time; late, if it was missing before. */
  readonly onRun: (id: string, isLate: boolean) => void;
}

/**
 * The pages that have got the script, and whether it has run there. The server cannot see whether a
 * page shows the toolbar, for example inside an unclosed comment. But a script that runs loads the
 * record of its page.
 */
export class ShownPages {
  readonly #pages = new Map<string, ShownPage>();
  readonly #listeners: ShownPagesListeners;
  /** One timer for all pages; it does not keep the process alive. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(listeners: ShownPagesListeners) {
    this.#listeners = listeners;
  }

  /** Remembers that the answer to this exchange has got the script, with this token. */
  expect(id: string, token: string): void {
    this.#pages.set(id, { token, opened: 0, state: "answering", deadline: 0 });
    const oldest = this.#pages.keys().next();
    if (this.#pages.size > MOST_PAGES && oldest.done !== true) this.#pages.delete(oldest.value);
  }

  /** The whole answer has been sent: from now on the browser can run the script. */
  sent(id: string): void {
    const page = this.#pages.get(id);
    if (page?.state !== "answering") return;
    page.state = "waiting";
    page.deadline = performance.now() + PATIENCE;
    this.#wait(PATIENCE);
  }

  /** A browser has loaded the script of this page. */
  opened(id: string, token: string): void {
    const page = this.#known(id, token);
    if (page !== undefined) page.opened += 1;
  }

  /** The script of this page has loaded the page's record. Other pages have another token. */
  ran(id: string, token: string): void {
    const page = this.#known(id, token);
    if (page === undefined || page.state === "ran") return;
    const isLate = page.state === "missing";
    page.state = "ran";
    this.#listeners.onRun(id, isLate);
  }

  /** How many times a browser has loaded the script of this page. */
  timesOpened(id: string): number {
    return this.#pages.get(id)?.opened ?? 0;
  }

  /** Forgets all pages, and stops waiting. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pages.clear();
  }

  #known(id: string, token: string): ShownPage | undefined {
    const page = this.#pages.get(id);
    return page?.token === token ? page : undefined;
  }

  #wait(milliseconds: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, milliseconds);
    this.#timer.unref?.();
  }

  #look(): void {
    const now = performance.now();
    let next: number | undefined;
    for (const [id, page] of this.#pages) {
      if (page.state !== "waiting") continue;
      if (page.deadline > now) {
        next = Math.min(next ?? page.deadline, page.deadline);
        continue;
      }
      page.state = "missing";
      this.#listeners.onMissing(id);
    }
    if (next !== undefined) this.#wait(Math.max(PAUSE, Math.ceil(next - now)));
  }
}
