import { inspect } from "node:util";
import { Console } from "node:console";
import { channel } from "node:diagnostics_channel";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { KeyRing } from "../../src/keys/key-ring.ts";
import { TimestampSigner } from "../../src/signing/timestamp-signer.ts";
import {
  Toolbar,
  type ExchangePage,
  type Panel,
  type ToolbarOptions,
  type ToolbarRequest,
} from "../../src/toolbar/index.ts";

const KEY = generateSecretKey();
/** A console that prints nowhere: Node publishes what is written to any. */
const quiet = new Console(new PassThrough().resume());
const open: Toolbar[] = [];
const make = (options: Partial<ToolbarOptions> = {}): Toolbar => {
  const toolbar = new Toolbar({ keys: KEY, ...options });
  open.push(toolbar);
  return toolbar;
};
afterEach(() => {
  for (const toolbar of open.splice(0)) toolbar.close();
});

const asks = (url: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): ToolbarRequest => {
  const all: Readonly<Record<string, string>> = { host: "localhost", ...headers };
  return {
    method,
    url,
    header: (name) => all[name],
    headers: Object.entries(all),
    remoteAddress: "127.0.0.1",
    httpVersion: "1.1",
  };
};
const html = { status: 200, headers: [["Content-Type", "text/html"]] as const };

const panel = (id: string): Panel => ({ id, title: "Mine", collect: () => 1, view: () => [] });

/** A page is asked for, answered, and its script's address is read. */
function visit(
  toolbar: Toolbar,
  url = "/",
  headers: Readonly<Record<string, string>> = {},
  during: () => void = () => {},
): { readonly id: string; readonly token: string } {
  const request = asks(url, { "sec-fetch-dest": "document", ...headers });
  const exchange = toolbar.begin(request, {})!;
  toolbar.run(exchange, during);
  const tail = toolbar.respond(exchange, request, html)?.() ?? "";
  toolbar.finish(exchange);
  const address = new URL((/src="([^"]+)"/.exec(tail)?.[1] ?? "").replaceAll("&amp;", "&"), "http://localhost");
  return { id: address.searchParams.get("exchange") ?? "", token: address.searchParams.get("token") ?? "" };
}

const read = (
  toolbar: Toolbar,
  id: string,
  token: string,
): { readonly status: number; readonly page: ExchangePage | undefined } => {
  const answer = toolbar.handle(asks(`/_latchkey/exchanges/${id}?${new URLSearchParams({ token }).toString()}`));
  return {
    status: answer?.status ?? 0,
    page: answer?.status === 200 ? (JSON.parse(answer.body as string) as ExchangePage) : undefined,
  };
};

describe("starting", () => {
  test.each([undefined, null, ""])("without a key (%j) is refused with the reason and the command", (keys) => {
    expect(() => new Toolbar({ keys: keys as unknown as string })).toThrow(
      expect.objectContaining({
        name: "SecretKeyError",
        code: "key_missing",
        message: expect.stringMatching(
          /^The debug toolbar requires a secret key\. .*npx latchkey key generate/,
        ) as unknown,
      }),
    );
  });

  test.each([
    ["prefix", "/x/"],
    ["prefix", "x"],
    ["prefix", ""],
    ["prefix", "/a b"],
    ["base", "/x/"],
    ["base", "x"],
    ["base", "ftp://x"],
    ["base", "//evil.test"],
    ["slowMs", 0],
    ["slowMs", Number.NaN],
    ["history", 0],
    ["historyBytes", 99_999],
    ["historyBytes", "20 MB"],
    ["historyFile", true],
    ["historyFile", ""],
    ["hosts", "dev.example.test"],
    ["allow", "10.0.0.7"],
    ["panels", panel("mine")],
    ["authorize", true],
    ["alow", ["10.0.0.7"]],
  ])("with the option %s as %j is refused", (name, value) => {
    expect(() => make({ [name]: value })).toThrow(expect.objectContaining({ code: "invalid_option" }));
  });

  test("with two panels of one id, or a strange id, is refused", () => {
    expect(() => make({ panels: [panel("session")] })).toThrow(/two panels/);
    expect(() => make({ panels: [panel("A b")] })).toThrow(expect.objectContaining({ code: "invalid_option" }));
  });
});

