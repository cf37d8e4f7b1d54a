import { once } from "node:events";
import { createConnection, createServer, type AddressInfo, type Socket as NetSocket } from "node:net";
import { generateSecretKey } from "latchkey/keys";
import { io as connectSocketIo } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { CookieJar } from "../support/cookies.ts";
import { runExample } from "../support/run-example.ts";
import { postgresPrograms, redisPrograms, startPostgres, startRedis, type Service } from "../support/services.ts";

type Env = Readonly<Record<string, string>>;

/** What a client has seen: the greeting, and how its connection ended. */
interface Client {
  readonly greeting: string;
  /** Undefined while the connection is open. */
  readonly end: () => string | undefined;
}

async function start(name: string, env: Env): Promise<string> {
  const example = await runExample(`examples/session-end/${name}.ts`, { PORT: "0", ...env });
  onTestFinished(async () => void (await example.stop("SIGKILL")));
  return example.url;
}

/** One visitor's browser, at any of the processes. */
class Browser {
  readonly jar = new CookieJar();

  async post(url: string, path: string): Promise<void> {
    const headers = this.jar.header === undefined ? {} : { Cookie: this.jar.header };
    const response = await fetch(url + path, { method: "POST", headers });
    const text = await response.text();
    if (text !== "done") throw new Error(`${path} was answered with ${response.status}: ${text}`);
    this.jar.take(response.headers.getSetCookie());
  }
}

const CLIENTS: Readonly<Record<string, (url: string, cookie: string) => Promise<Client | number>>> = {
  ws: async (url, cookie) => {
    const socket = new WebSocket(url.replace("http", "ws"), { headers: { cookie } });
    // One that was refused reports an error when it is given up.
    socket.on("error", () => undefined);
    onTestFinished(() => socket.terminate());
    let end: string | undefined;
    socket.on("close", (code, reason) => (end = `${code} ${reason.toString()}`));
    return await new Promise((resolve) => {
      socket.on("unexpected-response", (_, response) => resolve(response.statusCode ?? 0));
      socket.once("message", (message: Buffer) => resolve({ greeting: message.toString(), end: () => end }));
    });
  },
  "socket-io": async (url, cookie) => {
    const socket = connectSocketIo(url, { extraHeaders: { cookie }, reconnection: false, forceNew: true });
    onTestFinished(() => void socket.close());
    let reason = "";
    let end: string | undefined;
    socket.on("session ended", (text: string) => (reason = text));
    socket.on("disconnect", () => (end = `4401 ${reason}`));
    return await new Promise((resolve) => {
      socket.once("connect_error", () => resolve(401));
      socket.once("hello", (subject: string) => resolve({ greeting: `Welcome, ${subject}.`, end: () => end }));
    });
  },
  "sse-express": listenToEvents,
  "sse-hono": listenToEvents,
};

async function listenToEvents(url: string, cookie: string): Promise<Client | number> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const response = await fetch(`${url}/events`, { headers: { cookie }, signal: stop.signal });
  if (response.status !== 200) {
    await response.text();
    return response.status;
  }
  let text = "";
  let isOver = false;
  const read = async (): Promise<void> => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
    isOver = true;
  };
  read().catch(() => undefined);
  const dataOf = (event: string): string | undefined =>
    new RegExp(`^event: ${event}\\ndata: (.*)$`, "m").exec(text)?.[1];
  await expect.poll(() => dataOf("hello")).toBeDefined();
  return { greeting: `Welcome, ${dataOf("hello")}.`, end: () => (isOver ? `4401 ${dataOf("end")}` : undefined) };
}

async function connect(name: string, url: string, browser: Browser): Promise<Client> {
  const client = await CLIENTS[name]!(url, browser.jar.header ?? "");
  if (typeof client === "number") throw new Error(`The server refused the connection with ${client}.`);
  return client;
}

describe.each(Object.keys(CLIENTS))("the recipe %s", { timeout: 300_000 }, (name) => {
  test("closes at logout, follows a renewal, and lets nobody in without a session", async () => {
    const url = await start(name, { SECRET_KEY: generateSecretKey() });
    const browser = new Browser();
    expect(await CLIENTS[name]!(url, "")).toBe(401);
    await browser.post(url, "/login");
    const [first, second] = [await connect(name, url, browser), await connect(name, url, browser)];
    expect(first.greeting).toBe("Welcome, ada.");
    await browser.post(url, "/renew");
    const cookie = browser.jar.header!;
    expect([first.end(), second.end()]).toEqual([undefined, undefined]);
    await browser.post(url, "/logout");
    await expect.poll(() => [first.end(), second.end()]).toEqual(["4401 logout", "4401 logout"]);
    expect(await CLIENTS[name]!(url, cookie)).toBe(401);
  });
});

