/*
 * How long a WebSocket stays open after its session has ended: the example `ws.ts` as two processes
 * on one Redis or one PostgreSQL, and the client in this process, which sees both moments.
 *
 *   npm run build && npm exec -- node bench/session-end.ts [--runs 100]
 *
 * revokeAll: from sending the request to the other process until the socket is closed here.
 * expiry: from the first second in which the session is over until the socket is closed.
 * cut: the connections of the socket's process to the database were cut, and the session ended on
 * the other process; from the moment in which the process may connect again until the socket is
 * closed.
 */
import { once } from "node:events";
import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { generateSecretKey } from "../src/keys/generate.ts";
import { runExample } from "../test/support/run-example.ts";
import { startPostgres, startRedis } from "../test/support/services.ts";
import { writeResults } from "./write-results.ts";

const { values: options } = parseArgs({ options: { runs: { type: "string", default: "100" } } });
const RUNS = Number(options.runs);
/** Seconds that the sessions live which are to expire. */
const SHORT = 3;

/** A way to a server that can be cut. */
async function openProxy(port: number): Promise<{ readonly port: number; cut(): void; mend(): void; close(): void }> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const proxy = createServer((socket) => {
    if (isCut) return void socket.destroy();
    const server = createConnection({ port, host: "127.0.0.1" });
    for (const end of [socket, server]) {
      sockets.add(end);
      end.on("error", () => undefined).on("close", () => [socket, server].forEach((other) => other.destroy()));
    }
    socket.pipe(server).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const cutAll = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    port: (proxy.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      cutAll();
    },
    mend: () => void (isCut = false),
    close: () => {
      proxy.close();
      cutAll();
    },
  };
}

async function post(url: string, path: string, cookie?: string): Promise<string> {
  const response = await fetch(url + path, { method: "POST", headers: cookie === undefined ? {} : { cookie } });
  if ((await response.text()) !== "done") throw new Error(`${path} was answered with ${response.status}.`);
  return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

interface Closing {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly reason: string;
}

/** Opens a socket. The process that was cut off refuses it until its client has connected again. */
async function connect(url: string, cookie: string): Promise<{ readonly closed: Promise<Closing> }> {
  for (;;) {
    const socket = new WebSocket(url.replace("http", "ws"), { headers: { cookie } });
    const closed = new Promise<Closing>((resolve) => {
      socket.on("close", (_, reason) => resolve({ at: now(), reason: reason.toString() }));
    });
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.on("error", () => resolve(false));
      socket.once("message", () => resolve(true));
    });
    if (isOpen) return { closed };
    await sleep(50);
  }
}

const now = (): number => performance.timeOrigin + performance.now();

interface Figures {
  readonly median: number;
  readonly max: number;
  readonly reasons: Readonly<Record<string, number>>;
}

function figuresOf(delays: readonly number[], reasons: readonly string[]): Figures {
  const sorted = delays.toSorted((one, other) => one - other);
  return {
    median: Math.round(sorted[Math.floor(sorted.length / 2)]!),
    max: Math.round(sorted.at(-1)!),
    reasons: Object.fromEntries(
      [...new Set(reasons)].map((each) => [each, reasons.filter((one) => one === each).length]),
    ),
  };
}

async function measure(
  port: number,
  envOf: (port: number) => Record<string, string>,
): Promise<Record<string, Figures>> {
  const keys = { SECRET_KEY: generateSecretKey() };
  const proxy = await openProxy(port);
  const [here, there, short] = await Promise.all([
    runExample("examples/session-end/ws.ts", { ...keys, ...envOf(proxy.port) }),
    runExample("examples/session-end/ws.ts", { ...keys, ...envOf(port) }),
    runExample("examples/session-end/ws.ts", { ...keys, ...envOf(port), IDLE_TIMEOUT: String(SHORT) }),
  ]);
  try {
    // While nobody listens there is no subscription, and it is not what is measured.
    const listenOn = async (): Promise<unknown> => await connect(here.url, await post(there.url, "/login"));
    await listenOn();
    await sleep(1000);

    const results: Record<string, Figures> = {};
    const collect = async (name: string, run: () => Promise<{ delay: number; reason: string }>): Promise<void> => {
      const all: { delay: number; reason: string }[] = [];
      while (all.length < RUNS) all.push(await run());
      results[name] = figuresOf(
        all.map(({ delay }) => delay),
        all.map(({ reason }) => reason),
      );
    };

    await collect("cut", async () => {
      const cookie = await post(there.url, "/login");
      const { closed } = await connect(here.url, cookie);
      proxy.cut();
      await post(there.url, "/logout", cookie);
      const start = now();
      proxy.mend();
      const { at, reason } = await closed;
      // Both clients of the process are back before the next run.
      await sleep(300);
      return { delay: at - start, reason };
    });
    await collect("revokeAll", async () => {
      const cookie = await post(there.url, "/login");
      const { closed } = await connect(here.url, cookie);
      await sleep(300);
      const start = now();
      await post(there.url, "/logout-everywhere", cookie);
      const { at, reason } = await closed;
      return { delay: at - start, reason };
    });

    // All at once, each a little later than the one before.
    const expiries = await Promise.all(
      Array.from({ length: RUNS }, async (_, run) => {
        await sleep(run * 50);
        for (;;) {
          const before = Math.floor(Date.now() / 1000);
          const cookie = await post(short.url, "/login");
          // Otherwise it is not known in which second the session began.
          if (Math.floor(Date.now() / 1000) !== before) continue;
          const { at, reason } = await (await connect(short.url, cookie)).closed;
          return { delay: at - (before + SHORT + 1) * 1000, reason };
        }
      }),
    );
    results["expiry"] = figuresOf(
      expiries.map(({ delay }) => delay),
      expiries.map(({ reason }) => reason),
    );
    return results;
  } finally {
    await Promise.all([here, there, short].map(async (each) => await each.stop("SIGKILL")));
    proxy.close();
  }
}

const [redis, postgres] = [await startRedis(), await startPostgres()];
try {
  const results = {
    redis: await measure(redis.port, (port) => ({ REDIS_URL: `redis://127.0.0.1:${port}` })),
    postgres: await measure(postgres.port, (port) => ({
      DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postgres`,
    })),
  };
  const report = {
    about: { load: loadavg(), runs: RUNS },
    milliseconds: results,
  };
  writeResults("session-end", report);
  console.log(JSON.stringify(report, null, 2));
} finally {
  await Promise.all([redis.stop(), postgres.stop()]);
}
process.exit(0);
