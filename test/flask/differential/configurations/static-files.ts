import { newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";

const STYLE = "/static/style.css";
const NOTES = "/static/notes.txt";

/** The static folder: types, conditional requests, ranges, and what is not served. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/", () => "home");
    app.afterRequest((response) => {
      response.headers.set("X-After", "1");
      return response;
    });
    return app;
  },
  requests: [
    get(STYLE),
    `HEAD ${STYLE}`,
    `POST ${STYLE}`,
    `OPTIONS ${STYLE}`,
    `PUT ${STYLE}`,
    get("/static/script.js"),
    get("/static/data.json"),
    get(NOTES),
    get("/static/empty.txt"),
    get("/static/logo.svg"),
    get("/static/unknown.xyzzy"),
    get("/static/a%20b.txt"),
    get("/static/.hidden"),
    get("/static/none.css"),
    get("/static/"),
    get("/static"),
    get("/static/folder"),
    get("/static/folder/"),
    get("/static/folder/index.html"),
    get("/static/../routing.py"),
    get("/static/%2e%2e/routing.py"),
    get("/static/..%2frouting.py"),
    get("/static/..%5crouting.py"),
    get("/static//style.css"),
    get("/static/folder/../style.css"),
    get("/static/style.css/"),
    get("/static/style.css?v=1"),
    get("/static/STYLE.css"),
    [
      get(STYLE),
      get(STYLE, "If-None-Match: {etag}"),
      get(STYLE, 'If-None-Match: "a", {etag}'),
      get(STYLE, "If-None-Match: W/{etag}"),
    ],
    get(STYLE, "If-None-Match: *"),
    get(STYLE, 'If-None-Match: "other"'),
    get(STYLE, "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT"),
    get(STYLE, "If-Modified-Since: Thu, 01 Jan 1998 00:00:00 GMT"),
    get(STYLE, "If-Modified-Since: yesterday"),
    get(STYLE, 'If-None-Match: "other"', "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT"),
    [get(NOTES), get(NOTES, "If-Match: {etag}"), get(NOTES, "Range: bytes=0-4", "If-Range: {etag}")],
    get(NOTES, 'If-Match: "other"'),
    get(NOTES, "If-Unmodified-Since: Thu, 01 Jan 1998 00:00:00 GMT"),
    get(NOTES, "Range: bytes=0-4"),
    get(NOTES, "Range: bytes=6-"),
    get(NOTES, "Range: bytes=-4"),
    get(NOTES, "Range: bytes=0-0"),
    get(NOTES, "Range: bytes=5-1000"),
    get(NOTES, "Range: bytes=1000-"),
    get(NOTES, "Range: bytes=-1000"),
    get(NOTES, "Range: bytes=9-3"),
    get(NOTES, "Range: bytes=0-1,3-4"),
    get(NOTES, "Range: lines=1"),
    get(NOTES, "Range: bytes=x"),
    get(NOTES, "Range: bytes=0-4", 'If-Range: "other"'),
    `HEAD ${NOTES}\nRange: bytes=0-4`,
    get("/static/empty.txt", "Range: bytes=0-4"),
  ],
};
