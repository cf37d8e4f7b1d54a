import { describe, expect, test } from "vitest";
import { isExplainable, sqlitePlanLines } from "../../../src/toolbar/instrument/explain.ts";

describe("a plan is offered", () => {
  test.each([
    "select 1",
    "  SELECT\n* from items;",
    "with a as (select 1) select * from a",
    "values (1), (2)",
    "table items",
    "/* name: items */ select 1",
    "-- name\n-- more\n select 1",
    "/**//**/ select 1",
  ])("for %j", (text) => {
    expect(isExplainable(text)).toBe(true);
  });

  test.each([
    "",
    "delete from items",
    "insert into items select 1",
    "explain analyze delete from items",
    "analyze",
    "selection",
    "select 1; delete from items",
    "select 1; commit; delete from items;",
    "/* select */ delete from items",
    "-- select 1",
    "/* select 1",
    "begin",
    "call writes()",
  ])("but not for %j", (text) => {
    expect(isExplainable(text)).toBe(false);
  });

  test("in little time, for a text of many comments", () => {
    expect(isExplainable(`${"/**/".repeat(100_000)}delete`)).toBe(false);
    expect(isExplainable("/*".repeat(200_000))).toBe(false);
  });
});

test("the steps of a plan of SQLite are below the step that they are a part of", () => {
  const rows = [
    { id: 2, parent: 0, detail: "COMPOUND QUERY" },
    { id: 3, parent: 2, detail: "LEFT-MOST SUBQUERY" },
    { id: 6, parent: 3, detail: "SCAN items" },
    { id: 20n, parent: 2n, detail: "UNION ALL" },
  ];
  expect(sqlitePlanLines(rows)).toEqual(["COMPOUND QUERY", "  LEFT-MOST SUBQUERY", "    SCAN items", "  UNION ALL"]);
});