describe("the token for reading", () => {
  test("comes with a page, and reads that page's request and later ones", () => {
    const toolbar = make();
    const first = visit(toolbar, "/first");
    const second = visit(toolbar, "/second");
    expect(read(toolbar, first.id, first.token).page?.summary.path).toBe("/first");
    expect(read(toolbar, second.id, first.token).page?.summary.path).toBe("/second");
    expect(read(toolbar, first.id, second.token).status).toBe(404);
    const list = toolbar.handle(asks(`/_latchkey/exchanges?token=${second.token}`));
    expect(
      (JSON.parse(list?.body as string) as { exchanges: { path: string }[] }).exchanges.map(({ path }) => path),
    ).toEqual(["/second"]);
  });

  test("reaches back over the redirects that led to the page", () => {
    const toolbar = make();
    const request = asks("/login", {}, "POST");
    const login = toolbar.begin(request, {})!;
    toolbar.respond(login, request, { status: 303, headers: [["Location", "/home"]] });
    toolbar.finish(login);
    const home = visit(toolbar, "/home");
    expect(read(toolbar, home.id, home.token).page?.summary.redirectedFrom).toBe(login.id);
    expect(read(toolbar, login.id, home.token).page?.summary).toMatchObject({
      method: "POST",
      path: "/login",
      status: 303,
    });
  });

  test("is refused when it is missing, forged, of another secret key or too old", () => {
    let now = 1_000_000;
    const toolbar = make({ clock: () => now });
    const other = make({ keys: generateSecretKey() });
    const { id, token } = visit(toolbar);
    const { token: foreign } = visit(other);
    expect(read(toolbar, id, token).status).toBe(200);
    const wrong = ["", "1", `${token}x`, token.replace(/^1/, "0"), token.slice(0, -1), foreign, "x".repeat(10_000)];
    expect(wrong.map((token) => read(toolbar, id, token).status)).toEqual(wrong.map(() => 404));
    now += 12 * 60 * 60;
    expect(read(toolbar, id, token).status).toBe(200);
    now += 1;
    expect(read(toolbar, id, token).status).toBe(404);
  });

  test("is not made with the secret key itself", () => {
    const { token } = visit(make());
    const [, , signature] = token.split(".");
    const options = { salt: "latchkey.toolbar", digest: "sha256" } as const;
    expect(signature).toHaveLength(43);
    expect(new TimestampSigner(KEY, options).verify(token)).toBeUndefined();
  });
});