/** A way to a server that can be cut, and mended again. */
async function openProxy(port: number): Promise<{ readonly port: number; cut(): void; mend(): void }> {
  const sockets = new Set<NetSocket>();
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
  onTestFinished(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port: (proxy.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    mend: () => void (isCut = false),
  };
}

const DATABASES = [
  {
    database: "Redis",
    isThere: redisPrograms !== undefined,
    open: startRedis,
    envOf: (port: number): Env => ({ REDIS_URL: `redis://127.0.0.1:${port}` }),
  },
  {
    database: "PostgreSQL",
    isThere: postgresPrograms !== undefined,
    open: startPostgres,
    envOf: (port: number): Env => ({ DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postgres` }),
  },
] as const;

describe.each(DATABASES)(
  "a socket on one process, with $database",
  { timeout: 300_000 },
  ({ isThere, open, envOf }) => {
    const SECRET_KEY = generateSecretKey();
    let service: Service;
    beforeAll(async () => {
      if (isThere) service = await open();
    }, 300_000);
    afterAll(async () => await service?.stop());

    test.skipIf(!isThere)(
      "closes when the user logs out on another one, and what was missed is made up for",
      async () => {
        const proxy = await openProxy(service.port);
        const [here, there] = await Promise.all([
          start("ws", { SECRET_KEY, ...envOf(proxy.port) }),
          start("ws", { SECRET_KEY, ...envOf(service.port) }),
        ]);
        const [first, everywhere, ends, stays] = [new Browser(), new Browser(), new Browser(), new Browser()];
        await everywhere.post(there, "/login");
        const sockets = [await connect("ws", here, everywhere)];
        // A reason is told once the process listens, which may be after the first end.
        await first.post(there, "/login");
        const warmUp = await connect("ws", here, first);
        await first.post(there, "/logout");
        await expect.poll(() => warmUp.end()).toMatch(/^4401 (?:logout|gone)$/);
        // A renewal by the other process is followed.
        await everywhere.post(there, "/renew");
        sockets.push(await connect("ws", here, everywhere));
        expect(sockets.map(({ end }) => end())).toEqual([undefined, undefined]);
        await everywhere.post(there, "/logout-everywhere");
        await expect
          .poll(() => sockets.map(({ end }) => end()), { interval: 10 })
          .toEqual(Array(2).fill("4401 revoked"));

        await ends.post(there, "/login");
        await stays.post(there, "/login");
        const [ended, stayed] = [await connect("ws", here, ends), await connect("ws", here, stays)];
        proxy.cut();
        await ends.post(there, "/logout");
        await stays.post(there, "/renew");
        expect([ended.end(), stayed.end()]).toEqual([undefined, undefined]);
        proxy.mend();
        await expect.poll(() => ended.end()).toBe("4401 gone");
        expect(stayed.end()).toBeUndefined();
        // Messages may be back later than the store. Then the reasons are heard again.
        const endsWith = async (): Promise<string | undefined> => {
          const browser = new Browser();
          await browser.post(there, "/login");
          const socket = await connect("ws", here, browser);
          await browser.post(there, "/logout");
          await expect.poll(() => socket.end()).toBeDefined();
          return socket.end();
        };
        await expect.poll(endsWith, { timeout: 60_000 }).toBe("4401 logout");
        await stays.post(there, "/logout");
        await expect.poll(() => stayed.end()).toBe("4401 logout");
      },
    );

    test.skipIf(!isThere)("closes when the session expires", async () => {
      // A machine under load may need longer than the session lives.
      for (const seconds of [4, 16, 64]) {
        const url = await start("ws", { SECRET_KEY, IDLE_TIMEOUT: String(seconds), ...envOf(service.port) });
        const browser = new Browser();
        await browser.post(url, "/login");
        const socket = await CLIENTS["ws"]!(url, browser.jar.header!);
        if (typeof socket === "number") continue;
        await expect.poll(() => socket.end(), { timeout: 100_000 }).toBe("4401 expired");
        return;
      }
      expect.unreachable("The machine is too slow: a session of 64 seconds had ended before its socket was open.");
    });
  },
);
