import { join } from "node:path";
import { request, sendFile, sendFromDirectory } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";

const STATIC = join(FOLDER, "static");
const NOTES = join(STATIC, "notes.txt");
const OPTIONS: Readonly<Record<string, object>> = {
  plain: {},
  attachment: { asAttachment: true },
  named: { asAttachment: true, downloadName: "report.txt" },
  inline: { downloadName: "shown.html" },
  accent: { asAttachment: true, downloadName: "Bär €.txt" },
  quote: { asAttachment: true, downloadName: 'a "b".txt' },
  type: { mimetype: "application/x-own" },
  noetag: { etag: false },
  etag: { etag: "own-tag" },
  age: { maxAge: 60 },
  age0: { maxAge: 0 },
  modified: { lastModified: new Date("2020-01-02T03:04:05Z") },
  unconditional: { conditional: false },
};

/** send_file and send_from_directory. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/send/<name>", { endpoint: "send" }, ({ name }) => sendFile(NOTES, OPTIONS[name]));
    app.route("/relative", { endpoint: "relative" }, () => sendFile("static/notes.txt"));
    app.route("/missing", { endpoint: "missing" }, () => sendFile("static/none.txt"));
    app.route("/bytes", { endpoint: "bytes" }, () => sendFile(Buffer.from("0123456789"), { mimetype: "text/plain" }));
    app.route("/bytesnamed", { endpoint: "bytesnamed" }, () =>
      sendFile(Buffer.from("a,b\n1,2\n"), { asAttachment: true, downloadName: "table.csv" }),
    );
    app.route("/directory/<path:name>", { endpoint: "directory" }, ({ name }) => sendFromDirectory(STATIC, name));
    app.route("/download/<path:name>", { endpoint: "download" }, ({ name }) =>
      sendFromDirectory(STATIC, name, { asAttachment: true }),
    );
    app.route("/query", { endpoint: "query" }, () => sendFromDirectory("static", request.args["name"]!));
    return app;
  },
  requests: [
    ...Object.keys(OPTIONS).map((name) => `GET /send/${name}`),
    get("/send/plain", "Range: bytes=0-4"),
    get("/send/unconditional", "Range: bytes=0-4"),
    [get("/send/plain"), get("/send/plain", "If-None-Match: {etag}")],
    get("/send/etag", 'If-None-Match: "own-tag"'),
    get("/send/etag", 'If-None-Match: W/"own-tag"'),
    get("/send/modified", "If-Modified-Since: Thu, 02 Jan 2020 03:04:05 GMT"),
    get("/send/modified", "If-Modified-Since: Thu, 02 Jan 2020 03:04:04 GMT"),
    "HEAD /send/plain",
    "GET /relative",
    "GET /missing",
    "GET /bytes",
    get("/bytes", "Range: bytes=2-4"),
    "GET /bytesnamed",
    "GET /directory/style.css",
    "GET /directory/folder/index.html",
    "GET /directory/none",
    "GET /directory/folder",
    "GET /directory/../send_file.py",
    "GET /directory/..%2fsend_file.py",
    "GET /download/notes.txt",
    "GET /query?name=notes.txt",
    "GET /query?name=../send_file.py",
    "GET /query?name=/etc/passwd",
    "GET /query?name=folder/../notes.txt",
    "GET /query?name=",
    "GET /query?name=a%00b",
    "GET /query",
  ],
};
