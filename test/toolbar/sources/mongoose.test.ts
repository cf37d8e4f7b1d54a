import { tracingChannel } from "node:diagnostics_channel";
import mongoose, { type Connection } from "mongoose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labelsOf, RecordedServer } from "../../support/recorded-server.ts";
import { freePort } from "../../support/services.ts";

interface Cart {
  readonly owner: string;
}

const server = new RecordedServer();
let connection: Connection;
const schema = new mongoose.Schema<Cart>({ owner: { type: String, required: true } }, { bufferTimeoutMS: 200 });
let carts: ReturnType<typeof modelOf>;
const modelOf = (on: Connection) => on.model("Cart", schema);

beforeAll(async () => {
  // Nothing listens there: what is tested is what mongoose publishes, and it does that before it
  // waits for a server.
  connection = mongoose.createConnection(`mongodb://127.0.0.1:${await freePort()}/shop`, {
    serverSelectionTimeoutMS: 200,
  });
  connection.on("error", () => {});
  connection.asPromise().catch(() => {});
  carts = modelOf(connection);
  await server.start((request, response) => {
    const n = request.url!.slice(1);
    const run: Readonly<Record<string, () => Promise<unknown>>> = {
      "/invalid": async () => await new carts({}).save(),
      "/stages": async () => await carts.aggregate([{ $match: { owner: "hunter2", _id: { $in: [1, 2] } } }]),
    };
    const own = async (): Promise<unknown> => await carts.findOne({ owner: `owner ${n}`, pin: "hunter2" }).exec();
    void (run[request.url!] ?? own)()
      .catch(() => {})
      .then(() => response.end("done"));
  });
});
afterAll(async () => {
  await server.stop();
  await connection.destroy().catch(() => {});
});

describe("mongoose", () => {
  test("40 requests at once have their own operations, with their error and line", async () => {
    for (const { path, spans } of await server.visitForty()) {
      expect(spans).toMatchObject([
        {
          kind: "sql",
          label: 'carts.findOne {"owner":"?","pin":"?"}',
          detail: {
            system: "mongodb",

            params: [{ owner: `owner ${path.slice(1)}`, pin: "••••••••" }],
          },
          error: expect.stringMatching(/Mongo\w*Error/),
        },
      ]);
      expect(spans[0]!.where).toMatch(/^test\/toolbar\/sources\/mongoose\.test\.ts:\d+$/);
    }
  });

  test("has the error of a document that is not valid, and the shape of an aggregation", async () => {
    expect((await server.visit("/invalid")).spans).toMatchObject([
      { label: "carts.save", error: expect.stringMatching(/^ValidationError: /) },
    ]);
    const { spans } = await server.visit("/stages");
    expect(labelsOf(spans, "sql")).toEqual(['carts.aggregate [{"$match":{"owner":"?","_id":{"$in":["?","?"]}}}]']);
  });

  test("counts what was found or changed", async () => {
    const recorded = new RecordedServer();
    await recorded.start((_, response) => {
      const about = { operation: "find", collection: "carts", args: {} };
      tracingChannel("mongoose:query").traceSync(() => [{}, {}], { ...about });
      tracingChannel("mongoose:query").traceSync(() => ({ modifiedCount: 3 }), { ...about });
      response.end();
    });
    const { spans } = await recorded.visit("/");
    expect(spans.map(({ detail }) => detail["rows"])).toEqual([2, 3]);
    await recorded.stop();
  });
});
