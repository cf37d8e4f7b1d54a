import { createServer, get, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RecordedServer } from "../../support/recorded-server.ts";

const server = new RecordedServer();
let api: Server;
let apiUrl: string;

beforeAll(async () => {
  api = createServer((request, response) => {
    const [, kind, n = "0"] = request.url!.replace(/\?.*/, "").split("/");
    if (kind === "broken") return void request.socket.destroy();
    if (kind === "half") {
      response.writeHead(200, { "Content-Length": 100 }).write("half");
      return void setTimeout(() => request.socket.destroy(), 20);
    }
    setTimeout(() => response.writeHead(210 + Number(n), { "Content-Length": 3 }).end("yes"), (40 - Number(n)) * 2);
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  await server.start((request, response) => {
    const finish = (): void => void response.end("done");
    const n = request.url!.split("/").at(-1)!;
    if (request.url === "/fails") return void get(`${apiUrl}/broken`).on("error", finish);
    const read = (answer: IncomingMessage): void =>
      void answer
        .resume()
        .on("error", () => {})
        .on("close", finish);
    if (request.url === "/half") return void get(`${apiUrl}/half`, read);
    httpRequest(`${apiUrl}/slow/${n}?token=hunter2`, { method: "PUT" }, read).end();
  });
});
afterAll(async () => {
  await server.stop();
  api.closeAllConnections();
  api.close();
});

describe("node:http", () => {
  test("B14: has status, length and duration in 40 of 40 requests at once, each once and in its own", async () => {
    for (const { path, spans } of await server.visitForty()) {
      const n = Number(path.slice(1));
      expect(spans).toMatchObject([
        {
          kind: "http",
          label: `PUT ${apiUrl}/slow/${n}?token=••••••••`,
          detail: { method: "PUT", status: 210 + n, bytes: 3 },
          error: null,
        },
      ]);
      expect(spans[0]!.duration).toBeGreaterThan(0);
      expect(spans[0]!.where).toMatch(/^test\/toolbar\/sources\/http-client\.test\.ts:\d+$/);
    }
  });

  test("has the error of a request that failed, and of an answer that ended in the middle", async () => {
    expect((await server.visit("/fails")).spans).toMatchObject([{ error: expect.stringMatching(/^Error: /) }]);
    expect((await server.visit("/half")).spans).toMatchObject([
      { error: expect.stringMatching(/Error: /), detail: { status: 200, bytes: 100 } },
    ]);
  });
});
