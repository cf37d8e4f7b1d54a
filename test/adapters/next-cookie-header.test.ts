import { describe, expect, test } from "vitest";
import { headerAfter, headerWithJar } from "../../src/adapters/next/cookie-header.ts";

describe("the Cookie header that a part of Next.js gets", () => {
  test.each([
    ["as it came", "a=1; session=v.x", [cookie("a", "1"), cookie("session", "v.x")], "a=1; session=v.x"],
    // Two of one name are for the manager to judge. Next.js has the last one in its jar.
    ["with both of one name", "session=one; session=two", [cookie("session", "two")], "session=one; session=two"],
    [
      "with what an action has set",
      "a=1; session=old",
      [cookie("a", "1"), cookie("session", "new")],
      "a=1; session=new",
    ],
    ["with a first cookie", "", [cookie("session", "new")], "session=new"],
    ["without what an action has expired", "a=1; session=old", [cookie("a", "1"), cookie("session", "")], "a=1"],
    ["with others percent-encoded", "a=%C3%A4%20b; b=%E0%A4%A", [cookie("a", "ä b")], "a=%C3%A4%20b; b=%E0%A4%A"],
    ["without a value that has no name", "=x; ;session=1", [cookie("session", "1")], "session=1"],
  ] as const)("%s", (_, header, jar, now) => {
    expect(headerWithJar(header, jar)).toBe(now);
  });

  test.each([
    ["a first cookie", "", ["session=new; Path=/; HttpOnly"], "session=new"],
    ["another value", "a=1; session=old; b=2", ["session=new; Path=/; Max-Age=60"], "a=1; session=new; b=2"],
    ["one instead of two", "session=one; session=two", ["session=new; Path=/"], "session=new"],
    [
      "none after a logout",
      "a=1; session=old",
      ["session=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
      "a=1",
    ],
    [
      "the own one, where one of another path expires",
      "session=own",
      ["session=; Max-Age=0; Path=/admin"],
      "session=own",
    ],
  ] as const)("after a proxy: %s", (_, header, lines, now) => {
    expect(headerAfter(header, [["Vary", "Cookie"], ...lines.map((line) => ["Set-Cookie", line] as const)])).toBe(now);
  });
});

function cookie(name: string, value: string): { readonly name: string; readonly value: string } {
  return { name, value };
}
