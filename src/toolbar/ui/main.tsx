import { render } from "preact";
import { App } from "./app.tsx";
import { readParameters, type Parameters } from "./client.ts";
import { STYLES } from "./styles.ts";

const NAME = "latchkey-toolbar";

/** An element that the page's own code can neither read nor style. */
class ToolbarElement extends HTMLElement {
  readonly #root = this.attachShadow({ mode: "closed" });
  readonly #place = document.createElement("div");

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

  /** Shows what is known of the page's request. */
  show(parameters: Parameters): void {
    render(<App key={parameters.exchange ?? ""} parameters={parameters} />, this.#place);
  }
}

function start(): void {
  const parameters = readParameters(import.meta.url);
  for (const script of document.scripts) if (script.src === import.meta.url) script.remove();
  // A library that replaces only the body leaves the element of the last page in the document.
  const before = document.querySelector<ToolbarElement>(NAME);
  if (before !== null) {
    before.show(parameters);
    return;
  }
  if (customElements.get(NAME) === undefined) customElements.define(NAME, ToolbarElement);
  const element = document.createElement(NAME) as ToolbarElement;
  element.show(parameters);
  document.documentElement.append(element);
}

// Not inside of a frame: the outer page has its own toolbar.
if (window.top === window) start();
