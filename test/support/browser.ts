import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium as playwright, type Browser, type CDPSession, type Page } from "playwright-core";
import { chromium, requirement } from "./requirements.ts";

const ARTIFACTS = fileURLToPath(new URL("../../artifacts/", import.meta.url));

/** The system's Chromium; undefined if it is not installed; its tests are then skipped. */
export const chromiumPath = requirement("Chromium", chromium);

/** Starts a real Chromium without a window. @param args further arguments of the command line. */
export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  return await playwright.launch({
    executablePath: chromiumPath!,
    timeout: 300_000,
    // Without these, Chromium looks for hosts that a closed network does not have.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...args,
    ],
  });
}

/**
 * Everything that a page complained about: console errors, uncaught exceptions, failed requests.
 */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => {
    // Leaving a page ends its event stream, and all that it still loads: that is no failure.
    if (request.resourceType() === "eventsource" || request.failure()?.errorText === "net::ERR_ABORTED") return;
    complaints.push(`failed: ${request.url()} ${request.failure()?.errorText ?? ""}`);
  });
  return complaints;
}

/** Saves a screenshot in artifacts/, for a person to look at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`) });
}

interface DomNode {
  readonly nodeName: string;
  readonly nodeValue: string;
  readonly backendNodeId: number;
  readonly attributes?: readonly string[];
  readonly children?: readonly DomNode[];
  readonly shadowRoots?: readonly (DomNode & { readonly shadowRootType: string })[];
}

/**
 * Looks inside the toolbar, which lives in a closed shadow root: a page's scripts cannot, but
 * a developer with the browser's own tools can, and this does it the same way.
 */
export class ToolbarView {
  readonly #page: Page;
  #session: CDPSession | undefined;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The text of the toolbar as it stands; undefined while there is none. */
  async text(): Promise<string | undefined> {
    const root = await this.#root();
    return root === undefined ? undefined : textOf(root).replace(/\s+/g, " ").trim();
  }

  /** Waits until the toolbar shows this text, and returns all of it. */
  async waitFor(pattern: RegExp | string): Promise<string> {
    const fits = (text: string): boolean => (typeof pattern === "string" ? text.includes(pattern) : pattern.test(text));
    const deadline = performance.now() + 60_000;
    for (;;) {
      const text = await this.text();
      if (text !== undefined && fits(text)) return text;
      if (performance.now() > deadline)
        throw new Error(`The toolbar never showed ${String(pattern)}. It shows: ${text ?? "nothing"}`);
      await this.#page.waitForTimeout(50);
    }
  }

  /** Clicks the first element with this role whose text fits. */
  async click(role: string, pattern: RegExp): Promise<void> {
    const root = await this.#root();
    const found =
      root &&
      find(
        root,
        (node) =>
          (attribute(node, "role") === role || node.nodeName.toLowerCase() === role) && pattern.test(textOf(node)),
      );
    if (found === undefined)
      throw new Error(
        `The toolbar has no ${role} that says ${String(pattern)}. It shows: ${(await this.text()) ?? "nothing"}`,
      );
    const session = await this.#cdp();
    await session.send("DOM.scrollIntoViewIfNeeded", { backendNodeId: found.backendNodeId });
    const { model } = await session.send("DOM.getBoxModel", { backendNodeId: found.backendNodeId });
    const [x1, y1, , , x2, y2] = model.content as [number, number, number, number, number, number];
    await this.#page.mouse.click((x1 + x2) / 2, (y1 + y2) / 2);
  }

  async #root(): Promise<DomNode | undefined> {
    const session = await this.#cdp();
    const { root } = (await session.send("DOM.getDocument", { depth: -1, pierce: true })) as unknown as {
      root: DomNode;
    };
    const host = find(
      root,
      (node) => node.shadowRoots?.some(({ shadowRootType }) => shadowRootType === "closed") === true,
    );
    return host?.shadowRoots?.[0];
  }

  async #cdp(): Promise<CDPSession> {
    this.#session ??= await this.#page.context().newCDPSession(this.#page);
    return this.#session;
  }
}

function find(node: DomNode, test: (node: DomNode) => boolean): DomNode | undefined {
  if (test(node)) return node;
  for (const child of [...(node.shadowRoots ?? []), ...(node.children ?? [])]) {
    const found = find(child, test);
    if (found !== undefined) return found;
  }
  return undefined;
}

function attribute(node: DomNode, name: string): string | undefined {
  const attributes = node.attributes ?? [];
  for (let at = 0; at < attributes.length; at += 2) if (attributes[at] === name) return attributes[at + 1];
  return undefined;
}

function textOf(node: DomNode): string {
  if (node.nodeName === "#text") return `${node.nodeValue} `;
  return [...(node.shadowRoots ?? []), ...(node.children ?? [])].map(textOf).join("");
}
