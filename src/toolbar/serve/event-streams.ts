import type { ExchangeSummary } from "../exchange-page.ts";

/** So many messages may wait for a page that has stopped reading. */
const MOST_WAITING = 100;

/** The open streams of finished exchanges, one for each page that listens. */
export class EventStreams {
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();

  /** A new stream, in the form of server-sent events (HTML Standard, section 9.2). */
  open(): ReadableStream<Uint8Array> {
    let mine: ReadableStreamDefaultController<Uint8Array> | undefined;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        mine = controller;
        this.#streams.add(controller);
        controller.enqueue(new TextEncoder().encode("retry: 2000\n\n"));
      },
      cancel: () => {
        if (mine !== undefined) this.#streams.delete(mine);
      },
    });
  }

  /** Sends a finished exchange to all open pages. */
  announce(summary: ExchangeSummary): void {
    const message = new TextEncoder().encode(`data: ${JSON.stringify(summary)}\n\n`);
    for (const controller of this.#streams) {
      // Drop a page that has stopped reading. It asks for the list when it connects again.
      if ((controller.desiredSize ?? 0) > -MOST_WAITING) controller.enqueue(message);
      else this.#end(controller);
    }
  }

  /** Whether a page listens. */
  get areOpen(): boolean {
    return this.#streams.size > 0;
  }

  /** Ends all streams. */
  close(): void {
    for (const controller of this.#streams) this.#end(controller);
  }

  #end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#streams.delete(controller);
    controller.close();
  }
}
