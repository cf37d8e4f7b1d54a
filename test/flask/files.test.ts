import { mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { currentApp, Flask, sendFile, sendFromDirectory } from "latchkey/flask";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askOurs, pythonWithFlask, RealFlask, type Answer, type Ask } from "../support/real-flask.ts";

let real: RealFlask;
const folder = mkdtempSync(join(tmpdir(), "latchkey-static-"));
beforeAll(() => {
  if (pythonWithFlask !== undefined) real = new RealFlask(pythonWithFlask);
  mkdirSync(join(folder, "static/idx"), { recursive: true });
  mkdirSync(join(folder, "instance"));
  writeFileSync(join(folder, "static/a.css"), "0123456789abcdefghij");
  writeFileSync(join(folder, "static/b.bin"), Buffer.from([0, 1, 2]));
  writeFileSync(join(folder, "static/empty.txt"), "");
  writeFileSync(join(folder, "static/idx/index.html"), "index");
  writeFileSync(join(folder, "static/a b ä.txt"), "text");
  writeFileSync(join(folder, "secret.txt"), "secret");
  writeFileSync(join(folder, "instance/notes.txt"), "notes");
});
afterAll(() => real?.close());

const HEADERS = [
  "content-type",
  "content-length",
  "content-range",
  "content-disposition",
  "accept-ranges",
  "cache-control",
  "last-modified",
  "allow",
  "x-sendfile",
];
function essence({ status, text, headers }: Answer): unknown {
  const picked = HEADERS.map((name) => [name, headers[name]]).filter(([, value]) => value !== undefined);
  const isOwnPage = status >= 400;
  return [
    status,
    isOwnPage ? "" : text,
    Object.fromEntries(
      picked
        // The server adds the length of an answer to OPTIONS.
        .filter(([name]) => name !== "content-length" || !("allow" in headers))
        .filter(([name]) => !isOwnPage || name === "content-range" || name === "allow")
        .map(([name, value]) => [name, name === "allow" ? value!.split(", ").sort() : value]),
    ),
    "etag" in headers,
  ];
}

describe.skipIf(pythonWithFlask === undefined)("as the real Flask", () => {
  const code = (settings = ""): string => `
app = Flask('application', root_path=${JSON.stringify(folder)})
${settings}
@app.route('/download')
def download(): return send_file('static/a.css', as_attachment=True, download_name='ä "x".css', max_age=60, etag=False)
@app.route('/from/<path:name>')
def from_directory(name): return send_from_directory('static', name)
`;
  const createApp = (): Flask => {
    const app = new Flask(folder);
    app.get("/download", () =>
      sendFile("static/a.css", { asAttachment: true, downloadName: 'ä "x".css', maxAge: 60, etag: false }),
    );
    app.get("/from/<path:name>", ({ name }) => sendFromDirectory("static", name));
    return app;
  };

  test("F16, G21: static files, ranges, and what the browser has already", async () => {
    const range = (Range: string, more: Readonly<Record<string, string>> = {}): Ask => ({
      path: "/static/a.css",
      headers: { Range, ...more },
    });
    const since = (text: string): Ask => ({ path: "/static/a.css", headers: { "If-Modified-Since": text } });
    const modified = statSync(join(folder, "static/a.css")).mtime.toUTCString();
    const asks: readonly Ask[] = [
      ..."/static/a.css /static/b.bin /static/empty.txt /static/idx /static/idx/ /static/none /static/a%20b%20%C3%A4.txt"
        .split(" ")
        .map((path) => ({ path })),
      ..."/static/../secret.txt /static/..%2fsecret.txt /static/%2e%2e/secret.txt /from/a.css /from/../secret.txt /download"
        .split(" ")
        .map((path) => ({ path })),
      ...["POST", "OPTIONS", "HEAD"].map((method) => ({ path: "/static/a.css", method })),
      { path: "/static/a.css", headers: { "If-None-Match": "*" } },
      { path: "/static/a.css", headers: { "If-None-Match": '"other"' } },
      since("Fri, 01 Jan 2100 00:00:00 GMT"),
      since(modified),
      since("Thu, 01 Jan 1970 00:00:00 GMT"),
      since("nonsense"),
      ...["bytes=0-1", "bytes=5-", "bytes=-3", "bytes=0-100", "bytes=20-", "bytes=3-1"].map((text) => range(text)),
      ...["bytes=0-1,3-4", "bytes=x", "bytes="].map((text) => range(text)),
      range("bytes=0-1", { "If-Range": modified }),
      range("bytes=0-1", { "If-Range": "Thu, 01 Jan 1970 00:00:00 GMT" }),
      range("bytes=0-1", { "If-Range": '"other"' }),
      { path: "/static/a.css", headers: { "If-Match": '"other"' } },
    ];
    const ours = (await askOurs(createApp(), asks)).map(essence);
    const theirs = (await real.ask(code(), asks)).map(essence);
    expect(ours.map((each, index) => [asks[index], each])).toEqual(theirs.map((each, index) => [asks[index], each]));
  });

  test("F6: SEND_FILE_MAX_AGE_DEFAULT and USE_X_SENDFILE", async () => {
    const asks = [{ path: "/static/a.css" }];
    for (const [name, value, python] of [
      ["SEND_FILE_MAX_AGE_DEFAULT", 3600, "3600"],
      ["USE_X_SENDFILE", true, "True"],
    ] as const) {
      const app = createApp();
      app.config.update({ [name]: value });
      const theirs = await real.ask(code(`app.config[${JSON.stringify(name)}] = ${python}`), asks);
      expect((await askOurs(app, asks)).map(essence)).toEqual(theirs.map(essence));
    }
  });
});

