import { execFileSync } from "node:child_process";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { debugToolbar as expressToolbar } from "latchkey/express";
import { generateSecretKey } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SECRET_SHAPES } from "../../src/toolbar/capture/redact/secret-shapes.ts";
import { exchangeCopies } from "../../src/toolbar/copy/exchange-copies.ts";
import type { RawRecord } from "../../src/toolbar/copy/recorded-request.ts";
import { shellWord } from "../../src/toolbar/copy/shell-word.ts";
import { served } from "../support/frameworks.ts";

const HOSTILE = [
  "it's",
  '"; touch /tmp/pwned; "',
  "$(touch /tmp/pwned)",
  "`touch /tmp/pwned`",
  "$HOME ${PATH} !! !x",
  "a\\nb \\' \\",
  "a\nb\r\nc\td",
  "é ü ÿ",
  "-o /tmp/pwned",
  "@/etc/passwd",
  "*?[a-z]{1,2}~",
  "#no comment & | < >",
  "'\\''",
  "",
];

function record(request: Readonly<Record<string, unknown>>, summary: Partial<RawRecord["summary"]> = {}): RawRecord {
  return {
    summary: { method: "GET", path: "/", status: 200, host: "localhost:3000", ...summary },
    panels: { request },
  };
}

describe("a word of bash", () => {
  test.each(HOSTILE)("keeps %j as it is", (text) => {
    const out = execFileSync("bash", ["-c", `printf '%s' ${shellWord([{ text }])}`]);
    expect(out.toString()).toBe(text);
  });

  test("has the bytes of Latin-1 for headers", () => {
    const out = execFileSync("bash", ["-c", `printf '%s' ${shellWord([{ text: "é'\\ÿ" }], "latin1")}`]);
    expect([...out]).toEqual([0xe9, 0x27, 0x5c, 0xff]);
  });

  test("does not run before a placeholder is set", () => {
    const word = shellWord([{ text: "Bearer " }, { placeholder: "HEADER_TOKEN" }]);
    expect(() => execFileSync("bash", ["-c", `printf '%s' ${word}`], { stdio: "pipe" })).toThrow("HEADER_TOKEN");
    const env = { ...process.env, HEADER_TOKEN: "$(x) '\"" };
    expect(execFileSync("bash", ["-c", `printf '%s' ${word}`], { env }).toString()).toBe(`Bearer $(x) '"`);
  });
});

