import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf } from "latchkey/node";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launchBrowser } from "../support/browser.ts";
import { makeCertificate, opensslPath } from "../support/certificate.ts";
import { plainPage } from "../support/https-hosts.ts";

/** What one request was to the application. */
interface Seen {
  readonly method: string;
  readonly subject: string;
  readonly reason: string;
}

/**
 * An application that lets every page read its answers, as a careless one does: then only the
 * session stands between another page and the visitor's account.
 */
class App {
  readonly seen: Seen[] = [];
  readonly #manager: SessionManager;
  readonly #open: ReturnType<typeof session>;

  constructor(sameSite: "Lax" | "None") {
    this.#manager = new SessionManager({
      keys: generateSecretKey(),
      cookie: sameSite === "None" ? { sameSite } : {},
    });
    this.#open = session(this.#manager);
  }

  readonly listener: RequestListener = (request, response) => {
    if (request.url === "/page") return plainPage(request, response);
    response.setHeader("Access-Control-Allow-Origin", request.headers.origin ?? "*");
    response.setHeader("Access-Control-Allow-Credentials", "true");
    response.setHeader("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
    if (request.method === "OPTIONS") return void response.end();
    this.#open(request, response, () => {
      const current = sessionOf(this.#manager, request);
      this.#note(request, current);
      try {
        if (request.url?.startsWith("/login-as-") === true) current.login(request.url.slice("/login-as-".length));
      } catch {
        response.statusCode = 403;
      }
      response.setHeader("Content-Type", "text/html");
      response.end(`<link rel="icon" href="data:,"><p>${current.subject ?? "nobody"}</p>`);
    });
  };

  readonly upgrade = (request: IncomingMessage, socket: Duplex): void => {
    const { headers, method } = request;
    const facts = {
      secure: "encrypted" in request.socket,
      host: headers.host ?? "",
      peer: request.socket.remoteAddress,
      httpVersion: request.httpVersion,
      headers,
      method,
    };
    const greet = async (): Promise<void> => {
      const current = await this.#manager.load(headers.cookie, facts);
      this.#note(request, current);
      const accept = createHash("sha1")
        .update(`${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.end(
        current.subject === undefined
          ? "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
          : `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    };
    greet().catch(() => socket.destroy());
  };

  #note(
    { method, headers }: IncomingMessage,
    current: Pick<Awaited<ReturnType<SessionManager["load"]>>, "subject" | "rejection">,
  ): void {
    this.seen.push({
      method: headers.upgrade === undefined ? (method ?? "") : "WebSocket",
      subject: current.subject ?? "nobody",
      reason: current.rejection?.reason ?? "none",
    });
  }
}

const FETCHED = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const isSafe = (method: string): boolean => method === "GET" || method === "HEAD";

/** What makes a page send a form. */
const submitting = (action: string, method: string): string => `{
  const form = document.createElement("form");
  Object.assign(form, ${JSON.stringify({ action, method })});
  document.body.append(form);
  form.submit();
}`;

/** Each kind of request that a page can make of another origin, with each method. */
async function attack(page: Page, from: string, target: string): Promise<void> {
  for (const method of ["GET", "POST"]) {
    await page.goto(`${from}/page`);
    await page.evaluate(submitting(`${target}/who-form`, method));
    await page.waitForURL((url) => url.pathname === "/who-form");
  }
  await page.goto(`${from}/page`);
  for (const method of FETCHED)
    await page.evaluate(async ([url, how]) => void (await fetch(url, { method: how, credentials: "include" })), [
      `${target}/who`,
      method,
    ] as const);
  await page.evaluate(
    async (url) =>
      await new Promise((resolve) => {
        const socket = new WebSocket(url);
        socket.addEventListener("close", resolve);
        socket.addEventListener("error", resolve);
      }),
    `${target.replace(/^http/, "ws")}/socket`,
  );
}
const ALL = ["GET", "POST", ...FETCHED, "WebSocket"];

/** A page of the application itself asks. */
async function askOwn(page: Page, target: string, path: string, method: string): Promise<string> {
  await page.goto(`${target}/page`);
  return await page.evaluate(async ([url, how]) => await (await fetch(url, { method: how })).text(), [
    path,
    method,
  ] as const);
}

