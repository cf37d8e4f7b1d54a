import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClient, type Client } from "@libsql/client";
import { InvalidOptionError } from "latchkey";
import { AsyncSqliteStore, type LibsqlClient } from "latchkey/stores/sqlite-async";
import { SqliteStore } from "latchkey/stores/sqlite";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { FULL, ownTime, storeSuite, type OpenedStore } from "../contracts/store-suite.ts";
import { latchkeyOn } from "../support/mounts.ts";
import { AT_ONCE, race, staysLoggedOut } from "../support/race.ts";

const END = 4_000_000_000;
const folder = mkdtempSync(join(tmpdir(), "latchkey-libsql-"));
afterAll(() => rmSync(folder, { recursive: true }));

const open = (file: string, intMode: "number" | "bigint" = "number"): Client =>
  createClient({ url: `file:${join(folder, file)}`, intMode });

describe("AsyncSqliteStore with libSQL", { timeout: 120_000 }, () => {
  const time = ownTime();
  const contractOf = (name: string, openClient: () => Client): void =>
    storeSuite(
      name,
      FULL,
      async (): Promise<OpenedStore<AsyncSqliteStore>> => {
        const client = openClient();
        const store = new AsyncSqliteStore(client, { clock: time.now });
        await store.createSchema();
        return { store, close: () => client.close() };
      },
      time,
    );
  contractOf("in a file", () => open("contract.sqlite"));
  contractOf("in a file, with bigints", () => open("bigints.sqlite", "bigint"));

  test(`T14: ${AT_ONCE} requests at once lose no key and no increment, and a logout stays a logout`, async () => {
    const client = open("race.sqlite");
    onTestFinished(() => client.close());
    const store = new AsyncSqliteStore(client);
    await store.createSchema();
    const mount = latchkeyOn(store, 8);
    expect(await race(mount)).toEqual({ answered: AT_ONCE, lostKeys: 0, lostIncrements: 0 });
    expect(await staysLoggedOut(mount)).toBe(true);
  });

  test("has the table of SqliteStore: both read the same file", async () => {
    const client = open("shared.sqlite");
    onTestFinished(() => client.close());
    const database = new DatabaseSync(join(folder, "shared.sqlite"));
    onTestFinished(() => database.close());
    const [remote, local] = [new AsyncSqliteStore(client), new SqliteStore(database)];
    expect(remote.schema).toBe(local.schema);
    await remote.createSchema();
    await remote.set("a", "one", END);
    expect(await local.set("a", "two", END, { replaces: "one" })).toBe(true);
    expect(await remote.get("a")).toBe("two");
  });

  test("creates nothing until it is asked to, and nothing twice", async () => {
    const client = open("schema.sqlite");
    onTestFinished(() => client.close());
    const store = new AsyncSqliteStore(client, { table: "visitors" });
    await expect(store.get("a")).rejects.toThrow(/no such table/);
    await store.createSchema();
    await store.createSchema();
    expect(await store.get("a")).toBeUndefined();
    await store.set("a", "one", END);
    expect((await client.execute("SELECT id FROM visitors")).rows.map(({ id }) => id)).toEqual(["a"]);
  });

  test("A17: refuses a value that is not such a database, unknown options, and an incomplete row", async () => {
    const client = open("refused.sqlite");
    onTestFinished(() => client.close());
    for (const bad of [undefined, null, {}, "file:app.sqlite", { execute: () => {} }, Promise.resolve(client)])
      expect(() => new AsyncSqliteStore(bad as unknown as LibsqlClient)).toThrow(InvalidOptionError);
    const database = new DatabaseSync(":memory:");
    onTestFinished(() => database.close());
    expect(() => new AsyncSqliteStore(database as unknown as LibsqlClient)).toThrow(/use SqliteStore/);
    expect(() => new AsyncSqliteStore("file:app.sqlite" as unknown as LibsqlClient)).toThrow(
      /It got a string\. Fix: new AsyncSqliteStore\(env\.DB\)/,
    );
    expect(() => new AsyncSqliteStore(client, { tabel: "x" } as object)).toThrow(
      /no option "tabel"\. Did you mean "table"\?/,
    );
    for (const table of ["", "a b", "x; DROP TABLE y", "1st", "x".repeat(64), 7 as unknown as string])
      expect(() => new AsyncSqliteStore(client, { table })).toThrow(InvalidOptionError);
    const store = new AsyncSqliteStore(client);
    for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(store.deleteExpired(limit)).rejects.toThrow(InvalidOptionError);
  });
});