describe("copies of a request, sent to a server", () => {
  let server: Server;
  let host: string;
  let received: { method: string; url: string; headers: IncomingMessage["headers"]; body: string };
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        received = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
        response.end("ok");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const run = async (command: string, env: Readonly<Record<string, string>> = {}): Promise<void> => {
    const { spawn } = await import("node:child_process");
    await new Promise<void>((resolve, reject) => {
      const child = spawn("bash", ["-c", command], { env: { ...process.env, ...env }, stdio: "ignore" });
      child.once("error", reject);
      child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`bash ended with ${String(code)}`))));
    });
  };

  test.each([
    "/it's/$(touch%20x)/`x`",
    "/a/../b/./c",
    "/[1-3]/{a,b}",
    "/a;b&c=d,e",
    "//example.com/x",
    "/@example.com",
    "/%2e%2e/%00",
    "/!x/~/'\"",
  ])("curl sends the path %j as it was", async (path) => {
    await run(exchangeCopies(record({}, { path, host })).curl);
    expect(received.url).toBe(path);
  });

  test("curl sends method, query, headers and form as they were, and leaves out those of the connection", async () => {
    const headers = [
      ["host", host],
      ["connection", "keep-alive"],
      ["content-length", "999"],
      ["accept-encoding", "gzip, br"],
      ["x-quoted", `it's "$(x)" \\ é`],
      ["x-empty", ""],
      ["x-at", "@/etc/passwd"],
    ];
    const { curl } = exchangeCopies(
      record(
        {
          query: [["q", "R&B 'x' é"]],
          requestHeaders: headers,
          form: [
            ["name", "@/etc/passwd"],
            ["note", "a=b&c\n'd'"],
          ],
        },
        { method: "POST", path: "/form", host },
      ),
    );
    await run(curl);
    expect(received.method).toBe("POST");
    expect(new URL(received.url, "http://x").searchParams.get("q")).toBe("R&B 'x' é");
    expect(received.headers["x-quoted"]).toBe(`it's "$(x)" \\ é`);
    expect(received.headers["x-empty"]).toBe("");
    expect(received.headers["x-at"]).toBe("@/etc/passwd");
    expect(received.headers["accept-encoding"]).toBeUndefined();
    expect([...new URLSearchParams(received.body)]).toEqual([
      ["name", "@/etc/passwd"],
      ["note", "a=b&c\n'd'"],
    ]);
  });

  test("curl asks for what the record does not hold, by name", async () => {
    const { curl } = exchangeCopies(
      record(
        {
          query: [["token", "••••••••"]],
          requestHeaders: [["authorization", "Bearer ••••••••"]],
          requestCookies: [
            { name: "session", bytes: 40 },
            { name: "theme", bytes: 9 },
          ],
          form: [["password", "••••••••"]],
        },
        { method: "POST", host },
      ),
    );
    await expect(run(curl)).rejects.toThrow("bash ended");
    expect(curl).toContain("does not record these values");
    await run(curl, {
      QUERY_TOKEN: "t1",
      HEADER_AUTHORIZATION: "h1",
      COOKIE_SESSION: "c1",
      COOKIE_THEME: "c2",
      FIELD_PASSWORD: "f1",
    });
    expect(received.url).toBe("/?token=t1");
    expect(received.headers.authorization).toBe("Bearer h1");
    expect(received.headers.cookie).toBe("session=c1; theme=c2");
    expect(received.body).toBe("password=f1");
  });

  test("fetch sends the same, as code of JavaScript", async () => {
    const path = "//example.com/it's/`x`/${x}";
    const { fetch: code } = exchangeCopies(
      record(
        { query: [["q", "</script> \u2028"]], requestHeaders: [["x-quoted", `it's "\\ é`]], form: [["a", "b & c"]] },
        { method: "PUT", path, host },
      ),
    );
    const AsyncFunction = (async () => {}).constructor as new (code: string) => () => Promise<void>;
    await new AsyncFunction(code)();
    expect(received.method).toBe("PUT");
    expect(received.url.startsWith("//example.com/it's/")).toBe(true);
    expect(new URL(received.url, "http://x").searchParams.get("q")).toBe("</script> \u2028");
    expect(received.headers["x-quoted"]).toBe(`it's "\\ é`);
    expect(received.body).toBe("a=b+%26+c");
  });

  const BODIES: Readonly<Record<string, unknown>> = {
    "texts that look like other values": { a: "5", b: "true", c: "null", d: "{}", e: "", f: "1e3", g: '"x"' },
    "other values": { a: 5, b: true, c: null, d: {}, e: [1, "1"], f: 1e3, g: -0.5, h: { i: "5", j: 5 } },
    "names and texts with signs": { 'a"b': "\\ \n \u0000 é 😀 \ud800", __proto__x: "</script> $(x) `x` '" },
  };
  test.each(Object.keys(BODIES))("a JSON body is sent byte for byte: %s", async (name) => {
    const sent = JSON.stringify(BODIES[name]);
    const app = express().use(express.json());
    const toolbar = new Toolbar({ keys: generateSecretKey() });
    const shop = express().use(expressToolbar(toolbar)).use(app);
    shop.post("/json", (_, response) => void response.json({}));
    const { url, close } = await served(createServer(shop).listen(0, "127.0.0.1"));
    try {
      const answer = await fetch(`${url}/json`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: sent,
      });
      const id = answer.headers.get("x-latchkey-request")!;
      await answer.text();
      await expect.poll(() => toolbar.exchanges.find((exchange) => exchange.id === id)?.finished).toBe(true);
      const { summary, panels } = toolbar.record(id)!;
      const copies = exchangeCopies({ summary: { ...summary, host }, panels });
      await run(copies.curl);
      expect(received.body).toBe(sent);
      received.body = "";
      const AsyncFunction = (async () => {}).constructor as new (code: string) => () => Promise<void>;
      await new AsyncFunction(copies.fetch)();
      expect(received.body).toBe(sent);
      const [, literal] = /\n {4}body: (.*),\n/.exec(copies.test) ?? [];
      expect(JSON.parse(literal!)).toBe(sent);
    } finally {
      toolbar.close();
      await close();
    }
  });

  test("what is hidden inside of a value of JSON stays there, and the rest is as it was", async () => {
    const json = [
      ["card", '{"owner":"Ada","number":"••••••••"}'],
      ["pin", "[secret key]"],
      ["note", "my [Stripe key] here"],
    ];
    const { curl } = exchangeCopies(record({ json, jsonTexts: [2] }, { method: "POST", host }));
    await run(curl, { FIELD_CARD: "4242", FIELD_PIN: "7", FIELD_NOTE: "sk" });
    expect(received.body).toBe('{"card":{"owner":"Ada","number":"4242"},"pin":7,"note":"my sk here"}');
  });

  test("a secret of every form that was hidden is asked for by name", () => {
    for (const { name } of SECRET_SHAPES) {
      const { curl } = exchangeCopies(record({ requestHeaders: [["x-a", `v [${name}]`]] }));
      expect(curl).toContain("${HEADER_X_A:?}");
    }
  });

  test("a path without a slash does not name another host", () => {
    const { fetch: code, test: file } = exchangeCopies(record({}, { path: "@example.com/x" }));
    expect(code).toContain('"http://localhost:3000/@example.com/x"');
    expect(file).toContain('origin + "/@example.com/x"');
  });

  test("a host that is none is not taken over", () => {
    const { curl } = exchangeCopies(record({}, { host: "x'; touch /tmp/pwned; '" }));
    expect(curl).toContain("http://localhost/");
  });
});

