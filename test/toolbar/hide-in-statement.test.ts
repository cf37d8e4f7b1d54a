import { describe, expect, test } from "vitest";
import { hideInStatement } from "../../src/toolbar/capture/hide-in-statement.ts";

const H = "••••••••";
const hides = (name: string): boolean => /^(?:password|token|pin|api_key)$/i.test(name);
const hide = (text: string, params?: unknown): readonly [string, unknown] => {
  const hidden = hideInStatement(text, params, hides);
  return [hidden.text, hidden.params];
};

describe("values of columns with telling names", () => {
  test.each([
    ["select * from users where id = ? and password = ?", [7, "hunter2"], [7, H]],
    ['update "users" set "password" = $2, name = $3 where id = $1', [7, "hunter2", "ann"], [7, H, "ann"]],
    ["update `users` set `pin`=? where name like ?", [4711, "a%"], [H, "a%"]],
    ["select '?' from t where token <> ?", ["hunter2"], [H]],
    ["insert into users (name, password) values (?, ?), (?, ?)", ["ann", "hunter2", "bob", "x"], ["ann", H, "bob", H]],
    ["insert into users (password, at) values ($1, now())", ["hunter2"], [H]],
    ["insert into users (at, password) values (coalesce(?, now()), ?)", [1, "hunter2"], [1, H]],
    ["insert into public.users(name,api_key)values($1,$2) on conflict do nothing", ["ann", "x"], ["ann", H]],
    ["select * from users where id = ?", [7], [7]],
    ["select * from keys where id = ?", [7], [7]],
  ])("%s", (text, params, hidden) => {
    expect(hide(text, params)).toEqual([text, hidden]);
  });

  test.each([
    ["update users set password = 'hun''ter2', name = 'ann'", `update users set password = '${H}', name = 'ann'`],
    ["select 1 from users where pin = 4711 and id = 7", `select 1 from users where pin = ${H} and id = 7`],
    [
      "insert into users (name, password) values ('ann', 'hunter2'), ('bob', 'x')",
      `insert into users (name, password) values ('ann', '${H}'), ('bob', '${H}')`,
    ],
  ])("%s", (text, hidden) => {
    expect(hide(text)).toEqual([hidden, undefined]);
  });

  test("parameters that the driver has put into the text are hidden where the text is", () => {
    const text = String.raw`insert into users (name, password, pin) values ('ann', 'it\'s', 4711)`;
    expect(hide(text, ["ann", "it's", 4711])[1]).toEqual(["ann", H, H]);
    expect(hide("update users set password = 'a''b', name = 'ann'", ["a'b", "ann"])[1]).toEqual([H, "ann"]);
  });

  test("parameters by name are left to the redaction of data", () => {
    const params = { password: "hunter2" };
    expect(hide("select * from users where password = :password", params)[1]).toBe(params);
  });

  test("takes a time that grows with the length alone", () => {
    const many = `insert into users (password) values ${"(?), ".repeat(4_000)}(?)`;
    expect(hide(many, [1, 2])).toEqual([many, [H, H]]);
    const odd = `select password = '${"\\".repeat(20_000)}`;
    expect(hide(odd)[0]).toBe(odd);
  });
});
