import { createServer } from "node:http";
import { served } from "../../support/frameworks.ts";

/**
 * The server that the shop asks for a discount. It can make visitors wait for each other, so that
 * all of them are in the middle of their page at the same time.
 */
export class Discounts {
  readonly url: string;
  readonly close: () => Promise<void>;
  readonly #waiting: Set<() => void>;
  #together = 1;

  private constructor(url: string, close: () => Promise<void>, waiting: Set<() => void>) {
    this.url = url;
    this.close = close;
    this.#waiting = waiting;
  }

  static async start(): Promise<Discounts> {
    const waiting = new Set<() => void>();
    const server = createServer((_, response) => {
      const answer = (): void => void response.end("1");
      waiting.add(answer);
      response.once("close", () => waiting.delete(answer));
      discounts.#arrived();
    });
    const { url, close } = await served(server.listen(0, "127.0.0.1"));
    const discounts = new Discounts(url, close, waiting);
    return discounts;
  }

  /** Nobody is answered before so many ask at once. The last one is then answered first. */
  holdUntil(together: number): void {
    this.#together = together;
  }

  /** Answers all, also those that ask later. */
  release(): void {
    this.#together = 1;
    this.#arrived();
  }

  #arrived(): void {
    if (this.#waiting.size < this.#together) return;
    for (const answer of [...this.#waiting].toReversed()) answer();
    this.#waiting.clear();
  }
}