describe.skipIf(chromiumPath === undefined || opensslPath === undefined)(
  "pages of other origins, in Chromium",
  { timeout: 300_000 },
  () => {
    const apps = { "app.test": new App("Lax"), "open.test": new App("None"), localhost: new App("Lax") };
    const servers: Server[] = [];
    let browser: Browser;
    let removeCertificate = (): void => {};
    let https = 0;
    const ports: number[] = [];

    const start = async (server: Server): Promise<number> => {
      servers.push(server);
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return (server.address() as AddressInfo).port;
    };

    beforeAll(async () => {
      const certificate = makeCertificate();
      const { key, cert } = certificate;
      removeCertificate = () => certificate.remove();
      const appOf = ({ headers }: IncomingMessage): App | undefined =>
        (apps as Record<string, App | undefined>)[(headers.host ?? "").replace(/:\d+$/, "")];
      const secure = createHttpsServer({ key, cert }, (request, response) =>
        (appOf(request)?.listener ?? plainPage)(request, response),
      );
      secure.on("upgrade", (request, socket) => appOf(request)?.upgrade(request, socket));
      https = await start(secure);
      const local = createHttpServer(apps.localhost.listener);
      local.on("upgrade", apps.localhost.upgrade);
      ports.push(await start(local), await start(createHttpServer(plainPage)));
      browser = await launchBrowser(["--host-resolver-rules=MAP *.test 127.0.0.1", "--ignore-certificate-errors"]);
    }, 300_000);
    afterAll(async () => {
      await browser.close();
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      removeCertificate();
    });

    const newVisitor = async (): Promise<{ readonly context: BrowserContext; readonly page: Page }> => {
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      return { context, page };
    };
    /** The addresses of an application, of a page that attacks it, and what is between them. */
    const cases = (): readonly (readonly [
      app: keyof typeof apps,
      target: string,
      from: string,
      isSameSite: boolean,
    ])[] => {
      const at = (host: string): string => `https://${host}:${https}`;
      return [
        ["app.test", at("app.test"), at("evil.app.test"), true],
        ["app.test", at("app.test"), at("other.test"), false],
        ["open.test", at("open.test"), at("evil.open.test"), true],
        ["open.test", at("open.test"), at("other.test"), false],
        ["localhost", `http://localhost:${ports[0]}`, `http://localhost:${ports[1]}`, true],
      ];
    };

    test.each([0, 1, 2, 3, 4])("a form, a fetch and a WebSocket, with each method: pair %i", async (index) => {
      const [name, target, from, isSameSite] = cases()[index]!;
      const { seen } = apps[name];
      const { context, page } = await newVisitor();
      await askOwn(page, target, "/login-as-alice", "POST");
      const before = await context.cookies();
      expect(before).toHaveLength(1);

      seen.length = 0;
      await attack(page, from, target);
      expect(seen.map(({ method }) => method)).toEqual(ALL);
      for (const { method, subject, reason } of seen) {
        if (!isSafe(method)) expect([from, method, subject, reason]).toEqual([from, method, "nobody", "cross_origin"]);
        else expect([from, method, reason]).toEqual([from, method, "none"]);
        if (isSafe(method) && isSameSite) expect([from, method, subject]).toEqual([from, method, "alice"]);
      }
      // What the browser holds, and who the visitor is, are as before.
      expect(await context.cookies()).toEqual(before);
      seen.length = 0;
      await attack(page, target, target);
      expect(seen).toEqual(ALL.map((method) => ({ method, subject: "alice", reason: "none" })));
      await context.close();
    });

    test.each([0, 1, 2, 3, 4])("a login that another page sends logs nobody in: pair %i", async (index) => {
      const [, target, from] = cases()[index]!;
      const { context, page } = await newVisitor();
      await page.goto(`${from}/page`);
      const submitted = page.waitForResponse((response) => response.url() === `${target}/login-as-mallory`);
      await page.evaluate(submitting(`${target}/login-as-mallory`, "POST"));
      expect((await submitted).status()).toBe(403);
      await page.waitForURL(/login-as-mallory$/);
      expect(await context.cookies()).toEqual([]);
      expect(await askOwn(page, target, "/who", "POST")).toContain("<p>nobody</p>");
      expect(await askOwn(page, target, "/login-as-alice", "POST")).toContain("<p>alice</p>");
      expect(await askOwn(page, target, "/who", "POST")).toContain("<p>alice</p>");
      await context.close();
    });
  },
);
