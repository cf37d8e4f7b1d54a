import { session } from "latchkey/flask";
import { Markup, Tuple, Uuid } from "latchkey/signing";
import { newApp, type Configuration, type Visit } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

type Any = Record<string, never>;

const sortedKeys = (value: object): string[] => Object.keys(value).sort((one, other) => (one < other ? -1 : 1));

const VIEWS: Readonly<Record<string, () => string>> = {
  nested() {
    (session.setdefault("a", {}) as Record<string, unknown>)["b"] = 1;
    return "";
  },
  nestedmodified() {
    (session["a"] as Record<string, unknown>)["b"] = 2;
    session.modified = true;
    return "";
  },
  nestedsilent() {
    (session.get("list", []) as unknown[]).push(1);
    session.modified = true;
    return show(session.get("list"));
  },
  overwrite() {
    session["n"] = (session.get("n", 0) as number) + 1;
    return show(session["n"]);
  },
  delete() {
    session.pop("n", null);
    return show("n" in session);
  },
  replace() {
    session.clear();
    session["fresh"] = true;
    return "";
  },
  many() {
    session.update({ z: 1, y: [1, { x: null }], k: "v" });
    return show(session.keys().toSorted());
  },
  permanent() {
    session.permanent = true;
    session["p"] = 1;
    return show(session.permanent);
  },
  unpermanent() {
    session.permanent = false;
    return show(session.permanent);
  },
  types() {
    session["t"] = {
      tuple: new Tuple(1, new Tuple(2, [3])),
      bytes: new Uint8Array([0x61, 0x62, 0xff]),
      markup: new Markup("<b>"),
      uuid: new Uuid("00000000-0000-0000-0000-000000000005"),
      date: new Date(Date.UTC(2024, 1, 29, 12)),
      nested: [{ d: new Tuple(new Uint8Array(), new Markup("")) }],
      tag: { " t": 1 },
      tag2: { " di": [1] },
      float: 0.25,
      big: Number.MAX_SAFE_INTEGER,
      neg: -3,
      empty: {},
      text: "\u2028 <é> \"'\\ \n\0",
    };
    return "";
  },
  readtypes() {
    const t = session["t"] as Any;
    return show([
      (t["tuple"] as unknown) instanceof Tuple,
      Buffer.from(t["bytes"]!).toString("latin1") === "ab\u00ff",
      (t["markup"] as unknown) instanceof Markup,
      String(t["uuid"]),
      (t["date"] as unknown as Date).getUTCFullYear(),
      t["text"],
      t["float"],
      t["tag"],
      t["tag2"],
      sortedKeys(t),
    ]);
  },
  keys() {
    session[""] = 1;
    session["a b"] = 2;
    session["é"] = 3;
    session["__proto__"] = 4;
    (session as Record<string, unknown>)["constructor"] = 5;
    return show(sortedKeys(session));
  },
  items: () => show(session.items().toSorted(([one], [other]) => (one < other ? -1 : 1))),
  equals: () =>
    show([
      session.keys().length,
      session.keys().length > 0,
      session.values(),
      session.get("none"),
      session.get("none", 5),
    ]),
  same() {
    session["n"] = session.get("n", null);
    return "";
  },
  deep() {
    session["deep"] = { a: { b: { c: [1, 2, { d: [] }] } } };
    return "";
  },
  deepchange() {
    const deep = session["deep"] as { a: { b: { c: [number, number, { d: string[] }] } } };
    deep.a.b.c[2].d.push("x");
    session.modified = true;
    return show(session["deep"]);
  },
  popitem: () => show(session.popitem()),
  dict: () => show({ ...session }),
  clear() {
    session.clear();
    return "";
  },
  none: () => "",
};

const visit = (...names: readonly string[]): Visit => names.map((name) => get(`/${name}`));

/** What a session keeps, and which of its changes are saved. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.config["PERMANENT_SESSION_LIFETIME"] = 7200;
    for (const [name, view] of Object.entries(VIEWS)) app.route(`/${name}`, { endpoint: name }, view);
    return app;
  },
  requests: [
    visit("nested", "dict", "nestedmodified", "dict", "items"),
    visit("nestedsilent", "overwrite", "nestedsilent", "dict"),
    visit("overwrite", "overwrite", "overwrite", "delete", "dict", "delete"),
    visit("many", "equals", "popitem", "dict", "replace", "dict", "clear", "dict"),
    visit("permanent", "none", "overwrite", "unpermanent", "none", "overwrite", "clear", "none"),
    visit("types", "readtypes", "none", "overwrite", "readtypes"),
    visit("keys", "items", "overwrite", "dict", "popitem"),
    visit("same", "dict", "deep", "deepchange", "dict"),
    visit("equals", "items", "dict", "none", "clear"),
    ...[
      { a: [1] },
      { a: { " t": [1, { " b": "YWI=" }] } },
      { a: { " u": "00000000000000000000000000000005" } },
      { a: { " m": "<b>" } },
      { a: { " d": "Thu, 29 Feb 2024 12:00:00 GMT" } },
      { a: { " t__": [1] } },
      { a: { " x": 1 } },
      { a: { " t": 1, b: 2 } },
      { n: 9_007_199_254_740_991 },
      { n: 1.5 },
      { _permanent: true, n: 1 },
      { _permanent: false, n: 1 },
      { _flashes: [{ " t": ["message", "x"] }] },
      {},
    ].flatMap((session) => ["/none", "/overwrite", "/deep"].map((path) => ({ request: get(path), session }))),
  ],
};
