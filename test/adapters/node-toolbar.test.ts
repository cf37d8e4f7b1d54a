import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { createGzip, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { debugToolbar } from "../../src/adapters/node/toolbar.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar } from "../../src/toolbar/index.ts";

const PAGE = "<!doctype html><html><body>Grüße</body></html>";
const HTML = { "Content-Type": "text/html; charset=utf-8" };
const NAVIGATES = { "sec-fetch-dest": "document" };

/** The ways in which people write a response. Each sends the page. */
const ways: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "setHeader and end": (response) => void response.setHeader("Content-Type", "text/html").end(PAGE),
  "end with a Buffer": (response) => void response.setHeader("Content-Type", "text/html").end(Buffer.from(PAGE)),
  "end with an encoding": (response) =>
    void response.setHeader("Content-Type", "text/html").end(Buffer.from(PAGE).toString("latin1"), "latin1"),
  "end with a callback": (response) => void response.setHeader("Content-Type", "text/html").end(PAGE, () => ended++),
  "writeHead with an object": (response) => void response.writeHead(200, HTML).end(PAGE),
  "writeHead with a phrase": (response) => void response.writeHead(200, "Fine", HTML).end(PAGE),
  "writeHead with a list": (response) =>
    void response.writeHead(200, ["Content-Type", "text/html", "X-A", "1"]).end(PAGE),
  "writeHead with a length": (response) =>
    void response.writeHead(200, { ...HTML, "Content-Length": Buffer.byteLength(PAGE), ETag: '"x"' }).end(PAGE),
  "write and end": (response) => {
    response.setHeader("Content-Type", "text/html");
    response.write(PAGE.slice(0, 10));
    response.write(PAGE.slice(10));
    response.end();
  },
  "write, end with the rest": (response) => {
    response.writeHead(200, HTML);
    response.write(PAGE.slice(0, 10));
    response.end(PAGE.slice(10));
  },
  "end alone after writeHead": (response) => {
    response.writeHead(200, { ...HTML, "Content-Length": Buffer.byteLength(PAGE) });
    response.write(PAGE);
    response.end(() => ended++);
  },
  "a pipe": (response) => {
    response.setHeader("Content-Type", "text/html");
    Readable.from([PAGE.slice(0, 5), PAGE.slice(5)]).pipe(response);
  },
  "flushHeaders first": (response) => {
    response.setHeader("Content-Type", "text/html");
    response.flushHeaders();
    response.end(PAGE);
  },
};
let ended = 0;

const others: Readonly<Record<string, (response: ServerResponse) => void>> = {
  json: (response) => void response.writeHead(200, { "Content-Type": "application/json" }).end("{}"),
  gzip: (response) => {
    response.writeHead(200, { ...HTML, "Content-Encoding": "gzip" });
    Readable.from([PAGE]).pipe(createGzip()).pipe(response);
  },
  "not-modified": (response) => void response.writeHead(304, { ETag: '"x"' }).end(),
  "no-content": (response) => void response.writeHead(204).end(),
  redirect: (response) => void response.writeHead(302, { ...HTML, Location: "/ways/a%20pipe" }).end(PAGE),
  fails: () => {
    throw new Error("thrown by the handler");
  },
  routed: (response) => {
    Object.assign(response.req, { route: { path: "/users/:id" }, baseUrl: "/api" });
    response.end("{}");
  },
};

const toolbar = new Toolbar({ keys: generateSecretKey() });
const show = debugToolbar(toolbar);
let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer((request, response) => {
    show(request, response, () => {
      const [, kind, name = ""] = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname).split("/");
      try {
        ((kind === "ways" ? ways : others)[name] ?? ((missing) => void missing.writeHead(404, HTML).end("<p>?</p>")))(
          response,
        );
      } catch {
        response.writeHead(500, HTML).end("<p>Sorry</p>");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  toolbar.close();
  server.close();
  server.closeAllConnections();
});

interface Answer {
  readonly status: number;
  readonly phrase: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A client that unpacks nothing, so that what is compared is what came over the wire. */
function ask(
  path: string,
  { method = "GET", headers = NAVIGATES }: { method?: string; headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path: encodeURI(path), method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          phrase: response.statusMessage ?? "",
          headers: response.headers,
          body: Buffer.concat(parts),
        }),
      );
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end();
  });
}