describe("the pages under the prefix", () => {
  test("belong to the toolbar, and no other address does", () => {
    const toolbar = make();
    const own = [
      "/_latchkey",
      "/_latchkey/",
      "/_latchkey?x",
      "/_latchkey/toolbar.js",
      "/_latchkey/nothing",
      "/_latchkey/../secret",
    ];
    expect(own.filter((url) => toolbar.handle(asks(url)) === undefined)).toEqual([]);
    const others = ["/", "/_latchkeys", "/x/_latchkey", "/_latch", "http://localhost/_latchkey"];
    expect(others.filter((url) => toolbar.handle(asks(url)) !== undefined)).toEqual([]);
  });

  test("are a plain 404 for a visitor who may not see them, exactly like a real one", () => {
    const toolbar = make();
    const nothing = toolbar.handle(asks("/_latchkey/nothing"));
    expect(nothing).toEqual({
      status: 404,
      headers: { "Content-Type": "text/plain; charset=utf-8" },
      body: "Not Found",
    });
    expect(toolbar.handle(asks("/_latchkey/", { "sec-fetch-site": "cross-site" }))).toEqual(nothing);
    expect(toolbar.handle(asks("/_latchkey/", { host: "evil.test" }))).toEqual(nothing);
    expect(toolbar.handle(asks("/_latchkey/", {}, "POST"))).toEqual(nothing);
    expect(toolbar.handle({ ...asks("/_latchkey/"), remoteAddress: "203.0.113.9" })).toEqual(nothing);
  });

  test("cannot be framed, cached, sniffed, or scripted by others", () => {
    const page = make().handle(asks("/_latchkey/"));
    expect(page).toMatchObject({
      status: 200,
      headers: {
        "Cache-Control": "no-store, no-transform",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
      },
    });
    expect(page?.headers["Content-Security-Policy"]).toMatch(
      /default-src 'none'.*frame-ancestors 'none'.*require-trusted-types-for 'script'/,
    );
  });

  test("tell of a request that ends, on the event stream", async () => {
    const toolbar = make();
    const { token } = visit(toolbar);
    const stream = toolbar.handle(asks(`/_latchkey/events?token=${token}`));
    expect(stream?.headers["Content-Type"]).toMatch("text/event-stream");
    const reader = (stream!.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    visit(toolbar, "/later");
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toMatch(/^data: \{.*"path":"\/later".*\}\n\n$/);
    toolbar.close();
    expect((await reader.read()).done).toBe(true);
  });
});

describe("the text after a page", () => {
  test("is made when it is asked for, once, and only then is the script expected", () => {
    const toolbar = make();
    const request = asks("/", { "sec-fetch-dest": "document" });
    const exchange = toolbar.begin(request, {})!;
    const tail = toolbar.respond(exchange, request, html)!;
    expect(exchange.addedBytes).toBe(0);
    const text = tail();
    expect(text).toMatch(/^\n<script /);
    expect(tail()).toBe(text);
    expect(exchange.addedBytes).toBe(Buffer.byteLength(text));
  });

  test("is empty where the toolbar was closed before the page has ended", () => {
    const toolbar = make();
    const request = asks("/", { "sec-fetch-dest": "document" });
    const tail = toolbar.respond(toolbar.begin(request, {})!, request, html)!;
    toolbar.close();
    expect(tail()).toBe("");
  });
});

describe("what is recorded", () => {
  test("no key, cookie or credential is in anything that the toolbar keeps or says", () => {
    const keys = new KeyRing(KEY, ["another-key-of-yesterday-0987654321"]);
    const toolbar = make({
      keys,
      panels: [
        {
          id: "leaky",
          title: "Leaky",
          channels: { "test:leak": (message, recording) => void recording.slot("leaky", () => ({ message })) },
          collect: (recording) => ({
            heard: recording.slot<unknown>("leaky", () => null),
            cookie: "s3ssion-value-that-nobody-may-see",
            [KEY]: KEY,
          }),
          view: (stats) => [{ kind: "code", text: JSON.stringify(stats) }],
        },
      ],
    });
    const cookie = "s3ssion-value-that-nobody-may-see";
    const planted = [
      KEY,
      "another-key-of-yesterday-0987654321",
      cookie,
      "new-s3ssion-value-for-the-visitor",
      "cr3dential-in-a-header",
    ];
    const request = asks(`/x/${KEY}?q=${KEY}&token=t0ken`, {
      "sec-fetch-dest": "document",
      cookie: `session=${cookie}`,
      authorization: "Bearer cr3dential-in-a-header",
      "x-echo": `${cookie} ${KEY}`,
      referer: `http://localhost/?k=${KEY}`,
    });
    const exchange = toolbar.begin(request, {})!;
    toolbar.run(exchange, () => {
      for (const secret of planted) {
        quiet.debug("a log with", secret, { [secret]: [secret] });
        channel("test:leak").publish(secret);
      }
    });
    exchange.fail(new Error(`it failed with ${planted.join(" ")}`));
    const tail = toolbar.respond(exchange, request, {
      status: 500,
      headers: [
        ["Content-Type", "text/html"],
        ["Set-Cookie", "session=new-s3ssion-value-for-the-visitor; Path=/; HttpOnly"],
        ["X-Debug", planted.join(" ")],
      ],
    });
    toolbar.finish(exchange);
    const everything = [
      tail?.(),
      JSON.stringify(toolbar.page(exchange.id)),
      JSON.stringify(toolbar.exchanges),
      toolbar.handle(asks("/_latchkey/"))?.body as string,
    ].join("\n");
    expect(everything).toContain("[secret key]");
    expect(everything).toContain("HttpOnly");
    expect([...planted, "t0ken"].filter((secret) => everything.includes(secret))).toEqual([]);
  });

  test("no cookie of the answer, in what is written after its headers are sent", () => {
    const toolbar = make();
    const cookie = "s3ssion-value-that-nobody-may-see";
    const request = asks("/", { "sec-fetch-dest": "document" });
    for (const read of [false, true]) {
      const exchange = toolbar.begin(request, {})!;
      toolbar.respond(exchange, request, { status: 200, headers: [["Set-Cookie", `session=${cookie}; Path=/`]] });
      // Neither the order nor a look at the headers makes a difference.
      if (read) expect(exchange.responseCookies).toEqual([{ name: "session", bytes: 40, attributes: "Path=/" }]);
      expect(exchange.redactText(`sent ${cookie}`)).toBe("sent [hidden value]");
      expect(exchange.redactData({ [cookie]: [cookie] })).toEqual({ "[hidden value]": ["[hidden value]"] });
      expect(exchange.scrubJson(JSON.stringify([cookie]))).toBe('["[hidden value]"]');
      toolbar.run(exchange, () => quiet.debug("sent", cookie));
      toolbar.finish(exchange);
      expect(JSON.stringify(toolbar.page(exchange.id))).not.toContain(cookie);
    }
  });

  test("a request and its findings, in plain data", () => {
    let now = 1_700_000_000;
    const toolbar = make({ clock: () => now, slowMs: 60_000 });
    const { id } = visit(toolbar, "/cart?item=9&password=x", { "user-agent": "test" }, () =>
      quiet.error("stock is %d", 0),
    );
    now += 5;
    expect(toolbar.exchanges).toEqual([
      expect.objectContaining({
        id,
        sequence: 1,
        method: "GET",
        path: "/cart",
        status: 200,
        startedAt: 1_700_000_000,
        tone: "error",
        findings: 1,
        finished: true,
      }),
    ]);
    const page = toolbar.page(id);
    const order = [
      "overview",
      "exceptions",
      "request",
      "response",
      "session",
      "queries",
      "cache",
      "outgoing",
      "timing",
      "timeline",
      "logs",
      "templates",
      "routes",
      "config",
      "memory",
      "profiler",
      "versions",
    ];
    expect(page?.panels.map(({ id }) => id)).toEqual(order);
    const logs = page?.panels.find((each) => each.id === "logs");
    expect(logs?.findings).toMatchObject([{ tone: "error", text: "1 error was logged." }]);
    expect(JSON.stringify(logs?.blocks)).toContain("stock is 0");
    expect(JSON.stringify(logs?.blocks)).toMatch(/test\/toolbar\/toolbar\.test\.ts:\d+/);
    expect(JSON.parse(JSON.stringify(page))).toEqual(page);
  });

  test("logs of one request do not turn up in another, also after awaiting", async () => {
    const toolbar = make();
    const talk = async (name: string): Promise<string> => {
      const request = asks(`/${name}`);
      const exchange = toolbar.begin(request, {})!;
      await toolbar.run(exchange, async () => {
        for (let round = 0; round < 5; round++) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          quiet.debug(`${name} says ${round}`);
        }
      });
      toolbar.finish(exchange);
      return exchange.id;
    };
    const names = ["ada", "grace", "alan"];
    const ids = await Promise.all(names.map(talk));
    for (const [index, id] of ids.entries()) {
      const text = JSON.stringify(toolbar.page(id)?.panels.find((each) => each.id === "logs")?.blocks);
      expect(names.filter((name) => text.includes(`${name} says 4`))).toEqual([names[index]]);
    }
  });

  test("a request that still runs can be read", () => {
    const toolbar = make();
    const exchange = toolbar.begin(asks("/slow"), {})!;
    expect(toolbar.page(exchange.id)?.summary).toMatchObject({ finished: false, path: "/slow" });
    expect(toolbar.exchanges).toEqual([]);
    toolbar.finish(exchange);
    expect(toolbar.page(exchange.id)?.summary.finished).toBe(true);
  });

  test("nothing more after close", () => {
    const toolbar = make();
    toolbar.close();
    const { id } = visit(toolbar, "/", {}, () => quiet.debug("unheard"));
    expect([id, toolbar.exchanges.length, toolbar.enabled]).toEqual(["", 0, false]);
    expect(toolbar.handle(asks("/_latchkey/"))).toBeUndefined();
  });
});

