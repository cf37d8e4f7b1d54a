import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { KeyRing, SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { SqliteStore } from "latchkey/stores/sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cli } from "../support/cli.ts";

let folder: string;
let now: number;
let manager: SessionManager;
let database: DatabaseSync;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-sessions-"));
  database = new DatabaseSync(join(folder, "app.sqlite"));
  now = Math.floor(performance.timeOrigin / 1000);
  const store = new SqliteStore(database, { clock: () => now });
  store.createSchema();
  manager = new SessionManager({ keys: new KeyRing(generateSecretKey()), store, clock: () => now });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

async function logIn(subject: string): Promise<void> {
  const session = await manager.load(undefined);
  session.login(subject);
  await manager.commit(session);
}
const run = async (...args: string[]): ReturnType<typeof cli> => await cli(["sessions", ...args], { cwd: folder });
const STORE = ["--store", "sqlite:app.sqlite"];

describe("latchkey sessions, on SQLite", () => {
  test("lists a subject's sessions by handles, ends one, and ends the others", async () => {
    for (const subject of ["7", "7", "7", "8"]) await logIn(subject);
    const listed = JSON.parse((await run("list", ...STORE, "--subject", "7", "--json")).out) as {
      id: string;
      subject: string;
    }[];
    expect(listed.map(({ subject }) => subject)).toEqual(["7", "7", "7"]);
    expect((await run("list", ...STORE, "--subject", "7")).out.split("\n")[0]).toMatch(
      /^\S{43} {2}created \d{4}-.*Z {2}seen .*until /,
    );

    expect(await run("revoke", ...STORE, "--id", listed[0]!.id)).toMatchObject({ code: 0, out: "Ended.\n" });
    expect(await run("revoke", ...STORE, "--subject", "7", "--except", listed[1]!.id)).toMatchObject({
      out: "Ended 1 session.\n",
    });
    expect((await manager.list("7")).map(({ id }) => id)).toEqual([listed[1]!.id]);
    expect(await manager.list("8")).toHaveLength(1);
    expect((await run("list", ...STORE, "--subject", "nobody")).out).toBe("No sessions.\n");
  });

  test("prunes what has expired, in as many steps as it takes", async () => {
    now -= 90 * 24 * 60 * 60;
    const store = new SqliteStore(database, { clock: () => now });
    database.exec("BEGIN");
    for (let count = 0; count < 2500; count++) await store.set(`old-${count}`, "{}", now + 60);
    database.exec("COMMIT");
    now = Math.floor(performance.timeOrigin / 1000);
    await logIn("7");
    expect(JSON.parse((await run("prune", ...STORE, "--json")).out)).toEqual({ removed: 2500 });
    expect((await run("prune", ...STORE)).out).toBe("Removed 0 expired sessions.\n");
    expect(await manager.list("7")).toHaveLength(1);
  });

  test("prints schemas that a database takes", async () => {
    const { code, out } = await run("schema", "sqlite", "--table", "web_sessions");
    expect(code).toBe(0);
    database.exec(out);
    database.exec(out);
    expect(database.prepare("SELECT count(*) AS count FROM web_sessions").get()).toEqual({ count: 0 });
    expect((await run("schema", "postgres")).out).toMatch(/^CREATE TABLE IF NOT EXISTS "latchkey_sessions"/);
    expect((await run("schema", "mysql")).out).toMatch(/^CREATE TABLE IF NOT EXISTS `latchkey_sessions`/);
    expect(await run("schema", "redis")).toMatchObject({ code: 2, error: expect.stringContaining("needs no schema") });
  });

  test("says what it needs, creates nothing, and needs no driver that is not asked for", async () => {
    expect(await run("list", "--store", "sqlite:none.sqlite", "--subject", "7")).toMatchObject({
      code: 2,
      error: expect.stringContaining("There is no database"),
    });
    expect(await run("list", "--store", "mongodb://x", "--subject", "7")).toMatchObject({
      code: 2,
      error: expect.stringContaining("The store must be a URL"),
    });
    expect(await run("revoke", ...STORE)).toMatchObject({
      code: 2,
      error: expect.stringContaining("Exactly one of --id and --subject"),
    });
    expect(await run("list", "--store", "redis://127.0.0.1:1", "--subject", "7")).toMatchObject({
      code: 2,
      error: expect.stringContaining("npm install redis"),
    });
    expect(await run("list", "--subject", "7")).toMatchObject({ code: 2 });
  });
});
