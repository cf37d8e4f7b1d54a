import { channel } from "node:diagnostics_channel";
import { Writable } from "node:stream";

/** The channel of what is written to a log stream. Its messages are texts. */
export const LOG_CHANNEL = "latchkey:log";

/**
 * A stream that shows what is written to it in the panel Logs, and writes it on. It costs nothing
 * while nobody listens.
 */
export class LogStream extends Writable {
  readonly #channel = channel(LOG_CHANNEL);
  readonly #target: Pick<NodeJS.WritableStream, "write"> | undefined;

  constructor(target?: Pick<NodeJS.WritableStream, "write">) {
    super({ decodeStrings: false });
    this.#target = target;
  }

  override write(chunk: unknown, ...rest: readonly unknown[]): boolean {
    // Here and not in `_write`: what waits for the target would be written in the context of
    // another request.
    this.#publish(chunk);
    return (super.write as (...all: readonly unknown[]) => boolean)(chunk, ...rest);
  }

  override end(...all: readonly unknown[]): this {
    const [chunk] = all;
    if (typeof chunk !== "function" && chunk !== undefined && chunk !== null) this.#publish(chunk);
    return (super.end as (...all: readonly unknown[]) => this)(...all);
  }

  #publish(chunk: unknown): void {
    if (this.#channel.hasSubscribers) this.#channel.publish(textOf(chunk));
  }

  override _write(chunk: string | Uint8Array, encoding: BufferEncoding, done: () => void): void {
    if (this.#target === undefined) return done();
    // The target reports its own errors. Here they would end the process.
    if (typeof chunk === "string") this.#target.write(chunk, encoding, () => done());
    else this.#target.write(chunk, () => done());
  }
}

function textOf(chunk: unknown): string {
  if (typeof chunk === "string") return chunk;
  return chunk instanceof Uint8Array
    ? Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.length, 100_000)).toString()
    : "";
}
