import { setTimeout as wait } from "node:timers/promises";
import express, { type NextFunction, type Request, type Response } from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { debugToolbar } from "../../../src/adapters/express/toolbar.ts";
import { passingOn } from "../../support/express-version.ts";
import { RecordedServer } from "../../support/recorded-server.ts";
import type { Span } from "../../../src/toolbar/index.ts";

const server = new RecordedServer();
const { toolbar } = server;

beforeAll(async () => {
  const app = express();
  app.engine("txt", (file, options, callback) => {
    const { word } = options as { word?: string };
    toolbar.span("inside of the engine", () => {});
    setTimeout(() => callback(word === "bad" ? new Error("bad word") : null, `${file.split("/").at(-1)}: ${word}`), 5);
  });
  app.set("views", new URL(".", import.meta.url).pathname);
  app.set("view engine", "txt");
  app.use(debugToolbar(toolbar));
  app.use(function first(_request: Request, response: Response, next: NextFunction) {
    response.locals["user"] = "ann";
    next();
  });
  app.use(function later(_request: Request, _response: Response, next: NextFunction) {
    setTimeout(next, 10);
  });
  const shop = express.Router();
  shop.use(async function waits(_request, _response, next) {
    await wait(5);
    next();
  });
  shop.get("/cart/:id", function showCart(request, response) {
    toolbar.span(`price of ${request.params["id"]}`, () => {});
    setTimeout(() => response.end("done"), 10);
  });
  shop.get("/async/:id", async (request, response) => {
    await wait(5);
    await toolbar.span(`price of ${request.params.id}`, async () => await wait(1));
    response.end("done");
  });
  app.use("/shop", shop);
  app.param("word", (_request, _response, next) => next());
  app.get("/template/:word", (request, response) => response.render("page", { word: request.params["word"] }));
  app.get("/callback", (_request, response) =>
    response.render("page", (_: unknown, html: string) => void response.end(`<${html}>`)),
  );
  app.get("/throws", () => {
    throw new Error("thrown");
  });
  app.get(
    "/rejects",
    passingOn(async () => await Promise.reject(new Error("rejected"))),
  );
  app.use(function answersErrors(error: Error, _request: Request, response: Response, _next: NextFunction) {
    response.status(500).end(error.message);
  });
  await server.start(app);
});
afterAll(async () => await server.stop());

const layers = (spans: readonly Span[]): readonly Span[] => spans.filter(({ kind }) => kind === "layer");

describe("Express", () => {
  test("40 requests at once have their own layers, side by side, and what they did inside of them", async () => {
    for (const { path, spans } of await server.visitForty("/shop/cart")) {
      const n = path.split("/").at(-1);
      expect(layers(spans).map(({ label, parent }) => [label, parent])).toEqual([
        ["first", null],
        ["later", null],
        ["waits", null],
        ["showCart", null],
      ]);
      const [first, later, waits, show] = layers(spans);
      expect([later, waits, show].map((layer) => layer!.duration! > 3)).toEqual([true, true, true]);
      // Each ends where the next one begins.
      expect(first!.start + first!.duration!).toBeLessThanOrEqual(later!.start + 0.02);
      expect(later!.start + later!.duration!).toBeLessThanOrEqual(waits!.start + 0.02);
      expect(show!.detail).toEqual({ type: "handler", route: "/shop/cart/:id" });
      expect(spans.filter(({ kind }) => kind === "app")).toMatchObject([{ label: `price of ${n}`, parent: show!.id }]);
    }
  });

  test("an asynchronous handler without a name is named by its route, and ends with its promise", async () => {
    const { spans } = await server.visit("/shop/async/7");
    const handler = layers(spans).at(-1)!;
    expect(handler).toMatchObject({ label: "GET /shop/async/:id", error: null });
    expect(handler.duration).toBeGreaterThan(4);
    expect(spans.filter(({ kind }) => kind === "app")).toMatchObject([{ label: "price of 7", parent: handler.id }]);
  });

  test.each([
    ["/throws", "thrown"],
    ["/rejects", "rejected"],
  ])("%s: the layer that failed has the error, and what answers it has none", async (path, message) => {
    const { spans, body, status } = await server.visit(path);
    expect([status, body]).toEqual([500, message]);
    expect(layers(spans).slice(-2)).toMatchObject([
      { label: `GET ${path}`, error: `Error: ${message}` },
      { label: "answersErrors", error: null },
    ]);
  });

  test("a template is a span with the names of its context, and lasts until it is rendered", async () => {
    const { spans, body } = await server.visit("/template/secret-word");
    expect(body).toBe("page.txt: secret-word");
    const [template] = spans.filter(({ kind }) => kind === "template");
    expect(template).toMatchObject({ label: "page", detail: { names: ["word", "user"] }, error: null });
    expect(template!.duration).toBeGreaterThan(3);
    expect(template!.parent).toBe(layers(spans).at(-1)!.id);
    expect(spans.filter(({ kind }) => kind === "app")).toMatchObject([{ parent: template!.id }]);
    expect(JSON.stringify(template)).not.toContain("secret-word");
  });

  test("a template that fails has the error, and Express goes on as ever", async () => {
    const { spans, body, status } = await server.visit("/template/bad");
    expect([status, body]).toEqual([500, "bad word"]);
    expect(spans.filter(({ kind }) => kind === "template")).toMatchObject([{ error: "Error: bad word" }]);
  });

  test("a callback gets what was rendered", async () => {
    const { spans, body } = await server.visit("/callback");
    expect(body).toBe("<page.txt: undefined>");
    expect(spans.filter(({ kind }) => kind === "template")).toMatchObject([{ detail: { names: ["user"] } }]);
  });

  test("the response's own render is replaced, and none that others share", () => {
    expect(Object.hasOwn(express.response, "render")).toBe(true);
    expect(express.response.render.toString()).toContain("_locals");
  });
});
