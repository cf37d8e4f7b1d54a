import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { serve } from "@hono/node-server";

/** Where `Flask.run` listens. */
export interface RunOptions {
  /** Default: 127.0.0.1, which only this machine can reach. `0.0.0.0` opens it to the network. */
  readonly host?: string;
  /** Default: 5000. With 0, the system chooses a free port; see `url`. A port in use rejects. */
  readonly port?: number;
}

/** A server that was started by `Flask.run`. */
export interface RunningServer {
  /** Its address, such as `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Stops it. Open requests have one second to end; then their connections are closed. */
  close(): Promise<void>;
}

/** Listens, prints the address, and stops cleanly on Ctrl-C. */
export async function runServer(
  fetch: Parameters<typeof serve>[0]["fetch"],
  { host = "127.0.0.1", port = 5000 }: RunOptions,
): Promise<RunningServer> {
  const server = serve({ fetch, hostname: host, port }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  const { port: actual } = server.address() as AddressInfo;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${actual}`;

  const close = async (): Promise<void> => {
    process.removeListener("SIGINT", onSignal);
    process.removeListener("SIGTERM", onSignal);
    await new Promise<void>((resolve, reject) => {
      server.close((error) => (error === undefined ? resolve() : reject(error)));
      // Event streams and idle keep-alive connections would keep the server open for ever.
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 1000).unref();
    });
  };
  const onSignal = (): void => void close();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);

  process.stdout.write(` * Running on ${url} (press Ctrl-C to quit)\n`);
  return { url, close };
}