describe("a copy as a test", () => {
  const session = {
    loaded: {
      cookieName: "session",
      verdict: "valid",
      subject: "7",
      data: { cart: ["tea", { id: 1 }], csrf: "••••••••", ['a"b']: null, __proto: true },
    },
  };

  test("forges the session, and names what is secret", () => {
    const { test: file } = exchangeCopies({
      summary: { method: "GET", path: "/cart", status: 200, host: "localhost:3000" },
      panels: {
        request: {
          requestHeaders: [
            ["referer", "http://localhost:3000/shop"],
            ["sec-fetch-mode", "navigate"],
          ],
          requestCookies: [{ name: "session" }, { name: "theme" }],
        },
        session,
      },
    });
    expect(file).toBe(`import { env } from "node:process";
import { expect, test } from "vitest";
import { forgeSession } from "latchkey/testing";
// Yours: starts the application, and exports its address and its SessionManager.
import { manager, origin } from "./server.ts";

// The debug toolbar does not record these values, because they are secret. Fill them in.
const COOKIE_THEME = env["COOKIE_THEME"] ?? "";
const SESSION_CSRF = env["SESSION_CSRF"] ?? "";

test("GET /cart answers 200", async () => {
  // The user "7" has to exist.
  const session = await forgeSession(manager, {
    url: origin,
    subject: "7",
    data: {
      "cart": ["tea", {
        "id": 1,
      }],
      "csrf": SESSION_CSRF,
      "a\\"b": null,
      "__proto": true,
    },
  });
  const response = await fetch(origin + "/cart", {
    headers: {
      "referer": origin + "/shop",
      cookie: session.header + "; " + "theme=" + COOKIE_THEME,
    },
    redirect: "manual",
  });
  expect(response.status).toBe(200);
});
`);
  });

  test("sends a cookie that is rejected, where one was", () => {
    const { test: file } = exchangeCopies({
      summary: { method: "GET", path: "/", status: 200, host: "localhost:3000" },
      panels: {
        session: { loaded: { cookieName: "session", verdict: "rejected", reason: "bad_signature", data: {} } },
      },
    });
    expect(file).toContain('cookie: "session=rejected"');
    expect(file).toContain("(bad_signature)");
    expect(file).not.toContain("forgeSession");
  });

  test("says that a body was not recorded", () => {
    const { test: file, curl } = exchangeCopies(
      record(
        {
          requestHeaders: [
            ["content-length", "12"],
            ["content-type", "application/json"],
          ],
        },
        { method: "POST" },
      ),
    );
    expect(file).toContain("body of the request was not recorded");
    expect(curl).toContain("body of the request was not recorded");
  });

  test("reads no shape that it does not know", () => {
    for (const panels of [{}, { request: null, session: 7 }, { request: { query: "x", requestHeaders: [[1, 2], 3] } }])
      expect(exchangeCopies({ summary: { method: "GET", path: "/", status: 200 }, panels }).curl).toContain("curl");
  });
});
