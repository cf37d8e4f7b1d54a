import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { request as httpsRequest } from "node:https";
import { once } from "node:events";
import { KeyRing, SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf } from "latchkey/node";
import { Toolbar } from "latchkey/toolbar";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { FRAMEWORKS } from "../proxy/upstreams.ts";
import { caddyPath, startCaddyWith } from "../support/caddy.ts";
import { makeCertificate, opensslPath, type Certificate } from "../support/certificate.ts";
import {
  applicationOfPage,
  blockWith,
  deploy,
  deploymentFolder,
  replaced,
  SHOWN_COOKIE,
  startDeployed,
  writeProgram,
} from "../support/docs/deployed-app.ts";
import { startForwardingProxy } from "../support/forwarding-proxy.ts";
import { nginxPath, startNginxWith } from "../support/nginx.ts";
import { freePort, type Service } from "../support/services.ts";
import { SiteVisitor } from "../support/site-visitor.ts";

const SITE = "https://shop.example.com";
const SECRET_KEY = generateSecretKey();
const PATIENCE = { timeout: 120_000 };

const bodyOf = async (visitor: SiteVisitor, port: number): Promise<string> => (await visitor.visit(port, "/")).body;

async function expectLoginToWork(port: number, app: Service): Promise<void> {
  const visitor = new SiteVisitor(SITE);
  expect(await bodyOf(visitor, port)).toBe("You are nobody.");
  const { status, setCookie } = await visitor.visit(port, "/login", "POST");
  expect([status, setCookie]).toEqual([303, [expect.stringMatching(SHOWN_COOKIE)]]);
  expect(await bodyOf(visitor, port)).toBe("You are 7.");
  expect((await visitor.visit(port, "/logout", "POST", "https://evil.example")).status).toBe(500);
  expect(await bodyOf(visitor, port)).toBe("You are 7.");
  await visitor.visit(port, "/logout", "POST");
  expect(await bodyOf(visitor, port)).toBe("You are nobody.");
  expect(app.output).not.toContain("LATCHKEY_");
}

