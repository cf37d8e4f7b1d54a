import { describe, expect, test } from "vitest";
import { Rule } from "../../src/flask/rule.ts";

describe("Flask's URL rules", () => {
  test("become the router's, and say what fits", () => {
    const rule = new Rule("/user/<int:id>/files/<path:file>");
    expect(rule.routerPath).toBe("/user/:id{[0-9]+}/files/:file{.+}");
    expect(rule.matches("/user/7/files/a/b.txt")).toBe(true);
    expect(rule.matches("/user/ada/files/a")).toBe(false);
    expect(new Rule("/a.b").matches("/aXb")).toBe(false);
  });

  test("hand numbers over as numbers, and the rest as text", () => {
    expect(new Rule("/<int:id>/<name>/<float:x>").read({ id: "7", name: "7", x: "1.5" })).toEqual({
      id: 7,
      name: "7",
      x: 1.5,
    });
  });

  test("build addresses: variables escaped, the rest as a query", () => {
    const rule = new Rule("/user/<name>");
    expect(rule.build({ name: "a/b c", tab: "x&y" })).toBe("/user/a%2Fb%20c?tab=x%26y");
    expect(new Rule("/static/<path:filename>").build({ filename: "css/a b.css" })).toBe("/static/css/a%20b.css");
    expect(() => rule.build({})).toThrow(/needs a value for "name"/);
  });

  test("what says more is tried first, whatever the order of their making", () => {
    const texts = ["/<path:rest>", "/user/<name>", "/user/<int:id>", "/user/me", "/user"];
    const sorted = texts.map((text) => ({ text, rule: new Rule(text) })).sort((a, b) => a.rule.compare(b.rule));
    expect(sorted.map(({ text }) => text)).toEqual([
      "/user/me",
      "/user/<int:id>",
      "/user/<name>",
      "/user",
      "/<path:rest>",
    ]);
  });

  test("an unknown converter and a missing slash are refused by name", () => {
    expect(() => new Rule("/<integer:id>")).toThrow(
      /converter "integer"\. Fix: use one of int, float, string, path, uuid/,
    );
    expect(() => new Rule("user")).toThrow(/begins with a slash/);
  });
});
