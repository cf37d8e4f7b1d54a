import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect, createServer as createNetServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { debugToolbar } from "../../src/adapters/node/toolbar.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar } from "../../src/toolbar/index.ts";
import { executable, requirement } from "../support/requirements.ts";
import { runScript, scriptIn, visit } from "../support/toolbar-client.ts";

const nginx = requirement("nginx", () => executable("nginx"));
const PAGE = "<!doctype html><html><body>hi</body></html>";

/** Further lines of nginx's location. */
const LOCATIONS: Readonly<Record<string, string>> = {
  "as it comes": "",
  "with HTTP/1.1 and X-Forwarded-For":
    "proxy_http_version 1.1; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
  "with the host that was called": "proxy_set_header Host $host;",
  "with HTTP/1.1, the host that was called, and the usual headers":
    "proxy_http_version 1.1; proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;",
  "with X-Forwarded-Proto and X-Forwarded-Host":
    "proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-Host $host;",
};

let server: Server;
let upstream: number;
const seen: IncomingMessage[] = [];
const toolbar = new Toolbar({ keys: generateSecretKey(), authorize: () => true });
beforeAll(async () => {
  const show = debugToolbar(toolbar);
  server = createServer((request, response) => {
    seen.push(request);
    show(request, response, () => void response.setHeader("Content-Type", "text/html").end(PAGE));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  upstream = (server.address() as AddressInfo).port;
});
afterAll(() => {
  toolbar.close();
  server.close().closeAllConnections();
});

async function startNginx(
  location: string,
  target: number = upstream,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-nginx-"));
  const port = await freePort();
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join("\n");
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http { access_log off; ${paths}
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${target}; ${location} } }
}`,
  );
  const child: ChildProcess = spawn(nginx!, ["-p", folder, "-c", "nginx.conf"], { stdio: "inherit" });
  await expect.poll(async () => await listens(port)).toBe(true);
  return {
    port,
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createNetServer();
  await new Promise<void>((resolve) => void probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function listens(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => (socket.destroy(), resolve(true)));
    socket.once("error", () => resolve(false));
  });
}

/** The answer to another visitor who uses the public name. */
async function ask(port: number, path: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: www.shop.example\r\nAccept: text/html\r\nConnection: close\r\n\r\n`);
    });
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.once("end", () => resolve(text));
    socket.once("error", reject);
  });
}

describe.skipIf(nginx === undefined)("B1: behind nginx on the same machine the internet sees no toolbar", () => {
  test.each(Object.entries(LOCATIONS))("%s", async (_, location) => {
    const proxy = await startNginx(location);
    try {
      const page = await ask(proxy.port, "/");
      expect(page).toContain("200 OK");
      expect(page).toContain("hi</body>");
      expect(page).not.toContain("_latchkey");
      // To the server, the whole world is this machine.
      expect(seen.at(-1)!.socket.remoteAddress).toBe("127.0.0.1");
      for (const path of ["/_latchkey/", "/_latchkey/toolbar.js", "/_latchkey/exchanges"]) {
        expect(await ask(proxy.port, path)).toMatch(/^HTTP\/1\.1 404 /);
      }
    } finally {
      await proxy.stop();
    }
  });

  test("while a browser on this machine sees it", async () => {
    const response = await fetch(`http://127.0.0.1:${upstream}/`, { headers: { "sec-fetch-dest": "document" } });
    expect(await response.text()).toContain("/_latchkey/toolbar.js");
  });
});

test.skipIf(nginx === undefined)(
  "B8: behind an nginx that is allowed and cuts off a prefix, the page shows it",
  async () => {
    const own = new Toolbar({ keys: generateSecretKey(), allow: ["127.0.0.1"] });
    const show = debugToolbar(own);
    const application = createServer((request, response) =>
      show(request, response, () => void response.setHeader("Content-Type", "text/html").end(PAGE)),
    );
    await new Promise<void>((resolve) => void application.listen(0, "127.0.0.1", resolve));
    const proxy = await startNginx(
      "rewrite ^/shop/(.*)$ /$1 break; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Prefix /shop; proxy_buffering off;",
      (application.address() as AddressInfo).port,
    );
    try {
      const origin = `http://127.0.0.1:${proxy.port}`;
      const { text } = await visit(`${origin}/shop/page`);
      const script = new URL(scriptIn(text)!, origin).href;
      expect(script).toMatch(new RegExp(`^${origin}/shop/_latchkey/toolbar\\.js\\?`));
      expect((await runScript(script)).summary.path).toBe("/page");
      // The toolbar's own page is there as well.
      const page = await visit(`${origin}/shop/_latchkey/`);
      expect(page.text).toContain('src="/shop/_latchkey/toolbar.js?');
    } finally {
      await proxy.stop();
      own.close();
      application.close().closeAllConnections();
    }
  },
);