/** What no application of the page does: a large cookie, and a WebSocket. */
async function startLargeAndOpen(): Promise<number> {
  const keys = new KeyRing(SECRET_KEY, [], { mode: "production" });
  const manager = new SessionManager<{ text: string }>({ keys, cookie: { secure: true } });
  const open = session(manager);
  const server: Server = createServer((request, response) =>
    open(request, response, () => {
      const own = sessionOf(manager, request);
      own.login("7");
      own.data.text = "x".repeat(2500);
      // With its other headers, this is what an answer of a usual application has.
      response.setHeader("Content-Security-Policy", `default-src 'self' ${"https://cdn.example.com/ ".repeat(60)}`);
      response.end("large");
    }),
  );
  server.on("upgrade", (request, socket) => {
    void manager
      .load(request.headers.cookie, {
        secure: true,
        host: request.headers.host!,
        headers: request.headers,
        method: "GET",
      })
      .then(({ subject }) =>
        socket.end(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Subject: ${subject}\r\n\r\n`,
        ),
      );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Who the visitor is in a WebSocket; undefined if it does not open. */
async function subjectOfSocket(port: number, visitor: SiteVisitor, origin = SITE): Promise<unknown> {
  const headers = {
    Host: "shop.example.com",
    Origin: origin,
    Cookie: await visitor.cookies(),
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const asked = httpsRequest({
    host: "127.0.0.1",
    port,
    servername: "shop.example.com",
    rejectUnauthorized: false,
    headers,
    agent: false,
  }).end();
  return await new Promise((resolve, reject) => {
    asked.on("error", reject);
    asked.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.headers["x-subject"]);
    });
    asked.on("response", (response) => {
      response.destroy();
      resolve(undefined);
    });
  });
}

const NGINX = blockWith("nginx", "map ");
const hasPrograms = nginxPath !== undefined && opensslPath !== undefined && caddyPath !== undefined;

describe.skipIf(!hasPrograms)("behind a proxy, as docs/deploy.md has it", PATIENCE, () => {
  let certificate: Certificate;
  let app: Service;
  beforeAll(async () => {
    certificate = makeCertificate();
    const own = deploymentFolder();
    writeProgram(own.path, "app.ts", applicationOfPage());
    app = await startDeployed(own.path, "app.ts", { SECRET_KEY });
  });
  afterAll(async () => {
    await app.stop();
    certificate.remove();
  });

  /** The page's configuration, in front of an application, without some of its lines. */
  async function nginx(
    upstream: number,
    without: readonly string[] = [],
    change: (lines: string) => string = (lines) => lines,
  ): Promise<Service> {
    const port = await freePort();
    let lines = replaced(NGINX, "listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`);
    lines = replaced(lines, "/etc/ssl/shop.pem", certificate.certFile);
    lines = replaced(lines, "/etc/ssl/shop.key", certificate.keyFile);
    lines = replaced(lines, "127.0.0.1:3000", `127.0.0.1:${upstream}`);
    for (const start of without) {
      const left = lines.split("\n").filter((line) => !line.trim().startsWith(start));
      expect(left.length).toBeLessThan(lines.split("\n").length);
      lines = left.join("\n");
    }
    const server = await startNginxWith(port, change(lines));
    onTestFinished(async () => await server.stop());
    return server;
  }

  async function caddy(upstream: number): Promise<number> {
    const port = await freePort();
    let file = replaced(
      blockWith("caddyfile", "reverse_proxy"),
      "shop.example.com {",
      `${SITE}:${port} {\n  tls ${certificate.certFile} ${certificate.keyFile}`,
    );
    file = replaced(file, "127.0.0.1:3000", `127.0.0.1:${upstream}`);
    const server = await startCaddyWith(port, file);
    onTestFinished(async () => await server.stop());
    return port;
  }

  test.each(["nginx", "Caddy", "a hosting service"])(
    "%s: the login works, a POST of another site does not, and nothing warns",
    async (proxy) => {
      if (proxy === "nginx") return await expectLoginToWork((await nginx(app.port)).port, app);
      if (proxy === "Caddy") return await expectLoginToWork(await caddy(app.port), app);
      const own = await startForwardingProxy(certificate, app.port);
      onTestFinished(async () => await own.stop());
      await expectLoginToWork(own.port, app);
    },
  );

  test("nginx without the lines Host and X-Forwarded-Proto: the login works, and a POST may be refused", async () => {
    const other = await deploy(applicationOfPage(), { SECRET_KEY });
    const { port: withoutScheme } = await nginx(other.port, ["proxy_set_header X-Forwarded-Proto"]);
    const visitor = new SiteVisitor(SITE);
    const { setCookie } = await visitor.visit(withoutScheme, "/login", "POST");
    expect(setCookie).toEqual([expect.stringMatching(SHOWN_COOKIE)]);
    expect(await bodyOf(visitor, withoutScheme)).toBe("You are 7.");
    await expect.poll(() => other.output).toContain("LATCHKEY_PLAIN_HTTP");
    const { port: withoutHost } = await nginx(other.port, ["proxy_set_header Host"]);
    expect((await visitor.visit(withoutHost, "/login", "POST")).status).toBe(500);
    await expect.poll(() => other.output).toContain("cross_origin");
    // On another port than 443, and with a line that takes the cookie away.
    const { port } = await nginx(other.port, [], (lines) => replaced(lines, "$host;", "$host:$server_port;"));
    const numbered = new SiteVisitor(`${SITE}:${port}`);
    expect((await numbered.visit(port, "/login", "POST")).status).toBe(303);
    expect(await bodyOf(numbered, port)).toBe("You are 7.");
    const hiding = await nginx(other.port, [], (lines) =>
      replaced(lines, "proxy_http_version 1.1;", "proxy_http_version 1.1; proxy_hide_header Set-Cookie;"),
    );
    expect((await new SiteVisitor(SITE).visit(hiding.port, "/login", "POST")).setCookie).toEqual([]);
  });

  test("each framework's line for a proxy stops the warning", async () => {
    const warned: string[] = [];
    let name = "";
    const collect = ({ code }: Error & { code?: string }): void => void warned.push(`${name} ${code}`);
    process.on("warning", collect);
    onTestFinished(() => void process.off("warning", collect));
    const keys = new KeyRing(SECRET_KEY, [], { mode: "production" });
    const toolbar = new Toolbar({ keys });
    for (name of Object.keys(FRAMEWORKS)) {
      for (const secure of ["auto", true] as const) {
        const upstream = await FRAMEWORKS[name]!(new SessionManager({ keys, cookie: { secure } }), toolbar);
        const { setCookie } = await new SiteVisitor(SITE).behindTls(upstream.port, "/login");
        expect(setCookie).toEqual([expect.stringMatching(SHOWN_COOKIE)]);
        await upstream.close();
      }
    }
    const plain = Object.keys(FRAMEWORKS).filter((each) => !each.includes("proxy") && !each.includes("trustProxy"));
    await expect
      .poll(() => warned.filter((line) => line.endsWith("LATCHKEY_PLAIN_HTTP")))
      .toEqual(plain.map((each) => `${each} LATCHKEY_PLAIN_HTTP`));
    toolbar.close();
  });

  test("why is there a 502 after the login behind nginx? proxy_buffer_size is missing", async () => {
    const upstream = await startLargeAndOpen();
    const small = await nginx(upstream, ["proxy_buffer_size", "proxy_buffers"]);
    expect((await new SiteVisitor(SITE).visit(small.port, "/")).status).toBe(502);
    await expect.poll(() => small.output).toContain("upstream sent too big header");
    const answer = await new SiteVisitor(SITE).visit((await nginx(upstream)).port, "/");
    expect([answer.status, answer.body]).toEqual([200, "large"]);
    expect(answer.setCookie[0]!.length).toBeGreaterThan(3000);
  });

  test.each(["nginx", "Caddy"])("%s: a WebSocket opens with the visitor's session", async (proxy) => {
    const upstream = await startLargeAndOpen();
    const port = proxy === "nginx" ? (await nginx(upstream)).port : await caddy(upstream);
    const visitor = new SiteVisitor(SITE);
    await visitor.visit(port, "/");
    expect(await subjectOfSocket(port, visitor)).toBe("7");
    expect(await subjectOfSocket(port, visitor, "https://evil.example")).toBe("undefined");
    if (proxy !== "nginx") return;
    const { port: without } = await nginx(upstream, ["proxy_set_header Upgrade", "proxy_set_header Connection"]);
    expect(await subjectOfSocket(without, visitor)).toBeUndefined();
  });
});
