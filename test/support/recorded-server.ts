import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar, type Recording, type Span } from "../../src/toolbar/index.ts";

/** The answer to a request, and what the toolbar recorded of it. */
export interface Visit {
  readonly path: string;
  readonly status: number;
  readonly body: string;
  readonly spans: readonly Span[];
  readonly omitted: Readonly<Record<string, number>>;
}

/** A server on node:http whose requests are recorded by a toolbar, which has to exist before. */
export class RecordedServer {
  readonly toolbar: Toolbar;
  readonly #ended = new Map<string, (recording: Recording) => void>();
  #server: Server | undefined;

  constructor() {
    this.toolbar = new Toolbar({
      keys: generateSecretKey(),
      mode: "development",
      panels: [
        {
          id: "ended",
          title: "Ended",
          collect: (recording) => {
            this.#ended.get(recording.path)?.(recording);
            return 0;
          },
          view: () => [],
        },
      ],
    });
  }

  async start(listener: RequestListener): Promise<this> {
    const server = createServer(listener);
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  /**
   * Asks for a page, and waits until its record is complete. Each path is asked for once at a time.
   */
  async visit(path: string): Promise<Visit> {
    const ended = new Promise<Recording>((resolve) => this.#ended.set(path, resolve));
    const response = await fetch(this.url + path, { headers: { connection: "close" } });
    const body = await response.text();
    const { spans, omittedSpans } = await ended;
    return { path, status: response.status, body, spans, omitted: omittedSpans };
  }

  /** Asks for /0 to /39 at the same time. */
  async visitForty(prefix = ""): Promise<readonly Visit[]> {
    return await Promise.all(Array.from({ length: 40 }, async (_, n) => await this.visit(`${prefix}/${n}`)));
  }

  async stop(): Promise<void> {
    this.toolbar.close();
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
  }
}

/** The spans of one kind, without what differs from run to run. */
export function labelsOf(spans: readonly Span[], kind: string): readonly string[] {
  return spans.filter((span) => span.kind === kind).map(({ label }) => label);
}
