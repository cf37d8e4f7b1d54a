import { render } from "preact";
import { App } from "./app.tsx";
import { readParameters, type Parameters } from "./client.ts";
import { STYLES } from "./styles.ts";

const NAME = "latchkey-toolbar";

/** An element that a page's own code can neither look into nor style. */
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
    // In the top layer no transform, opacity or stacking of the page's root reaches it.
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
  // Where a library exchanges the body and keeps the document, the element of the page before is
  // still there.
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

// Not within a frame: its page has a toolbar of its own.
if (window.top === window) start();