test("F16: what leads out of the folder is not found", async () => {
  const app = new Flask(folder);
  app.get("/from/<path:name>", ({ name }) => sendFromDirectory("static", name));
  const paths = ["%2Fetc%2Fpasswd", "..%2Fsecret.txt", "..%5Csecret.txt", "a.css%00", "idx", "none"];
  const answers = await askOurs(
    app,
    paths.map((name) => ({ path: `/from/${name}` })),
  );
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404));
});

test("F16: the ETag of an answer is good for the next request", async () => {
  const app = new Flask(folder);
  const [first] = await askOurs(app, [{ path: "/static/a.css" }]);
  const etag = first!.headers["etag"]!;
  const answers = await askOurs(app, [
    { path: "/static/a.css", headers: { "If-None-Match": `"x", W/${etag}` } },
    { path: "/static/a.css", headers: { Range: "bytes=0-1", "If-Range": etag } },
    { path: "/static/a.css", headers: { Range: "lines=1" } },
    { path: "/static/a.css", headers: { "If-Match": `"x", ${etag}`, Range: "bytes=0-0" } },
    // Flask answers 412, where RFC 9110, 13.1.1 says that any version is meant.
    { path: "/static/a.css", headers: { "If-Match": "*", Range: "bytes=0-0" } },
  ]);
  expect(answers.map(({ status, text }) => [status, text])).toEqual([
    [304, ""],
    [206, "01"],
    // An unknown unit is ignored (RFC 9110, 14.2).
    [200, "0123456789abcdefghij"],
    [206, "0"],
    [206, "0"],
  ]);
});

test("G23, G24: folders, resources and bytes", async () => {
  const app = new Flask(folder, { staticFolder: "static/idx", staticUrlPath: "/files" });
  app.get("/resource", () => currentApp.openResource("secret.txt", "utf8"));
  app.get("/instance", () => app.openInstanceResource("notes.txt").toString());
  app.get("/bytes", () => sendFile(Buffer.from("abc"), { downloadName: "a.txt" }));
  const answers = await askOurs(
    app,
    ["/files/index.html", "/static/a.css", "/resource", "/instance", "/bytes"].map((path) => ({ path })),
  );
  expect(answers.map(({ status, text }) => [status, status === 200 ? text : ""])).toEqual([
    [200, "index"],
    [404, ""],
    [200, "secret"],
    [200, "notes"],
    [200, "abc"],
  ]);
  const without = new Flask(folder, { staticFolder: null });
  expect((await askOurs(without, [{ path: "/static/a.css" }]))[0]!.status).toBe(404);
  await app.appContext().run(async () => {
    await expect(sendFile(Buffer.from("abc"))).rejects.toThrow(/needs a type/);
  });
});
