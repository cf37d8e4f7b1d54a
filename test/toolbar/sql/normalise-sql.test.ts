import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normaliseSql } from "../../../src/toolbar/sql/normalise-sql.ts";

const SYSTEMS = ["postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle", ""] as const;
const system = fc.constantFrom(...SYSTEMS);
const fingerprint = (sql: string, of = "postgresql"): string => normaliseSql(sql, of).fingerprint;

describe("two runs of one line of code have the same fingerprint", () => {
  test.each([
    ["postgresql", "select * from users where id = 1", "SELECT  *\n FROM users WHERE id=42"],
    ["postgresql", "select * from users where id = $1", "select * from users where id = 'x'"],
    ["postgresql", "select 1 -- one\n from t", "select 2 from t"],
    ["postgresql", "select /* a /* nested */ one */ 1", "select 7 /*x*/"],
    ["postgresql", "select 'it''s' from t", "select 'x' from t"],
    ["postgresql", "select E'it\\'s' from t", "select e'x' from t"],
    ["postgresql", "select $$it's$$, $tag$ $$ $tag$ from t", "select 'a', 'b' from t"],
    ["postgresql", "select x'ff', b'01' from t", "select x'00', b'11' from t"],
    ["postgresql", "select * from t where id in (1, 2, 3)", "select * from t where id in ($1)"],
    ["postgresql", "select * from t where id = any(array[1,2])", "select * from t where id = any(array[3])"],
    ["postgresql", "insert into t values (1, now()), (2, now())", "insert into t values (3, now())"],
    ["postgresql", "insert into t values (1, 'a'), (2, 'b');", "insert into t values ($1, $2)"],
    ["postgresql", "select * from t where (a, b) in ((1, 2), (3, 4))", "select * from t where (a, b) in ((5, 6))"],
    ["postgresql", "select -1, - 1.5e10, 0xFF, .5, 1_000", "select -2, +3, 4, 5, 6"],
    ["postgresql", "update t set a = null, b = true", "update t set a = 'x', b = false"],
    ["mysql", "select \"a\\\"b\", 'c\\'d' from t # comment\n where x", "select \"x\", 'y' from t where x"],
    ["mysql", "select `id` from t where name = 'Bj\\'örk'", "select `id` from t where name = ?"],
    ["mysql", "select a from t where b=:name", "select a from t where b=?"],
    ["sqlite", "select [a b] from t where c = ?1", "select [a b] from t where c = :c"],
    ["sqlite", "select * from t where c = @c", "select * from t where c = $c"],
    ["sqlite", "select * from t where c = ••••••••", "select * from t where c = 'hunter2'"],
    ["mssql", "select [a]]b] from t where c = @p1", "select [a]]b] from t where c = N'x'"],
  ] as const)("%s: %s", (of, one, other) => {
    expect(fingerprint(one, of)).toBe(fingerprint(other, of));
  });
});

describe("two statements have different fingerprints", () => {
  test.each([
    ["postgresql", 'select "a" from t', 'select "b" from t'],
    ["postgresql", "select * from t1", "select * from t2"],
    ["postgresql", "select * from t where a is null", "select * from t where a is not null"],
    ["postgresql", "select a - 1 from t", "select a + 1 from t"],
    ["postgresql", "select f(1, 2)", "select f(1)"],
    ["postgresql", "select * from t where a <= 1", "select * from t where a < 1"],
    ["postgresql", "select a::int from t", "select a::text from t"],
    ["postgresql", "select data->>'a' from t", "select data->'a' from t"],
    ["mysql", "select `a` from t", "select `b` from t"],
    // On one line, the end of a comment is not known, so what follows it counts.
    ["postgresql", "select 1 -- x from a", "select 1 -- x from b"],
  ] as const)("%s: %s / %s", (of, one, other) => {
    expect(fingerprint(one, of)).not.toBe(fingerprint(other, of));
  });
});

test("a fingerprint can be read", () => {
  expect(
    fingerprint(
      "SELECT u.*, count(*) FROM \"Users\" u WHERE u.id IN ($1, $2) AND a::date >= now() - interval '1 day';",
    ),
  ).toBe('select u.*, count(*) from "Users" u where u.id in (?) and a::date >= now() - interval ?');
});

test.each([
  ["select 1", 1],
  ["select * from t where id in (1, 2, 3)", 3],
  ["select * from t where id = $1 and b in ($2, $3)", 2],
  ["insert into t (a, b, c) values ($1, $2, $3)", 1],
  ["insert into t (a, b) values ($1, $2), ($3, $4), ($5, $6)", 3],
  ["insert into t values (1, now()), (2, now())", 2],
  ["select * from t where a = any(array[1, 2, 3, 4])", 4],
])("the longest list of %s has %d", (sql, batch) => {
  expect(normaliseSql(sql, "postgresql").batch).toBe(batch);
});

/** Texts that are made of what matters to a reader of SQL. */
const PIECES = (
  "' \" ` [ ] ( ) , . ; : :: ? $ $$ $a$ $1 - -- --\n # /* */ /*! • … \\ \\' '' \"\" = <> -> ->> @ @@ @a :a 1 .5 1e 0x e' x' a A É İ \ud800 \u00a0 " +
  "select in values any array is not null true is\n\t"
)
  .split(" ")
  .concat(" ", "\n");
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join("")),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join(" ")),
  fc.string({ unit: "binary", maxLength: 200 }),
);

describe("for any text", () => {
  test("it does not throw, and a second time changes nothing", () => {
    fc.assert(
      fc.property(hostile, system, (text, of) => {
        const once = normaliseSql(text, of).fingerprint;
        expect(normaliseSql(once, of).fingerprint).toBe(once);
      }),
      { numRuns: 20_000 },
    );
  });

  test("no value of a parameter or a literal is left", () => {
    const value = fc.oneof(
      fc.integer().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.string().map((text) => `'${text.replaceAll("'", "''")}'`),
      fc.constantFrom("$1", "?", ":name", "null", "true", "$$x'$$", "E'\\''", "x'0f'"),
    );
    fc.assert(
      fc.property(value, fc.array(value, { minLength: 1 }), (one, list) => {
        expect(fingerprint(`SELECT a FROM t WHERE b = ${one} AND c IN (${list.join(",")})`)).toBe(
          "select a from t where b = ? and c in (?)",
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test("white space, case and comments do not matter", () => {
    const gap = fc.constantFrom(" ", "\n", "\t \r\n", "/* it's */", " -- it's\n", "/**/ ");
    fc.assert(
      fc.property(fc.array(gap, { minLength: 6, maxLength: 6 }), fc.boolean(), (gaps, isUpper) => {
        const words = ["select", "a", "from", "t", "where", "b", "="];
        const text = words.map((word, index) => word + (gaps[index] ?? " ")).join("");
        expect(fingerprint(`${isUpper ? text.toUpperCase() : text}1`)).toBe("select a from t where b = ?");
      }),
    );
  });
});

// For 1 MB, a reader with quadratic time needs many minutes. So the time limit of the test finds
// it, also on a machine that is busy.
describe("1 MB of the same text again and again", () => {
  const texts = "a' \" ` [ ( values( ),( in(1, $a$ $a -- /* /*/ \\' # 1e - ? •".split(" ");
  test.each(["postgresql", "mysql"])(
    "%s",
    (of) => {
      for (const text of texts) normaliseSql(text.repeat(1_000_000 / text.length), of);
    },
    180_000,
  );
});
