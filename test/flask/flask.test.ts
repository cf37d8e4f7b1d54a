import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KeyRing, SecretKeyError, SessionError } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import {
  abort,
  DebugToolbarExtension,
  flash,
  Flask,
  g,
  getFlashedMessages,
  HTTPException,
  jsonify,
  redirect,
  renderTemplate,
  request,
  session,
  urlFor,
} from "latchkey/flask";
import { MemoryStore } from "latchkey/stores/memory";
import { afterEach, describe, expect, test, vi } from "vitest";
import { runExample } from "../support/run-example.ts";

const folder = fileURLToPath(new URL("app", import.meta.url));
const key = generateSecretKey();

function createApp(withKey = true): Flask {
  const app = new Flask(folder);
  if (withKey) app.config["SECRET_KEY"] = key;
  return app;
}

/** A browser for one host: it stores cookies, and nothing else. */
function browser(app: Flask): (path: string, init?: RequestInit) => Promise<Response> {
  const cookies = new Map<string, string>();
  return async (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (cookies.size > 0) headers.set("Cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await app.fetch(new Request(`http://localhost${path}`, { redirect: "manual", ...init, headers }));
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0]!.split(/=(.*)/s) as [string, string];
      if (/Max-Age=0|Expires=Thu, 01 Jan 1970/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
}
const form = (fields: Record<string, string>): RequestInit => ({ method: "POST", body: new URLSearchParams(fields) });

describe("routes and views", () => {
  test("rules, converters, methods and the way back", async () => {
    const app = createApp();
    app.route("/user/<name>", function byName({ name }) {
      return `name ${name}`;
    });
    app.route("/user/<int:id>", function byId({ id }) {
      return `id ${id + 1}`;
    });
    app.route("/user/me", { methods: ["GET", "POST"] }, function me() {
      return `${request.method} ${urlFor("byId", { id: 7, tab: "a b" })}`;
    });
    const get = browser(app);
    expect(await (await get("/user/ada")).text()).toBe("name ada");
    expect(await (await get("/user/41")).text()).toBe("id 42");
    expect(await (await get("/user/me")).text()).toBe("GET /user/7?tab=a+b");
    expect(await (await get("/user/me", { method: "POST" })).text()).toBe("POST /user/7?tab=a+b");
    const refused = await get("/user/ada", { method: "POST" });
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    const options = await get("/user/me", { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([200, "GET, POST, HEAD, OPTIONS"]);
    expect((await get("/nowhere")).status).toBe(404);
    expect((await get("/user/me", { method: "HEAD" })).status).toBe(200);
  });

  test("a view returns text, objects, lists, bytes, a status, or a Response; nothing is an error that names it", async () => {
    const app = createApp();
    app.get("/text", () => "<b>hi</b>");
    app.get("/object", () => ({ ok: true }));
    app.get("/status", () => [{ made: 1 }, 201, { "X-Kind": "new" }]);
    app.get("/list", () => jsonify([1, 404]));
    app.get("/bytes", () => new Uint8Array([1, 2]));
    app.get("/response", () => new Response("teapot", { status: 418 }));
    app.get("/nothing", (() => undefined) as never);
    const get = browser(app);
    expect((await get("/text")).headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await (await get("/object")).json()).toEqual({ ok: true });
    const made = await get("/status");
    expect([made.status, made.headers.get("x-kind"), await made.json()]).toEqual([201, "new", { made: 1 }]);
    expect(await (await get("/list")).json()).toEqual([1, 404]);
    expect([...new Uint8Array(await (await get("/bytes")).arrayBuffer())]).toEqual([1, 2]);
    expect((await get("/response")).status).toBe(418);
    app.debug = true;
    const nothing = await get("/nothing");
    expect(nothing.status).toBe(500);
    expect(await nothing.text()).toContain("did not return a valid response");
  });

  test("abort, error handlers, hooks and unexpected errors", async () => {
    const app = createApp();
    app.errorHandler(404, (error) => `no such thing: ${error.description}`);
    app.beforeRequest(() => {
      g["note"] = "noted";
      return request.path === "/early" ? "early" : undefined;
    });
    app.afterRequest((response) => {
      response.headers.set("X-Note", String(g["note"]));
      return response;
    });
    app.get("/gone", () => abort(410));
    app.get("/missing", () => abort(404, "<user>"));
    app.get("/broken", () => {
      throw new Error("the database is <away>");
    });
    const get = browser(app);
    expect(await (await get("/early")).text()).toBe("early");
    expect((await get("/gone")).status).toBe(410);
    const missing = await get("/missing");
    expect([missing.status, await missing.text(), missing.headers.get("x-note")]).toEqual([
      404,
      "no such thing: <user>",
      "noted",
    ]);
    const hidden = await get("/broken");
    expect([hidden.status, (await hidden.text()).includes("database")]).toEqual([500, false]);
    app.debug = true;
    expect(await (await get("/broken")).text()).toContain("the database is &#60;away&#62;");
    expect(() => new HTTPException(200)).toThrow(RangeError);
  });

  test("forms, files, JSON and the body's limit", async () => {
    const app = createApp();
    app.config.MAX_CONTENT_LENGTH = 1000;
    app.post("/form", () => ({ name: request.form.get("name"), file: request.files.get("file")?.name ?? null }));
    app.post("/json", () => ({ json: request.json ?? null }));
    const get = browser(app);
    expect(await (await get("/form", form({ name: "Ädä" }))).json()).toEqual({ name: "Ädä", file: null });
    const multipart = new FormData();
    multipart.set("name", "ada");
    multipart.set("file", new File(["x"], "notes.txt"));
    expect(await (await get("/form", { method: "POST", body: multipart })).json()).toEqual({
      name: "ada",
      file: "notes.txt",
    });
    const json = { method: "POST", headers: { "Content-Type": "application/json" } };
    expect(await (await get("/json", { ...json, body: '{"a":[1]}' })).json()).toEqual({ json: { a: [1] } });
    expect((await get("/json", { ...json, body: "{" })).status).toBe(400);
    expect((await get("/form", form({ name: "x".repeat(2000) }))).status).toBe(413);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(400)) });
    expect((await get("/json", { ...json, body: endless, duplex: "half" })).status).toBe(413);
  });

  test("templates escape, and know Flask's names", async () => {
    const app = createApp();
    app.get("/user/<int:id>", function user() {
      g["note"] = "note";
      session["user"] = "ada";
      flash("saved", "success");
      return renderTemplate("index.html", { title: "T", name: "<b>Ada</b>" });
    });
    const page = await (await browser(app)("/user/1")).text();
    expect(page).toContain("Hi &lt;b&gt;Ada&lt;/b&gt;, from /user/1 (ada, note)");
    expect(page).toContain('<p class="success">saved</p>');
    expect(page).toContain('href="/user/7?tab=x"');
  });

  test("what is added too late, twice or wrongly is refused", async () => {
    const app = createApp();
    const view = (): string => "x";
    app.get("/", view);
    expect(() => app.get("/other", { view: (): string => "y" }.view)).toThrow(/Two views have the endpoint "view"/);
    expect(() => app.route("/x", undefined as never)).toThrow(/has no view/);
    await browser(app)("/");
    expect(() => app.get("/late", () => "late")).toThrow(/after the application had answered/);
    expect(() => new Flask("")).toThrow(/import\.meta\.url/);
    expect(() => request.path).toThrow("Working outside of request context.");
  });
});

describe("the session", () => {
  test("is a dictionary: set, in, delete, get, pop, setDefault, clear, keys, spread", async () => {
    const app = createApp();
    app.get("/set", () => {
      session["a"] = 1;
      session["cart"] = { items: [1] };
      return "";
    });
    app.get("/push", () => {
      (session["cart"] as { items: number[] }).items.push(2);
      return "";
    });
    app.get("/show", () => ({
      ...session,
      has: "a" in session,
      keys: Object.keys(session),
      missing: session.get("x", "none"),
    }));
    app.get("/pop", () => ({
      popped: session.pop("a"),
      again: session.pop("a", "gone"),
      set: session.setDefault("b", 2),
    }));
    app.get("/clear", () => {
      session.clear();
      return { left: Object.keys(session) };
    });
    const get = browser(app);
    await get("/set");
    await get("/push");
    expect(await (await get("/show")).json()).toEqual({
      a: 1,
      cart: { items: [1, 2] },
      has: true,
      keys: ["a", "cart"],
      missing: "none",
    });
    expect(await (await get("/pop")).json()).toEqual({ popped: 1, again: "gone", set: 2 });
    expect(await (await get("/clear")).json()).toEqual({ left: [] });
    expect(await (await get("/show")).json()).toMatchObject({ keys: [] });
  });

  test("keeps strange names as data, and refuses to overwrite its members", async () => {
    const app = createApp();
    app.debug = true;
    app.get("/proto", () => {
      session["__proto__"] = { admin: true };
      (session as Record<string, unknown>)["constructor"] = "mine";
      return {};
    });
    app.get("/show", () => ({
      own: Object.keys(session),
      admin: ({} as Record<string, unknown>)["admin"] ?? null,
      toString: session["toString"] ?? null,
    }));
    app.get("/member", () => {
      (session as Record<string, unknown>)["get"] = 1;
      return "";
    });
    const get = browser(app);
    await get("/proto");
    expect(await (await get("/show")).json()).toEqual({
      own: ["__proto__", "constructor"],
      admin: null,
      toString: null,
    });
    expect(await (await get("/member")).text()).toContain("that name is a member of the session object");
  });

  test("flash messages are read once, and stay the same within the request", async () => {
    const app = createApp();
    app.post("/save", () => {
      flash("one");
      flash("two", "error");
      return redirect("/");
    });
    app.get("/", () => ({
      first: getFlashedMessages({ withCategories: true }),
      again: getFlashedMessages(),
      errors: getFlashedMessages({ categoryFilter: ["error"] }),
    }));
    const get = browser(app);
    const saved = await get("/save", { method: "POST" });
    expect([saved.status, saved.headers.get("location")]).toEqual([302, "/"]);
    expect(await (await get("/")).json()).toEqual({
      first: [
        ["message", "one"],
        ["error", "two"],
      ],
      again: ["one", "two"],
      errors: ["two"],
    });
    expect(await (await get("/")).json()).toEqual({ first: [], again: [], errors: [] });
  });

  test("with no key, touching it throws Flask's own message; the rest of the application works", async () => {
    const app = createApp(false);
    const message =
      "The session is unavailable because no secret key was set.  Set the secret_key on the application to something unique and secret.";
    const caught: unknown[] = [];
    const attempts: (() => unknown)[] = [
      () => session["a"],
      () => (session["a"] = 1),
      () => session.get("a"),
      () => session.clear(),
      () => "a" in session,
      () => (session.permanent = true),
      () => flash("x"),
      () => session.login("1"),
    ];
    app.get("/", () => {
      for (const attempt of attempts) {
        try {
          attempt();
        } catch (error) {
          caught.push(error);
        }
      }
      return "still here";
    });
    expect(await (await browser(app)("/")).text()).toBe("still here");
    expect(caught).toHaveLength(attempts.length);
    for (const error of caught) {
      expect(error).toBeInstanceOf(SessionError);
      expect(error).toMatchObject({ code: "session_unavailable", message });
    }
  });

  test("T7: what every object has is not in the session", async () => {
    const app = createApp();
    app.get("/", () => {
      session["own"] = undefined;
      const names = ["toString", "constructor", "hasOwnProperty", "__proto__", "get", "permanent", "own"];
      return { found: names.filter((name) => name in session) };
    });
    expect(await (await browser(app)("/")).json()).toEqual({ found: ["own"] });
  });

  test.each([1, "on", [], {}, 0, "", null, undefined])(
    "C7, T12: session.permanent = %j is a boolean, and the session opens at the next request",
    async (value) => {
      for (const store of [undefined, new MemoryStore()]) {
        const app = createApp();
        app.config["SESSION_STORE"] = store;
        app.get("/", () => {
          session["a"] = 1;
          session.permanent = value as boolean;
          return { permanent: session.permanent };
        });
        app.get("/next", () => ({
          a: session["a"] ?? null,
          permanent: session.permanent,
          rejection: session.rejection ?? null,
        }));
        const get = browser(app);
        expect(await (await get("/")).json()).toEqual({ permanent: Boolean(value) });
        expect(await (await get("/next")).json()).toEqual({ a: 1, permanent: Boolean(value), rejection: null });
      }
    },
  );

  test("permanent gives the cookie a lifetime", async () => {
    const app = createApp();
    app.get("/", () => {
      session.permanent = true;
      session["a"] = 1;
      return "";
    });
    const [cookie] = (await browser(app)("/")).headers.getSetCookie();
    // A second may have passed between the session's begin and its cookie.
    const maxAge = Number(/^session=.*; Max-Age=(\d+)/.exec(cookie!)?.[1]);
    expect([31 * 86_400, 31 * 86_400 - 1]).toContain(maxAge);
  });
});

describe("F1: a session that is used slides, as in Flask", () => {
  const start = Date.UTC(2026, 0, 1);
  afterEach(() => void vi.useRealTimers());

  /** Visits at these times, in seconds after the login: whether the session was there. */
  async function visits(
    times: readonly number[],
    { store, lifetime, path = "/me", permanent = true, refresh = true }: Options,
  ): Promise<readonly boolean[]> {
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    const app = createApp();
    if (lifetime !== undefined) app.config["PERMANENT_SESSION_LIFETIME"] = lifetime;
    app.config["SESSION_STORE"] = store;
    app.config["SESSION_REFRESH_EACH_REQUEST"] = refresh;
    app.get("/login", () => {
      session.permanent = permanent;
      session["user"] = "ada";
      return "";
    });
    app.get("/me", () => ({ user: session["user"] ?? null }));
    app.get("/other", () => "a page that does not use the session");
    const get = browser(app);
    await get("/login");
    const seen: boolean[] = [];
    for (const [index, time] of times.entries()) {
      vi.setSystemTime(start + time * 1000);
      const response = await get(index === times.length - 1 ? "/me" : path);
      seen.push(index === times.length - 1 || path === "/me" ? (await response.text()).includes("ada") : true);
    }
    return seen;
  }
  interface Options {
    readonly store: MemoryStore | undefined;
    readonly lifetime?: number;
    readonly path?: string;
    readonly permanent?: boolean;
    readonly refresh?: boolean;
  }
  const stores = [
    ["in the cookie", () => undefined],
    ["in a store", () => new MemoryStore()],
  ] as const;
  const DAY = 86_400;

  test.each(stores)(
    "%s: alive as long as there are visits, and gone PERMANENT_SESSION_LIFETIME after the last one",
    async (_, store) => {
      const each = (count: number, gap: number): number[] =>
        Array.from({ length: count }, (__, index) => (index + 1) * gap);
      for (const permanent of [true, false]) {
        // Flask signs only the cookie of a permanent session again; a store has no reason to end
        // the others sooner.
        const slides = permanent || store() !== undefined;
        expect((await visits(each(12, 1), { store: store(), lifetime: 4, permanent })).includes(false)).toBe(!slides);
        expect((await visits([...each(12, 1), 17], { store: store(), lifetime: 4, permanent })).at(-1)).toBe(false);
        expect((await visits(each(20, 5 * DAY), { store: store(), permanent })).includes(false)).toBe(!slides);
        // A visit in the first half of the time moves the end as well, but for a store, where it
        // would be a write for each request.
        expect((await visits([2, 5], { store: store(), lifetime: 4, permanent })).at(-1)).toBe(
          permanent && store() === undefined,
        );
        expect(await visits([32 * DAY], { store: store(), permanent })).toEqual([false]);
      }
    },
  );

  test.each(stores)("%s: with SESSION_REFRESH_EACH_REQUEST = false no visit moves the end", async (_, store) => {
    expect(await visits([1, 2, 3, 4, 5], { store: store(), lifetime: 4, refresh: false })).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  test.each(stores)(
    "%s: visits to pages that do not use the session, or that do not exist, count too",
    async (_, store) => {
      const times = [3, 6, 9, 12];
      expect((await visits(times, { store: store(), lifetime: 4, path: "/other" })).at(-1)).toBe(true);
      expect((await visits(times, { store: store(), lifetime: 4, path: "/unknown" })).at(-1)).toBe(true);
    },
  );
});

describe("the key", () => {
  test("the toolbar does not start without one, and says why", () => {
    const app = createApp(false);
    app.debug = true;
    expect(() => new DebugToolbarExtension(app)).toThrow(SecretKeyError);
    expect(() => new DebugToolbarExtension(app)).toThrow(
      /^The Latchkey debug toolbar requires the 'SECRET_KEY' config var to be set\. It derives from it the key that signs its tokens/,
    );
  });

  test("a published key is refused with debug off", async () => {
    const app = new Flask(folder);
    app.config["SECRET_KEY"] = "d5fb8c4fa8bd46638dadc4e751e0d68d";
    expect(() => app.keys).toThrow(expect.objectContaining({ code: "key_refused" }));
    expect(() => app.keys).not.toThrow(/d5fb8c4f/);
  });

  test("fallbacks verify what an old key signed", async () => {
    const old = createApp();
    old.get("/", () => {
      session["user"] = "ada";
      return "";
    });
    const cookie = (await browser(old)("/")).headers.getSetCookie()[0]!.split(";")[0]!;
    const next = new Flask(folder);
    next.config["SECRET_KEY"] = generateSecretKey();
    next.config["SECRET_KEY_FALLBACKS"] = [key];
    next.get("/", () => ({ user: session["user"] ?? null }));
    const response = await next.fetch(new Request("http://localhost/", { headers: { Cookie: cookie } }));
    expect(await response.json()).toEqual({ user: "ada" });
    expect(next.keys).toBeInstanceOf(KeyRing);
  });
});

describe("the README's listing", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const [python, typescript] = ["python", "ts"].map(
    (language) => readme.split("## The article's listing")[1]!.split(`\`\`\`${language}\n`)[1]!.split("\n```")[0]!,
  );

  test("is the article's, line by line", () => {
    // A decorator and the function below it are one line here.
    const code = (text: string): number =>
      text.split("\n").filter((line) => /\w/.test(line) && !line.startsWith("@")).length;
    expect(code(typescript!)).toBe(code(python!));
    expect(typescript).toContain("new DebugToolbarExtension(app)");
  });

  test.each([
    ["development", true],
    ["production", false],
    ["", false],
  ])("B1: runs as it stands; with NODE_ENV=%j its page has the toolbar: %j", async (environment, expected) => {
    // Inside of the project, so that `latchkey` is the built package; only the port is another than
    // 5000, which may be taken.
    const home = fileURLToPath(new URL("../../artifacts/listing/", import.meta.url));
    mkdirSync(join(home, "templates"), { recursive: true });
    writeFileSync(
      join(home, "templates/index.html"),
      "<title>Listing</title>\n<p>Hi User, the secret key is necessary to run the debug toolbar</p>\n",
    );
    writeFileSync(join(home, "app.ts"), typescript!.replace("app.run()", "app.run({ port: 0 })"));
    const example = await runExample("artifacts/listing/app.ts", { NODE_ENV: environment });
    const headers = { Accept: "text/html", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none" };
    const text = await (await fetch(example.url, { headers })).text();
    const own = await fetch(`${example.url}/_latchkey/`, { headers });
    expect(await example.stop()).toBe(0);
    expect(text).toContain("Hi User, the secret key is necessary to run the debug toolbar");
    expect(/<script type="module" src="http:\/\/[\w.:]+\/_latchkey\/[^"]+"><\/script>\s*$/.test(text)).toBe(expected);
    expect(text.includes("_latchkey")).toBe(expected);
    expect(own.status).toBe(expected ? 200 : 404);
    expect(example.output().includes("LATCHKEY_TOOLBAR_OFF")).toBe(!expected);
  });
});

describe("B1: app.debug = true", () => {
  afterEach(() => vi.unstubAllEnvs());
  const failing = (keys: string | KeyRing): Flask => {
    const app = new Flask(folder);
    app.debug = true;
    app.config["SECRET_KEY"] = keys;
    app.get("/", () => {
      throw new Error("the server's inside");
    });
    return app;
  };

  test.each([
    ["production", undefined, false],
    ["staging", undefined, false],
    [undefined, undefined, false],
    ["development", undefined, true],
    ["development", "production", false],
    [undefined, "development", true],
    ["production", "development", false],
  ] as const)("with NODE_ENV %j and a ring for %j shows a trace: %j", async (environment, mode, expected) => {
    vi.stubEnv("NODE_ENV", environment);
    const app = failing(mode === undefined ? key : new KeyRing(key, [], { mode }));
    expect(app.debug).toBe(true);
    const response = await browser(app)("/");
    expect(response.status).toBe(500);
    expect((await response.text()).includes("the server&#39;s inside")).toBe(expected);
  });

  test.each(["production", undefined])(
    "with NODE_ENV %j does not let a guessable key pass, in development it does",
    (environment) => {
      vi.stubEnv("NODE_ENV", environment);
      expect(() => failing("changeme").keys).toThrow(expect.objectContaining({ code: "key_refused" }));
      vi.stubEnv("NODE_ENV", "development");
      expect(failing("changeme").keys).toBeInstanceOf(KeyRing);
    },
  );

  test("may come after the extension, and may go again", async () => {
    vi.stubEnv("NODE_ENV", "development");
    const app = createApp();
    const extension = new DebugToolbarExtension(app);
    app.get("/", () => "<!doctype html><p>hi</p>");
    const server = await app.run({ port: 0 });
    const page = async (): Promise<string> =>
      await (await fetch(server.url, { headers: { "Sec-Fetch-Dest": "document" } })).text();
    const seen = [await page()];
    app.debug = true;
    seen.push(await page());
    app.debug = false;
    seen.push(await page());
    await server.close();
    extension.close();
    expect(seen.map((text) => text.includes("_latchkey"))).toEqual([false, true, false]);
  });
});

describe("what happens around the views", () => {
  test("a session too large for its cookie is an error that names the largest entry, not a cookie that vanishes", async () => {
    const app = createApp();
    app.get("/", () => {
      session["basket"] = Array.from({ length: 3000 }, (_, index) => index * 7919);
      return "done";
    });
    const hidden = await browser(app)("/");
    expect([hidden.status, hidden.headers.getSetCookie()]).toEqual([500, []]);
    app.debug = true;
    expect(await (await browser(app)("/")).text()).toMatch(/4,?096.*basket/s);
  });

  test("static files come without a session, unless a hook looks at it", async () => {
    const app = createApp();
    app.beforeRequest(() => void (g["seen"] = true));
    const response = await browser(app)("/static/style.css");
    expect([
      response.status,
      response.headers.get("content-type"),
      response.headers.get("vary"),
      response.headers.getSetCookie(),
    ]).toEqual([200, expect.stringContaining("text/css"), null, []]);
    for (const path of ["/static/../flask.test.ts", "/static/%2e%2e/flask.test.ts", "/static/..%2fflask.test.ts"]) {
      expect((await browser(app)(path)).status).toBe(404);
    }
  });
});

test("a change of the session after its headers have left is refused, and not lost in silence", async () => {
  const app = createApp();
  const late: unknown[] = [];
  let finished = Promise.resolve();
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  app.get("/", () => {
    session["before"] = 1;
    finished = (async () => {
      await answered;
      for (const change of [
        () => (session["after"] = 1),
        () => (session["before"] = 2),
        () => session.login("7"),
        () => flash("late"),
      ]) {
        try {
          change();
        } catch (error) {
          late.push((error as { code?: unknown }).code);
        }
      }
    })();
    return "";
  });
  await browser(app)("/");
  answer();
  await finished;
  expect(late).toEqual(["session_closed", "session_closed", "session_closed", "session_closed"]);
});
