import { request } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { json } from "../requests.ts";
import { show } from "../show.ts";

const typed = (path: string, type: string, body = '{"a": 1}'): string =>
  [`POST ${path}`, ...(type === "" ? [] : [`Content-Type: ${type}`]), "", body].join("\n");

/** JSON that comes in. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.post("/json", { endpoint: "by_property" }, () => show(request.json));
    app.post("/get", { endpoint: "by_method" }, () => show(request.getJson()));
    app.post("/silent", { endpoint: "silent" }, () => show(request.getJson({ silent: true })));
    app.post("/force", { endpoint: "force" }, () => show(request.getJson({ force: true })));
    app.post("/both", { endpoint: "both" }, () => show(request.getJson({ force: true, silent: true })));
    app.post("/unread", { endpoint: "unread" }, () => "not read");
    app.post("/facts", { endpoint: "facts" }, () =>
      show([request.isJson, request.mimetype, request.contentType, request.contentLength]),
    );
    app.post("/data", { endpoint: "data" }, () => request.getData({ asText: true }));
    app.post("/twice", { endpoint: "twice" }, () =>
      show([request.json, request.getData({ asText: true }), request.getJson()]),
    );
    app.get("/json", { endpoint: "without" }, () => show(request.json));
    app.post("/key", { endpoint: "key" }, () => show((request.json as Record<string, unknown>)["a"]));
    return app;
  },
  requests: [
    json("/json", '{"a": 1, "b": [true, null, "é"]}'),
    json("/json", "[1, 2]"),
    json("/json", '"text"'),
    json("/json", "null"),
    json("/json", "7"),
    json("/json", " {} \n"),
    json("/json", "{bad"),
    json("/json", ""),
    json("/json", '{"a": 1} x'),
    json("/json", '{"a": 1, "a": 2}'),
    json("/json", "{'a': 1}"),
    json("/json", '{"a": 1,}'),
    json("/json", '"\\ud83d\\ude00"'),
    { request: "POST /json\nContent-Type: application/json", body: Buffer.from([0x22, 0xff, 0x22]) },
    { request: "POST /json\nContent-Type: application/json", body: Buffer.from("\ufeff{}") },
    typed("/json", "application/json; charset=utf-8"),
    typed("/json", "APPLICATION/JSON"),
    typed("/json", "application/problem+json"),
    typed("/json", "application/jsonx"),
    typed("/json", "text/json"),
    typed("/json", "text/plain"),
    typed("/json", ""),
    typed("/get", "text/plain"),
    json("/get", "{bad"),
    json("/get", "{}"),
    json("/silent", "{bad"),
    typed("/silent", "text/plain"),
    typed("/force", "text/plain"),
    typed("/force", "text/plain", "{bad"),
    typed("/both", "text/plain", "{bad"),
    typed("/both", "text/plain"),
    json("/unread", "{bad"),
    json("/facts", "{}"),
    typed("/facts", "text/plain; charset=utf-8"),
    typed("/facts", "application/vnd.api+json"),
    json("/data", '{"a":  1}'),
    json("/twice", '{"a": 1}'),
    "GET /json",
    json("/key", '{"a": 1}'),
    json("/key", "{}"),
  ],
};
