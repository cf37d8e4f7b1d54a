import { render } from "preact";
import { App } from "./app.tsx";
import { readParameters, type Parameters } from "./client.ts";
import { STYLES } from "./styles/styles.ts";

const NAME = "latchkey-toolbar";
/** A page that removes the element more often does so on purpose. */
const MOST_RETURNS = 50;
/** Milliseconds between two looks whether the document has an element again. */
const AGAIN = 50;
/** A document that is written anew may wait for its server this long, in looks. */
const MOST_LOOKS = 600;

/** An element that the page's own code can neither read nor style. */
class ToolbarElement extends HTMLElement {
  /** The toolbar of this window, also while a page's script has taken it out of the document. */
  static current: ToolbarElement | undefined;
  readonly #root = this.attachShadow({ mode: "closed" });
  readonly #place = document.createElement("div");
  #parameters: Parameters | undefined;
  #shown = 0;
  #returns = 0;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.append(this.#place);
  }

  connectedCallback(): void {
    // In the top layer, the page's transform, opacity and stacking do not affect it.
    this.popover = "manual";
    this.showPopover?.();
  }

  /** `document.write`, and libraries that replace the document, remove the element. */
  disconnectedCallback(): void {
    if (this.#returns++ < MOST_RETURNS) this.#return(MOST_LOOKS);
  }

  #return(looks: number): void {
    setTimeout(() => {
      if (this.isConnected || looks === 0) return;
      // Between document.write and the first tag there is no element to append to.
      if ((document.documentElement as Element | null) === null || document.body === null)
        return this.#return(looks - 1);
      document.documentElement.append(this);
      // A document that was written anew has lost the listeners, so they are added again.
      if (this.#parameters !== undefined) this.show(this.#parameters);
    }, AGAIN);
  }

  /** Shows what is known of the page's request. */
  show(parameters: Parameters): void {
    this.#parameters = parameters;
    render(<App key={String(this.#shown++)} parameters={parameters} />, this.#place);
  }
}

function start(): void {
  const parameters = readParameters(import.meta.url);
  for (const script of document.scripts) if (script.src === import.meta.url) script.remove();
  if (customElements.get(NAME) === undefined) customElements.define(NAME, ToolbarElement);
  // A library that replaces only the body leaves the element of the last page in the document.
  const Known = customElements.get(NAME) as typeof ToolbarElement;
  const element = Known.current ?? (document.createElement(NAME) as ToolbarElement);
  Known.current = element;
  element.show(parameters);
  if (!element.isConnected) document.documentElement.append(element);
}

// Not inside of a frame: the outer page has its own toolbar.
if (window.top === window) start();
