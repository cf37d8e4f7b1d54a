import { g, request, session, streamTemplate, streamWithContext } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";

function* each<Item>(items: readonly Item[]): Generator<Item> {
  yield* items;
}

const TEXT = { "Content-Type": "text/plain; charset=utf-8" };

/** Answers that are made piece by piece. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/plain", { endpoint: "plain" }, () => each(["a", "b"]));
    app.route("/context", { endpoint: "context" }, () => {
      g["word"] = "from g";
      function* pieces(): Generator<string> {
        yield request.args.get("name", "nobody");
        yield ` ${String(g["word"])}`;
      }
      return [streamWithContext(pieces()), 200, TEXT];
    });
    app.route("/bytes", { endpoint: "as_bytes" }, () => {
      const pieces = each([97, 98, 99].map((code) => new Uint8Array([code])));
      return [pieces, 200, { "Content-Type": "application/octet-stream" }];
    });
    app.route("/headers", { endpoint: "headers" }, () => [each(["0", "1", "2"]), 201, { "X-A": "1" }]);
    app.route("/session", { endpoint: "with_session" }, () => {
      session["a"] = 1;
      return each(["streamed"]);
    });
    app.route("/large", { endpoint: "large" }, () => each(Array.from({ length: 100 }, () => "x".repeat(1000))));
    app.route("/empty", { endpoint: "empty" }, () => each<string>([]));
    app.route("/template", { endpoint: "template" }, () => streamTemplate("folder/page.html", { word: "<x>" }));
    return app;
  },
  requests: [
    "GET /plain",
    "GET /context?name=ada",
    "GET /bytes",
    "GET /headers",
    "GET /session",
    "GET /large",
    "GET /empty",
    "GET /template",
    "HEAD /plain",
    "GET /plain HTTP/1.0",
  ],
};
