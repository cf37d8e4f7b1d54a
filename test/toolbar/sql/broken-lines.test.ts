import { expect, test } from "vitest";
import { brokenLines } from "../../../src/toolbar/sql/broken-lines.ts";

test("a long statement gets a line for each clause", () => {
  expect(
    brokenLines(
      "select o.id, i.name from orders o left join items i on i.order_id = o.id where o.user_id = $1 order by o.id limit 8",
    ),
  ).toBe(
    "select o.id, i.name\nfrom orders o\nleft join items i on i.order_id = o.id\nwhere o.user_id = $1\norder by o.id\nlimit 8",
  );
});

test("words that belong together stay together", () => {
  const where = "where orders.paid is not true and orders.placed_at < now()";
  expect(brokenLines(`delete from orders using users ${where}`)).toBe(`delete from orders using users\n${where}`);
});

test("clauses in brackets and words in quotes stay where they are", () => {
  const inside =
    "(select max(id) from orders where paid) and name <> ' from here where it''s set' and \"order by\" = 1";
  expect(brokenLines(`update orders set total = 7 where id = ${inside} returning id, user_id`)).toBe(
    `update orders\nset total = 7\nwhere id = ${inside}\nreturning id, user_id`,
  );
});

test.each([
  ["a short one", "select id from orders where user_id = $1"],
  ["one that has lines", `select id\n  from orders where user_id = $1 and name = '${"x".repeat(80)}'`],
  ["one with a comment to its end", `select id from orders where name = '${"x".repeat(80)}' -- from here`],
  ["one with a comment", `select id /* from */ from orders where name = '${"x".repeat(80)}'`],
  ["a function's body", `create function f() returns int as $$ select 1 from orders where ${"x".repeat(80)} $$`],
])("%s stays as it is", (_, statement) => {
  expect(brokenLines(statement)).toBe(statement);
});
