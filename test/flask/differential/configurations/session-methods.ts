import { session } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

const DO: Readonly<Record<string, () => unknown>> = {
  nothing: () => "untouched",
  read: () => ({ ...session }),
  get: () => [session.get("a"), session.get("z"), session.get("z", 7)],
  item: () => session["a"],
  in: () => ["a" in session, "z" in session],
  length: () => Object.keys(session).length,
  keys: () => [...session.keys()].sort(),
  values: () => [...session.values()].length,
  items: () => [...session.items()].sort(([one], [other]) => one.localeCompare(other)),
  set: () => void (session["b"] = 2),
  same: () => void (session["a"] = 1),
  delete: () => {
    if (!("a" in session)) throw new Error("KeyError");
    delete session["a"];
  },
  pop: () => {
    if (!("a" in session)) throw new Error("KeyError");
    return session.pop("a");
  },
  popdefault: () => session.pop("z", "none"),
  popmissing: () => session.pop("z"),
  popitem: () => {
    try {
      return session.popitem();
    } catch {
      return "empty";
    }
  },
  clear: () => session.clear(),
  update: () => session.update({ b: 2, c: 3 }),
  updatekw: () => session.update({ b: 2 }),
  setdefault: () => session.setDefault("b", 2),
  setdefaultthere: () => session.setDefault("a", 2),
  permanent: () => void (session.permanent = true),
  notpermanent: () => void (session.permanent = false),
  ispermanent: () => session.permanent,
  modified: () => void (session.modified = true),
  ismodified: () => session.modified,
  new: () => session.new,
  nested: () => void (session.setDefault("l", []) as number[]).push(1),
  list: () => void (session["l"] = [1, { a: null }]),
  unicode: () => void (session["é"] = "€😀"),
  numbers: () => void (session["n"] = [1, 1.5, -1, 2 ** 53 - 1]),
  removed: () => {
    session["t"] = 1;
    return [null, session.pop("t")];
  },
  large: () => void (session["x"] = "latchkey ".repeat(300)),
};

/** Each method of the session: what it changes, and what it sends. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/<name>", { endpoint: "do" }, ({ name }) => show(DO[name]!()));
    return app;
  },
  requests: [
    ...Object.keys(DO).map((name) => `GET /${name}`),
    ...Object.keys(DO).map((name) => ({ request: `GET /${name}`, session: { a: 1 } })),
    ...["read", "set", "clear", "modified", "notpermanent", "pop", "ispermanent"].map((name) => ({
      request: `GET /${name}`,
      session: { _permanent: true, a: 1 },
    })),
  ],
};
