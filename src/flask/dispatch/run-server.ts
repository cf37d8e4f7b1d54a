import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { InvalidOptionError } from "../../index.ts";
import { environmentVariables } from "../../mode.ts";
import { kindOf } from "../../options.ts";

/** Where `Flask.run` listens. */
export interface RunOptions {
  /**
   * Default: that of SERVER_NAME, else 127.0.0.1, which only this machine can reach. `0.0.0.0`
   * opens it to the network.
   */
  readonly host?: string | undefined;
  /**
   * Default: that of SERVER_NAME, else 5000. With 0, the system chooses a free port; see `url`. A
   * port in use rejects.
   */
  readonly port?: number | undefined;
}

/** A server that was started by `Flask.run`. */
export interface RunningServer {
  /** Its address, such as `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Stops it. Open requests have one second to end; then their connections are closed. */
  close(): Promise<void>;
}

/**
 * Whether `npx latchkey flask` has loaded the application, and serves it itself if it is asked to.
 */
export function isStartedByCommand(): boolean {
  return environmentVariables(["FLASK_RUN_FROM_CLI"])["FLASK_RUN_FROM_CLI"] === "true";
}

/** What `app.run()` returns where it does nothing. */
export function notStarted(): RunningServer {
  process.stderr.write(
    " * Ignoring a call to app.run() that would block the current command. Call it only where import.meta.main is true.\n",
  );
  return { url: "", close: async () => {} };
}

/**
 * Listens, prints the address, and stops cleanly on Ctrl-C.
 *
 * @throws Error for a port that is taken, or that only an administrator may use.
 */
export async function runServer(
  fetch: Parameters<typeof serve>[0]["fetch"],
  { host = "127.0.0.1", port = 5000 }: RunOptions,
): Promise<RunningServer> {
  checkAddress(host, port);
  const server = serve({ fetch, hostname: host, port }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error) => reject(explained(error, host, port)));
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

function checkAddress(host: unknown, port: unknown): void {
  if (typeof host !== "string" || host === "")
    throw new InvalidOptionError(
      `The option host of app.run is the name or the address of this machine. It got ${kindOf(host)}. Fix: host: "127.0.0.1".`,
    );
  if (Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 65_535) return;
  throw new InvalidOptionError(
    `The option port of app.run is a whole number from 0 to 65535. It got ${typeof port === "number" ? port : kindOf(port)}. Fix: port: 5000; a text of the environment has to be made a number.`,
  );
}

/** The error of the system, in words that say what to do. */
function explained(error: Error, host: string, port: number): Error {
  const { code } = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE:
      `Address already in use. Port ${port} is in use by another program. Either identify and stop that program, or start the server with a different port.` +
      (process.platform === "darwin" && port === 5000
        ? " On macOS, try searching for and disabling 'AirPlay Receiver' in System Settings."
        : ""),
    EACCES: `Port ${port} may only be used by an administrator. Fix: use a port from 1024 on.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Fix: host: "127.0.0.1", or "0.0.0.0" for all addresses.`,
  };
  if (code === undefined || words[code] === undefined) return error;
  return Object.assign(new Error(words[code], { cause: error }), { code });
}
