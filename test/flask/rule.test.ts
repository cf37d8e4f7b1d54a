import { describe, expect, test } from "vitest";
import { UrlMap } from "../../src/flask/routing/url-map.ts";
import { Rule } from "../../src/flask/routing/rule.ts";

const PLACE = { scheme: "http", host: "localhost", domain: "", root: "" };

/** The rule that answers a path, and its values. */
function find(rules: readonly string[], path: string): unknown {
  const map = new UrlMap();
  for (const rule of rules) map.add(rule, { endpoint: rule, methods: ["GET"] });
  const match = map.match("", path, "GET");
  return match.kind === "found" ? [match.rule.text, { ...match.values }] : undefined;
}

function build(rule: string, values: Readonly<Record<string, unknown>>): string | undefined {
  const map = new UrlMap();
  map.add(rule, { endpoint: "it", methods: ["GET"] });
  return map.build("it", values, PLACE, { isExternal: false });
}

describe("Flask's URL rules", () => {
  test("say what fits", () => {
    const rule = "/user/<int:id>/files/<path:file>";
    expect(find([rule], "/user/7/files/a/b.txt")).toEqual([rule, { id: 7, file: "a/b.txt" }]);
    expect(find([rule], "/user/ada/files/a")).toBeUndefined();
    expect(find(["/a.b"], "/aXb")).toBeUndefined();
  });

  test("hand numbers over as numbers, and the rest as text", () => {
    expect(find(["/<int:id>/<name>/<float:x>"], "/7/7/1.5")).toMatchObject([
      "/<int:id>/<name>/<float:x>",
      { id: 7, name: "7", x: 1.5 },
    ]);
  });

  test("build addresses: variables escaped, the rest as a query", () => {
    expect(build("/user/<name>", { name: "a/b c", tab: "x&y" })).toBe("/user/a%2Fb%20c?tab=x%26y");
    expect(build("/static/<path:filename>", { filename: "css/a b.css" })).toBe("/static/css/a%20b.css");
    expect(build("/user/<name>", {})).toBeUndefined();
  });

  test("what says more is tried first, whatever the order of their making", () => {
    const rules = ["/<path:rest>", "/user/<name>", "/user/<int:id>", "/user/me", "/user"];
    for (const [path, rule] of [
      ["/user/me", "/user/me"],
      ["/user/7", "/user/<int:id>"],
      ["/user/ada", "/user/<name>"],
      ["/user", "/user"],
      ["/other", "/<path:rest>"],
    ] as const)
      for (const order of [rules, rules.toReversed()]) expect(find(order, path)).toMatchObject([rule, {}]);
  });

  test("an unknown converter and a missing slash are refused by name", () => {
    expect(() => new Rule("/<integer:id>")).toThrow(
      /converter "integer"\. Fix: use one of string, any, path, int, float, uuid/,
    );
    expect(() => new Rule("user")).toThrow(/begins with a slash/);
  });
});
