import { describe, expect, test } from "vitest";
import { readPolicy } from "../../src/toolbar/serve/content-security-policy.ts";
import { decideInjection, scriptTag } from "../../src/toolbar/serve/inject.ts";

interface Given {
  readonly method?: string;
  readonly request?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly response?: Readonly<Record<string, string>>;
}

function decide({ method = "GET", request, status = 200, response }: Given): ReturnType<typeof decideInjection> {
  const sent: Readonly<Record<string, string>> = request ?? { "sec-fetch-dest": "document" };
  const answered: Readonly<Record<string, string>> = { "content-type": "text/html; charset=utf-8", ...response };
  return decideInjection(
    {
      method,
      url: "/",
      header: (name) => sent[name],
      headers: Object.entries(sent),
      remoteAddress: "127.0.0.1",
      httpVersion: "1.1",
    },
    { status, header: (name) => answered[name] },
  );
}

describe("where the script is put", () => {
  test.each<[string, Given]>([
    ["a document", {}],
    ["a page of an error", { status: 500 }],
    ["a page that was not found", { status: 404 }],
    ["a Content-Type in capitals", { response: { "content-type": "TEXT/HTML" } }],
    [
      "a browser that tells no destination but asks for HTML",
      { request: { accept: "text/html,application/xhtml+xml" } },
    ],
    ["an identity encoding", { response: { "content-encoding": "identity" } }],
    ["an inline disposition", { response: { "content-disposition": "inline" } }],
  ])("into %s", (_, given) => {
    expect(decide(given)).toEqual({ inject: true, nonce: undefined, isLive: true });
  });

  test.each<[string, Given, RegExp]>([
    ["HEAD", { method: "HEAD" }, /HEAD/],
    ["POST", { method: "POST" }, /POST/],
    ["204", { status: 204 }, /204/],
    ["304", { status: 304 }, /304/],
    ["T10: 300, which lets the browser choose a page", { status: 300 }, /300/],
    ["206", { status: 206 }, /206/],
    ["a redirect", { status: 302 }, /302/],
    ["JSON", { response: { "content-type": "application/json" } }, /text\/html/],
    ["a type that only begins like HTML", { response: { "content-type": "text/html-fragment" } }, /text\/html/],
    ["gzip", { response: { "content-encoding": "gzip" } }, /compressed/],
    ["a download", { response: { "content-disposition": 'attachment; filename="a.html"' } }, /download/],
    ["a frame", { request: { "sec-fetch-dest": "iframe" } }, /iframe/],
    ["a fetch of the page", { request: { "sec-fetch-dest": "empty", accept: "text/html" } }, /empty/],
    ["a fragment for htmx", { request: { accept: "text/html", "hx-request": "true" } }, /hx-request/],
    ["a frame of Turbo", { request: { accept: "text/html", "turbo-frame": "cart" } }, /turbo-frame/],
    [
      "an XMLHttpRequest",
      { request: { accept: "text/html", "x-requested-with": "XMLHttpRequest" } },
      /x-requested-with/,
    ],
    ["curl", { request: { accept: "*/*" } }, /HTML/],
    [
      "a policy that forbids it",
      { response: { "content-security-policy": "default-src 'none'" } },
      /Content-Security-Policy/,
    ],
  ])("not into %s, and says why", (_, given, reason) => {
    expect(decide(given)).toMatchObject({ inject: false, reason: expect.stringMatching(reason) as string });
  });

  test("with the page's own nonce, and the stream only where the page may connect", () => {
    const response = { "content-security-policy": "default-src 'none'; script-src 'nonce-r4nd0m+/=='" };
    expect(decide({ response })).toEqual({ inject: true, nonce: "r4nd0m+/==", isLive: false });
  });

  test("as one module script, with its attributes escaped", () => {
    expect(scriptTag('/x?a=1&b="2', "n0nce")).toBe(
      '\n<script type="module" src="/x?a=1&amp;b=&quot;2" nonce="n0nce"></script>\n',
    );
  });
});

describe("what a policy allows", () => {
  test.each<[string | undefined, boolean, string | undefined, boolean]>([
    [undefined, true, undefined, true],
    ["", true, undefined, true],
    ["default-src 'self'", true, undefined, true],
    ["DEFAULT-SRC 'SELF'", true, undefined, true],
    ["default-src *", true, undefined, true],
    ["default-src https:", true, undefined, true],
    ["img-src 'none'", true, undefined, true],
    ["script-src 'none'", false, undefined, true],
    ["script-src 'sha256-abc='", false, undefined, true],
    ["script-src cdn.example.test", false, undefined, true],
    ["script-src 'nonce-abc'", true, "abc", true],
    ["script-src 'self' 'nonce-abc'", true, "abc", true],
    ["script-src 'self' 'strict-dynamic'", false, undefined, true],
    ["script-src 'nonce-abc' 'strict-dynamic'", true, "abc", true],
    ["script-src 'none'; script-src 'self'", false, undefined, true],
    ["script-src-elem 'self'; script-src 'none'", true, undefined, true],
    ["default-src 'none'; script-src 'self'", true, undefined, false],
    ["default-src 'none'; script-src 'self'; connect-src 'self'", true, undefined, true],
    ["sandbox; script-src 'self'", false, undefined, true],
    ["sandbox allow-scripts allow-same-origin", true, undefined, true],
    ["script-src 'self', script-src 'nonce-abc'", true, "abc", true],
    ["script-src 'none', script-src 'nonce-abc'", false, "abc", true],
  ])("%j", (header, script, nonce, connect) => {
    expect(readPolicy(header)).toEqual({ mayRunScript: script, nonce, mayConnect: connect, isReported: false });
  });
});
