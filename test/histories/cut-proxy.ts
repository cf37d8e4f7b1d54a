import { once } from "node:events";
import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy that can cut its connections, and hold what they carry. */
export class CutProxy {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #server = createServer({ pauseOnConnect: true }, (client) => this.#connect(client));
  readonly #upstream: number;
  #isHeld = false;

  constructor(upstream: number) {
    this.#upstream = upstream;
  }

  async start(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections at once, with what is under way on them. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** Nothing passes any more, and no connection ends. */
  hold(): void {
    this.#isHeld = true;
    for (const [client, server] of this.#pairs) {
      client.unpipe(server).pause();
      server.unpipe(client).pause();
    }
  }

  /** What was held passes on. */
  release(): void {
    this.#isHeld = false;
    for (const pair of this.#pairs) join(pair);
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  #connect(client: Socket): void {
    const server = createConnection({ port: this.#upstream, host: "127.0.0.1" });
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay().on("error", () => {});
      socket.on("close", () => {
        for (const other of pair) other.destroy();
        this.#pairs.delete(pair);
      });
    }
    if (!this.#isHeld) join(pair);
  }
}

function join([client, server]: readonly [Socket, Socket]): void {
  client.pipe(server).pipe(client);
}
