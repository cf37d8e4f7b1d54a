/** One tab of a real browser, by the few abilities that the drivers of all engines share. */
export interface Tab {
  /** Opens an address, and waits until its page has loaded. */
  goto(url: string): Promise<void>;
  /**
   * Clicks the first element that a CSS selector finds, as a person would. A page that it opens may
   * still be loading afterwards.
   */
  click(selector: string): Promise<void>;
  /** Clicks a place of the window, in CSS pixels from its left upper corner. */
  clickAt(x: number, y: number): Promise<void>;
  /** Types a text into a field. */
  fill(selector: string, text: string): Promise<void>;
  /** The value of a JavaScript expression in the page: plain data, or a promise of it. */
  evaluate(expression: string): Promise<unknown>;
  /**
   * The errors of the browser's console, with exceptions that nothing caught. The driver of WebKit
   * does not tell of them, so there it stays empty.
   */
  readonly complaints: readonly string[];
  /** Ends the browser. */
  close(): Promise<void>;
}

/** A browser engine. Self-signed certificates are accepted by all of them. */
export interface Engine {
  readonly name: string;
  /** Whether its programs are on this machine. */
  readonly isHere: boolean;
  /** The top-level domain with names that all lead to this machine. */
  readonly topLevelDomain: "test" | "localhost";
  start(): Promise<Tab>;
}

/** The text of the first element that a CSS selector finds; empty if it finds none. */
export async function textOf(tab: Tab, selector: string): Promise<string> {
  return (await tab.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`)) as string;
}