const broken = (where: string): Panel => {
  const boom = (name: string): void => {
    if (name === where) throw new RangeError(`no ${where}`);
  };
  return {
    id: "broken",
    title: "Broken",
    channels: { "test:broken": () => boom("listen") },
    collect: () => (boom("collect"), { fine: true }),
    subtitle: () => (boom("subtitle"), "fine"),
    findings: () => (boom("findings"), []),
    view: () => (boom("view"), [{ kind: "text", text: "fine" }]),
  };
};

describe("a panel that throws", () => {
  test.each(["listen", "collect", "subtitle", "findings", "view"])(
    "in %s harms neither the request nor the other panels",
    (where) => {
      const toolbar = make({ panels: [broken(where)] });
      const { id } = visit(toolbar, "/", {}, () => {
        for (let count = 0; count < 20; count++) channel("test:broken").publish({});
      });
      const page = toolbar.page(id);
      expect(page?.panels.map(({ id }) => id)).toContain("broken");
      expect(page?.panels.find((each) => each.id === "request")?.blocks.length).toBeGreaterThan(0);
      const text = JSON.stringify(page?.panels.find((each) => each.id === "broken")?.blocks);
      expect(text).toContain(where === "collect" || where === "view" ? `no ${where}` : "fine");
    },
  );

  test("while listening is switched off after five times", () => {
    let heard = 0;
    const toolbar = make({
      panels: [
        {
          id: "broken",
          title: "Broken",
          channels: {
            "test:broken": () => {
              heard++;
              throw new Error("again");
            },
          },
          collect: () => 1,
          view: () => [],
        },
      ],
    });
    visit(toolbar, "/", {}, () => {
      for (let count = 0; count < 20; count++) channel("test:broken").publish({});
    });
    expect(heard).toBe(5);
  });
});

test("a panel finds nothing of the request in a recording that is not redacted", () => {
  const seen: string[] = [];
  const nosy: Panel = {
    ...panel("nosy"),
    begin: (recording) => void seen.push(inspect(recording, { depth: 20, showHidden: true, getters: true })),
    collect: (recording) => seen.push(inspect(recording, { depth: 20, showHidden: true, getters: true })),
  };
  const toolbar = new Toolbar({ keys: generateSecretKey(), panels: [nosy] });
  const request = asks("/?code=s3cret-in-the-address", {
    "sec-fetch-dest": "document",
    cookie: "session=s3cret-in-a-cookie",
    authorization: "Bearer s3cret-of-a-client",
  });
  const exchange = toolbar.begin(request, {})!;
  toolbar.headers(exchange, request);
  toolbar.respond(exchange, request, html);
  toolbar.finish(exchange);
  toolbar.close();
  expect(seen).toHaveLength(2);
  expect(seen.join("\n")).toContain("sec-fetch-dest");
  expect(seen.join("\n")).not.toContain("s3cret");
});
