import { AsyncResource } from "node:async_hooks";
import { tracingChannel } from "node:diagnostics_channel";
import { afterAll, describe, expect, test } from "vitest";
import { RecordedServer } from "../../support/recorded-server.ts";

type Done = (error: unknown, result?: unknown) => void;
const query = tracingChannel("mysql2:query");
const server = new RecordedServer();
afterAll(async () => await server.stop());

describe("a callback", () => {
  test("that comes from a socket of another request belongs to the request that asked", async () => {
    let socket: AsyncResource | undefined;
    let release: (() => void) | undefined;
    const ask = (text: string, done: Done): void =>
      query.traceCallback(
        (callback: Done) => socket!.runInAsyncScope(callback, null, null, []),
        0,
        { query: text },
        null,
        done,
      );
    await server.start((request, response) => {
      if (request.url === "/opens") {
        socket = new AsyncResource("socket");
        release = () => void response.end();
        return;
      }
      ask("select 1", () => ask("select 2", () => response.end()));
    });
    const opens = server.visit("/opens");
    await expect.poll(() => release).toBeDefined();
    const asks = await server.visit("/asks");
    // Begun outside of any request, and answered by that socket.
    await new Promise<void>((resolve) => ask("select 3", () => ask("select 4", () => resolve())));
    release!();
    expect(asks.spans.map(({ label, parent }) => [label, parent])).toEqual([
      ["select 1", null],
      ["select 2", null],
    ]);
    expect((await opens).spans).toEqual([]);
  });
});
