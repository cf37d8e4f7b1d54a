import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labelsOf, RecordedServer } from "../../support/recorded-server.ts";

const server = new RecordedServer();
let api: Server;
let apiUrl: string;

beforeAll(async () => {
  api = createServer((request, response) => {
    const [, kind, n = "0"] = request.url!.replace(/\?.*/, "").split("/");
    if (kind === "broken") return void request.socket.destroy();
    if (kind === "nothing") return void response.writeHead(204).end();
    // Later ones answer first.
    setTimeout(() => response.writeHead(210 + Number(n), { "Content-Length": 3 }).end("yes"), (40 - Number(n)) * 2);
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  await server.start((request, response) => {
    const n = request.url!.split("/").at(-1)!;
    const answer = async (): Promise<void> => {
      if (request.url === "/fails") await fetch(`${apiUrl}/broken`).catch(() => undefined);
      else if (request.url === "/empty") await fetch(`${apiUrl}/nothing`);
      else if (request.url === "/unread") await fetch(`${apiUrl}/quick/40`);
      else if (request.url === "/query") await fetch(`${apiUrl}/q/40?page=2&access_token=abc%20def&name=a+b`);
      else await (await fetch(`${apiUrl}/slow/${n}`, { method: "POST", body: "{}" })).text();
      response.end("done");
    };
    void answer();
  });
});
afterAll(async () => {
  await server.stop();
  api.closeAllConnections();
  api.close();
});

describe("fetch", () => {
  test("B14: has status, length and duration in 40 of 40 requests at once, each in its own", async () => {
    const visits = await server.visitForty();
    for (const { path, spans } of visits) {
      const n = Number(path.slice(1));
      expect(spans).toMatchObject([
        {
          kind: "http",
          label: `POST ${apiUrl}/slow/${n}`,
          detail: { method: "POST", url: `${apiUrl}/slow/${n}`, status: 210 + n, bytes: 3 },
          error: null,
        },
      ]);
      expect(spans[0]!.duration).toBeGreaterThan(0);
      expect(spans[0]!.where).toMatch(/^test\/toolbar\/sources\/undici\.test\.ts:\d+$/);
    }
  });

  test("has the error of a request that failed", async () => {
    const { spans } = await server.visit("/fails");
    expect(spans).toMatchObject([{ kind: "http", error: expect.stringMatching(/^\w*Error: /) }]);
  });

  test("has the status also of an answer that nobody reads", async () => {
    const { spans } = await server.visit("/unread");
    expect(spans[0]!.detail).toMatchObject({ status: 250, bytes: 3 });
  });

  test("ends with an answer that has no body", async () => {
    const { spans } = await server.visit("/empty");
    expect(spans[0]!.detail).toMatchObject({ status: 204 });
    expect(spans[0]!.duration).not.toBeNull();
  });

  test("shows the query, but for what its names hide", async () => {
    const { spans } = await server.visit("/query");
    expect(labelsOf(spans, "http")).toEqual([`GET ${apiUrl}/q/40?page=2&access_token=••••••••&name=a+b`]);
    expect(JSON.stringify(spans)).not.toContain("abc");
  });
});
