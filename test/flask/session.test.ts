import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { Flask, session, type FlaskSession } from "latchkey/flask";
import { MemoryStore } from "latchkey/stores/memory";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { askOurs, pythonWithFlask, RealFlask } from "../support/real-flask.ts";

let real: RealFlask;
beforeAll(() => {
  if (pythonWithFlask !== undefined) real = new RealFlask(pythonWithFlask);
});
afterAll(() => real?.close());

const KEY = generateSecretKey();

function createApp(run: () => unknown): Flask {
  const app = new Flask("/tmp");
  app.config["SECRET_KEY"] = KEY;
  app.get("/set", () => {
    session.update({ a: 1, b: 2 });
    return "";
  });
  app.get("/run", () => JSON.stringify(run() ?? null));
  app.get("/show", () => JSON.stringify(Object.entries(session.data).sort(([one], [other]) => (one < other ? -1 : 1))));
  return app;
}

/** What a step says, and what the session holds then. */
type Step = readonly [name: string, ours: () => unknown, theirs: string];
const STEPS: readonly Step[] = [
  ["items", () => session.items(), "sorted(session.items())"],
  ["keys", () => session.keys(), "sorted(session.keys())"],
  ["values", () => session.values(), "sorted(session.values())"],
  ["update with an object", () => session.update({ c: 3 }), "session.update({'c': 3})"],
  ["update with pairs", () => session.update([["c", 3]]), "session.update([('c', 3)])"],
  ["setdefault, there", () => session.setdefault("a", 9), "session.setdefault('a', 9)"],
  ["setdefault, missing", () => session.setdefault("c", 9), "session.setdefault('c', 9)"],
  ["setdefault without a value", () => session.setdefault("c"), "session.setdefault('c')"],
  ["pop", () => session.pop("a"), "session.pop('a')"],
  ["popitem", () => [...session.popitem()], "session.popitem()"],
  ["clear", () => session.clear(), "session.clear()"],
  ["modified at first", () => session.modified, "session.modified"],
  ["accessed after a look", () => ("a" in session ? session.accessed : null), "'a' in session and session.accessed"],
  [
    "modified after a change",
    () => ((session["c"] = 1), session.modified),
    "[session.update({'c': 1}), session.modified][1]",
  ],
  ["modified after a look", () => (session.get("a"), session.modified), "[session.get('a'), session.modified][1]"],
  [
    "modified after pop of nothing",
    () => (session.pop("x"), session.modified),
    "[session.pop('x', None), session.modified][1]",
  ],
];

describe.skipIf(pythonWithFlask === undefined)("as the real Flask", () => {
  test.each(STEPS)("G18, G19: session %s", async (_, ours, theirs) => {
    const code = `
app = Flask('application')
app.secret_key = ${JSON.stringify(KEY)}
@app.route('/set')
def set_it():
  session.update({'a': 1, 'b': 2})
  return ''
@app.route('/run')
def run(): return json.dumps(${theirs})
@app.route('/show')
def show(): return json.dumps(sorted(session.items()))
`;
    const asks = ["/set", "/run", "/show"].map((path) => ({ path }));
    const texts = (answers: Awaited<ReturnType<typeof askOurs>>): unknown =>
      answers.map(({ status, text }) => [status, text === "" ? "" : JSON.parse(text)]);
    expect(texts(await askOurs(createApp(ours), asks))).toEqual(texts(await real.ask(code, asks)));
  });
});

