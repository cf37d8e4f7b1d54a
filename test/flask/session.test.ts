import { generateSecretKey } from "latchkey/keys";
import { Flask, session, type FlaskSession } from "latchkey/flask";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

test("the type of session has Flask's methods", () => {
  const typed: Pick<FlaskSession, "update" | "setdefault" | "items" | "popitem" | "modified"> | undefined = undefined;
  expect(typed).toBeUndefined();
});
