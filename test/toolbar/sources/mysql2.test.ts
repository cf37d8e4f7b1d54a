import mysql, { type Pool } from "mysql2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mariadbPrograms, startMariaDb } from "../../support/mariadb.ts";
import { labelsOf, RecordedServer } from "../../support/recorded-server.ts";
import type { Service } from "../../support/services.ts";

describe.skipIf(mariadbPrograms === undefined)("mysql2 with MariaDB", () => {
  const server = new RecordedServer();
  let service: Service & { readonly url: string };
  let pool: Pool;

  beforeAll(async () => {
    service = await startMariaDb();
    // Far fewer connections than requests, so that most of them wait for one.
    pool = mysql.createPool({ uri: service.url, connectionLimit: 4 });
    const db = pool.promise();
    await db.query("create table mysql.carts (id int primary key, owner varchar(40))");
    await db.query("create table mysql.accounts (name varchar(40), password varchar(40))");
    await server.start((request, response) => {
      const n = Number(request.url!.split("/").at(-1));
      const finish = (): void => void response.end("done");
      const run: Readonly<Record<string, () => Promise<unknown>>> = {
        "/rows": async () => {
          await db.execute("insert into carts values (?, ?), (?, ?)", [1, "ann", 2, "bob"]);
          await db.execute("select *\n   from carts where id < ?", [10]);
          await db.query("select * from carts where owner = ?", ["ann"]);
          await db.query("select 1");
        },
        "/secrets": async () => {
          await db.execute("insert into accounts (name, password) values (?, ?)", ["ann", "hunter2"]);
          await db.query("insert into accounts (name, password) values (?, ?)", ["bob", "hunter2"]);
          await db.query("update accounts set password = ? where name = ?", ["hunter2", "ann"]);
        },
        "/fails": async () => await db.query("select * from nothing").catch(() => {}),
        "/many": async () => {
          const connection = await db.getConnection();
          for (let index = 0; index < 1_200; index++) await connection.query("select ? as n", [index]);
          connection.release();
        },
      };
      if (request.url!.startsWith("/callback")) {
        pool.query("select ? as first", [n], () => {
          pool.execute("select ? as second", [n], () => {
            pool.query("select ? as third", [n], finish);
          });
        });
        return;
      }
      const own = async (): Promise<void> => {
        await db.query("select ? as first", [n]);
        await Promise.all([db.execute("select ? as second", [n]), db.query("select ? as third", [n])]);
      };
      void (run[request.url!] ?? own)().then(finish);
    });
  });
  afterAll(async () => {
    await server.stop();
    await pool?.promise().end();
    await service?.stop();
  });

  test.each(["", "/callback"])(
    "40 requests at once have their own statements, with 4 connections%s",
    async (prefix) => {
      for (const { path, spans } of await server.visitForty(prefix)) {
        const n = Number(path.split("/").at(-1));
        const statements = spans.filter(({ kind }) => kind === "sql");
        expect(statements.map(({ label }) => label).toSorted()).toEqual([
          `select ${n} as first`,
          `select ${n} as third`,
          "select ? as second",
        ]);
        for (const { detail, duration, where, parent, error } of statements) {
          expect(detail).toMatchObject({ system: "mysql", database: "mysql", params: [n], rows: 1 });
          expect([duration === null, parent, error]).toEqual([false, null, null]);
          if (prefix === "") expect(where).toMatch(/^test\/toolbar\/sources\/mysql2\.test\.ts:\d+$/);
        }
      }
    },
  );

  test("says how many rows, and whether the values are in the text", async () => {
    const { spans } = await server.visit("/rows");
    expect(spans.filter(({ kind }) => kind === "sql")).toMatchObject([
      { label: "insert into carts values (?, ?), (?, ?)", detail: { params: [1, "ann", 2, "bob"], rows: 2 } },
      { label: "select * from carts where id < ?", detail: { params: [10], rows: 2 } },
      { label: "select * from carts where owner = 'ann'", detail: { params: ["ann"], rows: 1, isInlined: true } },
      { label: "select 1", detail: { rows: 1 } },
    ]);
    expect(spans.map(({ detail }) => "isInlined" in detail).filter(Boolean)).toHaveLength(1);
  });

  test("hides the values of columns with telling names", async () => {
    const { spans } = await server.visit("/secrets");
    expect(labelsOf(spans, "sql")).toEqual([
      "insert into accounts (name, password) values (?, ?)",
      "insert into accounts (name, password) values ('bob', '••••••••')",
      "update accounts set password = •••••••• where name = 'ann'",
    ]);
    expect(JSON.stringify(spans)).not.toContain("hunter2");
  });

  test("has the error of a statement that failed", async () => {
    const { spans } = await server.visit("/fails");
    expect(spans.filter(({ kind }) => kind === "sql")).toMatchObject([
      { error: expect.stringMatching(/Error: Table .* doesn't exist/) },
    ]);
  });

  test("leaves out parameters after 300 spans, and spans after 1,000", async () => {
    const { spans, omitted } = await server.visit("/many");
    expect(spans).toHaveLength(1_000);
    expect(omitted).toEqual({ sql: 200 });
    expect(labelsOf(spans, "sql").at(-1)).toMatch(/^select \d+ as n$/);
    expect(spans.filter(({ detail }) => "params" in detail)).toHaveLength(300);
  });

  test("shows a connection that a request had to open", async () => {
    const fresh = mysql.createPool({ uri: service.url, connectionLimit: 1 });
    const other = new RecordedServer();
    await other.start((_, response) => fresh.query("select 1", () => response.end()));
    const { spans } = await other.visit("/");
    expect(labelsOf(spans, "connect")).toEqual([`MySQL 127.0.0.1:${service.port}`]);
    expect(labelsOf(spans, "sql")).toEqual(["select 1"]);
    await other.stop();
    await fresh.promise().end();
  });
});
