import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { onlyReads } from "../../../src/toolbar/sql/only-reads.ts";

describe("a statement that only reads", () => {
  test.each([
    "select 1",
    "SELECT * FROM users WHERE name = 'delete from users'",
    "  select 1 ; ",
    "/* tag */ select 1",
    "with x as (select 1) select * from x",
    "values (1, 2)",
    "(select 1) union (select 2)",
    'select "update" from t',
    "select -- a comment\n 1",
  ])("%s", (sql) => {
    expect(onlyReads(sql, "postgresql")).toBe(true);
  });
});

describe("a statement that may write, or more than one, is refused", () => {
  test.each([
    "",
    "delete from users",
    "insert into t values (1)",
    "update t set a = 1",
    "explain analyze delete from t",
    "with gone as (delete from users returning *) select * from gone",
    "with a as (select 1) insert into t select * from a",
    "select * into copy from users",
    "select 1; drop table users",
    "select 1;;drop table users",
    "select ';' ; drop table users",
    "select ';'",
    // On one line, what is behind the comment's end cannot be told from the comment.
    "select 1 -- a comment",
    "select 1 /* open",
    "select 'open",
    "call refresh()",
    "pragma user_version = 7",
    "vacuum",
    "select * from t for update",
  ])("%s", (sql) => {
    expect(onlyReads(sql, "postgresql")).toBe(false);
  });

  test.each(["select 1 /*!50000 into outfile '/tmp/x' */", "select 1 /*M! into outfile '/tmp/x' */"])(
    "mysql: %s",
    (sql) => {
      expect(onlyReads(sql, "mysql")).toBe(false);
    },
  );

  test("any text with a second statement, in each dialect", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("postgresql", "mysql", "sqlite", ""), (text, system) => {
        expect(onlyReads(`select ${text}; drop table users`, system)).toBe(false);
      }),
    );
  });
});
