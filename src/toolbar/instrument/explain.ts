/** The longest time that a database may think about a plan, in milliseconds. */
export const EXPLAIN_TIMEOUT = 5_000;

/**
 * Whether a plan of this statement may be asked for: it is one statement, and it begins with a
 * word of those that read.
 *
 * A semicolon inside of the statement is refused, also within a string. Otherwise a text such as
 * `select 1; commit; delete …` would leave the read-only transaction that a plan is made in.
 */
export function isExplainable(text: string): boolean {
  const statement = text.trimEnd().replace(/;$/, "");
  return /^(?:select|with|values|table)\b/i.test(withoutLeadingComments(statement)) && !statement.includes(";");
}

/**
 * The plan of a statement for PostgreSQL, as lines. The statement is planned and not executed, in a
 * transaction that may not write.
 *
 * @param query runs one statement of a connection that nothing else uses until this has ended.
 */
export async function explainPostgres(
  query: (text: string, isStatement: boolean) => Promise<unknown>,
  text: string,
): Promise<readonly string[]> {
  await query("BEGIN READ ONLY", false);
  try {
    // A lock that another connection holds would otherwise be waited for without end.
    await query(`SET LOCAL statement_timeout = ${EXPLAIN_TIMEOUT}`, false);
    return planLines(await query(postgresExplain(text), true));
  } finally {
    await query("ROLLBACK", false);
  }
}

/** The statement that asks PostgreSQL for a plan. */
export function postgresExplain(text: string): string {
  return `EXPLAIN (FORMAT TEXT) ${text}`;
}

/** The lines of a plan of PostgreSQL, from its rows. */
export function planLines(rows: unknown): readonly string[] {
  return Array.isArray(rows) ? rows.flatMap((row: object) => Object.values(row).map(String)) : [];
}

/** The statement that asks SQLite for a plan. It is never executed, and has no side effect. */
export function sqliteExplain(text: string): string {
  return `EXPLAIN QUERY PLAN ${text}`;
}

/** The lines of a plan of SQLite, from its rows: each below the step that it is a part of. */
export function sqlitePlanLines(rows: unknown): readonly string[] {
  if (!Array.isArray(rows)) return [];
  const depths = new Map<unknown, number>();
  return rows.map((row: { id?: unknown; parent?: unknown; detail?: unknown }) => {
    const depth = (depths.get(Number(row.parent)) ?? -1) + 1;
    depths.set(Number(row.id), depth);
    return `${"  ".repeat(depth)}${String(row.detail)}`;
  });
}

function withoutLeadingComments(text: string): string {
  let rest = text.trimStart();
  for (;;) {
    const end = rest.startsWith("--") ? rest.indexOf("\n") : rest.startsWith("/*") ? rest.indexOf("*/", 2) : undefined;
    if (end === undefined) return rest;
    if (end === -1) return "";
    rest = rest.slice(rest.startsWith("--") ? end + 1 : end + 2).trimStart();
  }
}