describe("debugToolbar for node:http", () => {
  test.each(Object.keys(ways))("adds the script after a page that is sent by %s", async (way) => {
    const before = ended;
    const { status, headers, body } = await ask(`/ways/${way}`);
    const text = body.toString();
    expect(status).toBe(200);
    expect(text.startsWith(PAGE)).toBe(true);
    expect(text.slice(PAGE.length)).toMatch(
      /^\n<script type="module" src="http:\/\/127\.0\.0\.1:\d+\/_latchkey\/toolbar\.js\?[^"]+"><\/script>\n$/,
    );
    expect(Number(headers["content-length"] ?? body.length)).toBe(body.length);
    expect(headers["etag"]).toBeUndefined();
    expect(ended - before).toBe(/callback|alone/.test(way) ? 1 : 0);
  });

  test.each(Object.keys(ways))("leaves a page alone that a script asked for: %s", async (way) => {
    const { body } = await ask(`/ways/${way}`, { headers: { "sec-fetch-dest": "empty" } });
    expect(body.toString()).toBe(PAGE);
  });

  test("keeps a short page in one piece with its length, and the phrase of the status", async () => {
    expect((await ask("/ways/setHeader and end")).headers["content-length"]).toBeDefined();
    expect((await ask("/ways/writeHead with a phrase")).phrase).toBe("Fine");
    expect((await ask("/ways/writeHead with a list")).headers["x-a"]).toBe("1");
  });

  test("leaves HEAD, 204, 304, redirects, JSON and compressed pages byte for byte", async () => {
    const head = await ask("/ways/writeHead with a length", { method: "HEAD" });
    expect([head.headers["content-length"], head.headers["etag"], head.body.length]).toEqual([
      String(Buffer.byteLength(PAGE)),
      '"x"',
      0,
    ]);
    expect((await ask("/others/json")).body.toString()).toBe("{}");
    expect(gunzipSync((await ask("/others/gzip")).body).toString()).toBe(PAGE);
    expect(await ask("/others/not-modified")).toMatchObject({ status: 304, headers: { etag: '"x"' } });
    expect((await ask("/others/no-content")).status).toBe(204);
    expect((await ask("/others/redirect")).body.toString()).toBe(PAGE);
  });

  test("shows itself on the pages of errors", async () => {
    for (const path of ["/others/fails", "/others/missing"])
      expect((await ask(path)).body.toString()).toContain("<script");
  });

  test("answers its own pages, and streams its events", async () => {
    const tag = (await ask("/ways/a pipe")).body.toString();
    const token = /token=([^&"]+)/.exec(tag)![1]!;
    expect((await ask("/_latchkey/")).headers["content-security-policy"]).toMatch("default-src 'none'");
    expect((await ask("/_latchkey/", { method: "POST" })).status).toBe(404);
    const events = await new Promise<string>((resolve, reject) => {
      const request = httpRequest({ host: "127.0.0.1", port, path: `/_latchkey/events?token=${token}` }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
          if (text.startsWith("retry") && !text.includes("data:")) void ask("/others/json");
          if (!text.includes("data:")) return;
          request.destroy();
          resolve(text);
        });
      });
      request.on("error", reject);
      request.end();
    });
    expect(events).toMatch(/data: \{"id".*"path":"\/others\/json"/);
  });

  test("records the route that Express names, and what went over the wire", async () => {
    await ask("/others/routed");
    await expect.poll(() => toolbar.exchanges.some(({ path }) => path === "/others/routed")).toBe(true);
    const id = toolbar.exchanges.find(({ path }) => path === "/others/routed")!.id;
    expect(JSON.stringify(toolbar.page(id))).toContain("/api/users/:id");
  });

  test("remembers where a redirect came from", async () => {
    await ask("/others/redirect");
    await expect.poll(() => toolbar.exchanges[0]?.path).toBe("/others/redirect");
    const { id } = toolbar.exchanges[0]!;
    await ask("/ways/a pipe");
    await expect.poll(() => toolbar.exchanges[0]?.redirectedFrom).toBe(id);
  });
});

describe("a server that knows nothing of the toolbar", () => {
  test("is recorded too, because Node itself tells of its requests", async () => {
    const plain = createServer((_, response) => void response.setHeader("X-Plain", "1").end("{}"));
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    await (await fetch(`http://127.0.0.1:${(plain.address() as AddressInfo).port}/plain?secret=x`)).text();
    await expect.poll(() => toolbar.exchanges.find(({ path }) => path === "/plain")).toMatchObject({ status: 200 });
    const page = JSON.stringify(toolbar.page(toolbar.exchanges.find(({ path }) => path === "/plain")!.id));
    expect(page).toContain("x-plain");
    plain.close();
    plain.closeAllConnections();
  });
});
