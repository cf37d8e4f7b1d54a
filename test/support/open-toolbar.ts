import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { vi } from "vitest";
import type { Tab } from "./engines/engine.ts";
import { served } from "./frameworks.ts";

const PATIENCE = { timeout: 60_000, interval: 100 };
/**
 * Runs before the toolbar's script. The drivers of Firefox and WebKit see nothing inside of a
 * closed shadow root, so it is kept. What goes wrong from here on is kept too.
 */
const KEEP = `{
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    return (window.toolbarRoot = attach.call(this, options));
  };
  const complaints = (window.toolbarComplaints = []);
  const report = console.error;
  console.error = (...args) => (complaints.push(args.join(" ")), report.apply(console, args));
  addEventListener("error", (event) => complaints.push(event.message ?? "failed: " + (event.target.src ?? event.target.href)), true);
  addEventListener("unhandledrejection", (event) => complaints.push("rejected: " + event.reason));
  addEventListener("securitypolicyviolation", (event) => complaints.push("policy: " + event.violatedDirective + " " + event.blockedURI));
}
`;

/**
 * Puts a server before another one. It passes on everything as it is, so that a toolbar behind it
 * does not know of it, and puts a few lines before the toolbar's script.
 *
 * @param target the address of the server with a toolbar.
 */
export async function openingToolbar(
  target: string,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const { hostname, port } = new URL(target);
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request;
    const passedOn = httpRequest({ hostname, port, method, path, headers }, (answer) => {
      if (path!.startsWith("/_latchkey/toolbar.js?")) void sendOpening(answer, response);
      else answer.pipe(response.writeHead(answer.statusCode!, answer.rawHeaders));
    });
    passedOn.on("error", () => response.destroy());
    response.once("close", () => passedOn.destroy());
    request.pipe(passedOn);
  });
  return await served(server.listen(0, "127.0.0.1"));
}

async function sendOpening(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [Buffer.from(KEEP)];
  for await (const part of answer) parts.push(part as Buffer);
  const { "content-length": _, "transfer-encoding": __, ...headers } = answer.headers;
  response.writeHead(answer.statusCode!, headers).end(Buffer.concat(parts));
}

/** The toolbar of a page behind `openingToolbar`, in the tab of any browser. */
export class OpenToolbar {
  readonly #tab: Tab;

  constructor(tab: Tab) {
    this.#tab = tab;
  }

  /** The text of the first element in it that a CSS selector finds; empty if there is none. */
  async text(selector: string): Promise<string> {
    return (await this.#tab.evaluate(
      `window.toolbarRoot?.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`,
    )) as string;
  }

  /** Waits until the text of an element fits. */
  async shows(selector: string, pattern: RegExp): Promise<void> {
    await vi.waitFor(async () => {
      const text = await this.text(selector);
      if (!pattern.test(text)) throw new Error(`${selector} never showed ${String(pattern)}. It shows: ${text}`);
    }, PATIENCE);
  }

  /** Clicks an element in it as a person would, once it has stopped to move. */
  async click(selector: string): Promise<void> {
    const name = JSON.stringify(selector);
    const middle = async (): Promise<string> =>
      (await this.#tab.evaluate(`(() => {
        const found = window.toolbarRoot?.querySelector(${name});
        found?.scrollIntoView({ block: "nearest", inline: "nearest" });
        const box = found?.getBoundingClientRect();
        return box === undefined || box.width === 0 ? "" : box.x + box.width / 2 + " " + (box.y + box.height / 2);
      })()`)) as string;
    let place = "";
    const hasStopped = async (): Promise<boolean> => {
      const last = place;
      place = await middle();
      return place !== "" && place === last;
    };
    await vi.waitUntil(hasStopped, PATIENCE);
    const [x, y] = place.split(" ").map(Number);
    await this.#tab.clickAt(x!, y!);
  }

  /** What went wrong on the page since the toolbar's script began. */
  async complaints(): Promise<readonly string[]> {
    return (await this.#tab.evaluate("window.toolbarComplaints ?? ['The script did not run.']")) as string[];
  }
}
