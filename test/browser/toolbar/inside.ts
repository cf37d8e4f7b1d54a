import type { CDPSession, Page } from "playwright-core";

/** A node of the browser's accessibility tree. */
export interface Accessible {
  readonly role: string;
  readonly name: string;
}

/** A place on the page, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Node {
  readonly nodeId: number;
  readonly nodeName: string;
  readonly attributes?: readonly string[];
  readonly children?: readonly Node[];
  readonly shadowRoots?: readonly Node[];
}

/**
 * Looks inside of the closed shadow root, as the browser's own tools do. Scripts of the page
 * cannot.
 */
export class Inside {
  readonly #page: Page;
  readonly #cdp: CDPSession;

  private constructor(page: Page, cdp: CDPSession) {
    this.#page = page;
    this.#cdp = cdp;
  }

  static async of(page: Page): Promise<Inside> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("DOM.enable");
    await cdp.send("Accessibility.enable");
    return new Inside(page, cdp);
  }

  /** What a screen reader reads. */
  async accessible(): Promise<readonly Accessible[]> {
    const { nodes } = await this.#cdp.send("Accessibility.getFullAXTree");
    return nodes
      .filter(({ ignored }) => !ignored)
      .map(({ role, name }) => ({ role: String(role?.value), name: String(name?.value ?? "") }));
  }

  async names(role: string): Promise<readonly string[]> {
    return (await this.accessible()).filter((node) => node.role === role).map(({ name }) => name);
  }

  async text(): Promise<string> {
    return (await this.names("StaticText")).join("\n");
  }

  /** The accessible name of the closed toolbar. */
  async handle(): Promise<string | undefined> {
    return (await this.names("button")).find((name) => name.startsWith("Open the debug toolbar"));
  }

  /** What has the focus: its role and its name. */
  async focused(): Promise<Accessible | undefined> {
    const { nodes } = await this.#cdp.send("Accessibility.getFullAXTree");
    const found = nodes.filter(({ properties }) =>
      properties?.some(({ name, value }) => name === "focused" && value.value === true),
    );
    const last = found.at(-1);
    return last && { role: String(last.role?.value), name: String(last.name?.value ?? "") };
  }

  /**
   * Where the first element is that a selector of CSS finds in the toolbar; undefined if it is not
   * shown.
   */
  async box(selector: string): Promise<Box | undefined> {
    const found = await this.#find(selector);
    if (found === undefined) return undefined;
    try {
      const { model } = await this.#cdp.send("DOM.getBoxModel", { nodeId: found });
      return { width: model.width, height: model.height, x: model.border[0]!, y: model.border[1]! };
    } catch {
      return undefined;
    }
  }

  /** Clicks the middle of what the selector finds. */
  async click(selector: string): Promise<void> {
    const place = await this.middle(selector);
    await this.#page.mouse.click(place.x, place.y);
  }

  /** The middle of what the selector finds, scrolled into view. */
  async middle(selector: string): Promise<{ readonly x: number; readonly y: number }> {
    const nodeId = await this.#find(selector);
    if (nodeId === undefined) throw new Error(`The toolbar has no ${selector}.`);
    await this.#cdp.send("DOM.scrollIntoViewIfNeeded", { nodeId });
    const box = await this.box(selector);
    if (box === undefined) throw new Error(`The toolbar does not show ${selector}.`);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  /**
   * Runs a function of JavaScript with the toolbar's shadow root as `this`, and returns its result.
   */
  async evaluate(source: string): Promise<unknown> {
    const root = await this.#root();
    if (root === undefined) throw new Error("There is no toolbar.");
    const { object } = await this.#cdp.send("DOM.resolveNode", { nodeId: root.nodeId });
    const { result, exceptionDetails } = await this.#cdp.send("Runtime.callFunctionOn", {
      objectId: object.objectId!,
      functionDeclaration: source,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async #root(): Promise<Node | undefined> {
    const { root } = await this.#cdp.send("DOM.getDocument", { depth: -1, pierce: true });
    const all = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(all)];
    return all(root as Node).find(({ nodeName }) => nodeName.toLowerCase() === "latchkey-toolbar")?.shadowRoots?.[0];
  }

  async #find(selector: string): Promise<number | undefined> {
    const root = await this.#root();
    if (root === undefined) return undefined;
    const { nodeId } = await this.#cdp.send("DOM.querySelector", { nodeId: root.nodeId, selector });
    return nodeId === 0 ? undefined : nodeId;
  }
}