describe("the session", () => {
  test("F10, G19: modified is a member, and no entry", async () => {
    const app = createApp(() => {
      session.modified = true;
      return [Object.keys(session), session.modified];
    });
    const [, run, show] = await askOurs(
      app,
      ["/set", "/run", "/show"].map((path) => ({ path })),
    );
    expect(JSON.parse(run!.text)).toEqual([["a", "b"], true]);
    expect(JSON.parse(show!.text)).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    const refusing = createApp(() => {
      try {
        (session as { modified: boolean }).modified = false;
        return "taken";
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect((await askOurs(refusing, [{ path: "/run" }]))[0]!.text).toMatch(/modified = false cannot be done/);
  });

  test("G18: an entry hides a method of its name, so that a session of Python's can be read", async () => {
    const app = createApp(() => {
      const before = typeof session.items;
      (session as Record<string, unknown>)["items"] = [1];
      return [before, (session as Record<string, unknown>)["items"], Object.keys(session)];
    });
    expect(JSON.parse((await askOurs(app, [{ path: "/run" }]))[0]!.text)).toEqual(["function", [1], ["items"]]);
  });

  test("F6, G29: the attributes of the cookie, on deletion too", async () => {
    const cookieOf = async (settings: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
      const app = createApp(() => session.logout());
      for (const [name, value] of Object.entries(settings)) app.config[name] = value;
      const host = settings["SESSION_COOKIE_DOMAIN"] === undefined ? "localhost" : "www.example.com";
      const path = settings["SESSION_COOKIE_PATH"] === undefined ? "" : "";
      const set = await app.fetch(new Request(`https://${host}${path}/set`));
      const [line] = set.headers.getSetCookie();
      const gone = await app.fetch(new Request(`https://${host}/run`, { headers: { Cookie: line!.split(";")[0]! } }));
      return [line!, gone.headers.getSetCookie()[0] ?? ""];
    };
    for (const [settings, attribute] of [
      [{ SESSION_COOKIE_DOMAIN: "example.com" }, /; Domain=example\.com/],
      [{ SESSION_COOKIE_DOMAIN: ".example.com" }, /; Domain=example\.com/],
      [{ SESSION_COOKIE_PATH: "/run" }, /; Path=\/run(?:;|$)/],
      [{ APPLICATION_ROOT: "/app" }, /; Path=\/app(?:;|$)/],
      [{ SESSION_COOKIE_PARTITIONED: true }, /; Secure.*; Partitioned|; Partitioned.*; Secure/],
      [{ SESSION_COOKIE_NAME: "other" }, /^other=/],
    ] as const)
      for (const line of await cookieOf(settings))
        expect([settings, line]).toEqual([settings, expect.stringMatching(attribute)]);
  });
});

describe("the user of a session", () => {
  test.each(["Flask's cookie", "a store"])(
    "has logged in or confirmed at a time that renewals and changes do not move (%s)",
    async (place) => {
      vi.useFakeTimers({ toFake: ["Date"] });
      onTestFinished(() => void vi.useRealTimers());
      const start = Math.floor(Date.now() / 1000);
      const app = new Flask("/tmp");
      app.config["SECRET_KEY"] = KEY;
      if (place === "a store") app.config["SESSION_STORE"] = new MemoryStore();
      const seen = (): unknown => [session.subject ?? null, session.authenticatedAt ?? null, session.isRecent(600)];
      app.get("/", () => JSON.stringify([...(seen() as unknown[]), Object.keys(session)]));
      app.post("/login", () => {
        session.login("ada");
        return JSON.stringify(seen());
      });
      app.post("/confirm", () => {
        session.confirm();
        return JSON.stringify(seen());
      });
      app.post("/change", () => ((session["cart"] = ["tea"]), ""));
      const client = app.testClient();
      const look = async (): Promise<unknown> => JSON.parse((await client.get("/")).text);

      expect(await look()).toEqual([null, null, false, []]);
      expect((await client.post("/confirm")).status).toBe(500);
      expect(JSON.parse((await client.post("/login")).text)).toEqual(["ada", start, true]);
      vi.setSystemTime((start + 601) * 1000);
      await client.post("/change");
      expect(await look()).toEqual(["ada", start, false, ["cart"]]);
      expect(JSON.parse((await client.post("/confirm")).text)).toEqual(["ada", start + 601, true]);
      expect(await look()).toEqual(["ada", start + 601, true, ["cart"]]);
      await client.sessionTransaction((current) => expect(current.isRecent(600)).toBe(true));
    },
  );

  test("isRecent refuses what is no number of seconds, and none of the three is an entry", async () => {
    const app = createApp(() => {
      const said = ["isRecent", "confirm", "authenticatedAt"].map((name) => {
        try {
          (session as Record<string, unknown>)[name] = 1;
          return "taken";
        } catch (error) {
          return (error as Error).message;
        }
      });
      try {
        session.isRecent(0.5);
      } catch (error) {
        said.push((error as Error).message);
      }
      return said;
    });
    const [run] = await askOurs(app, [{ path: "/run" }]);
    expect(JSON.parse(run!.text)).toEqual([
      expect.stringMatching(/^session\["isRecent"\] cannot be set: .*Fix: session\.data\["isRecent"\]/),
      expect.stringMatching(/^session\["confirm"\] cannot be set/),
      expect.stringMatching(/^session\["authenticatedAt"\] cannot be set/),
      expect.stringMatching(/^session\.isRecent takes a whole number of seconds from 1\. It got 0\.5\. Fix: /),
    ]);
  });

  test("is logged out by the tag of the login, from a second manager on the same store", async () => {
    const store = new MemoryStore();
    const app = new Flask("/tmp");
    app.config.fromMapping({ SECRET_KEY: KEY, SESSION_STORE: store });
    app.post("/login", () => (session.login("ada", { tag: "sid of the provider", label: "Firefox" }), ""));
    app.get("/", () => session.subject ?? "nobody");
    const [one, other] = [app.testClient(), app.testClient()];
    await one.post("/login");
    await other.post("/login");
    expect([(await one.get("/")).text, (await other.get("/")).text]).toEqual(["ada", "ada"]);
    expect(await new SessionManager({ keys: KEY, store }).revokeByTag("sid of the provider")).toBe(2);
    expect([(await one.get("/")).text, (await other.get("/")).text]).toEqual(["nobody", "nobody"]);
    const refused = createApp(() => {
      try {
        session.login("ada", { tags: "a" } as never);
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(JSON.parse((await askOurs(refused, [{ path: "/run" }]))[0]!.text)).toMatch(/session\.login.*tags/);
  });
});

test("the type of session has Flask's methods", () => {
  const typed: Pick<FlaskSession, "update" | "setdefault" | "items" | "popitem" | "modified"> | undefined = undefined;
  expect(typed).toBeUndefined();
});
