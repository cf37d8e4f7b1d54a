import { spawn } from "node:child_process";
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { createConnection, createPool } from "mysql2";
import { createPool as createPromisePool } from "mysql2/promise";
import { createClient } from "redis";
import { describe, expect, expectTypeOf, test } from "vitest";
import { InvalidOptionError } from "latchkey";
import { instrument } from "latchkey/toolbar";
import { postgresPrograms, startPostgres } from "../../support/services.ts";
import { spansOf } from "./spans-of.ts";

class SecretClient {
  readonly password = "hunter2-hunter2";
}

describe("instrument", () => {
  test("returns the same object, with its type", () => {
    const database = new DatabaseSync(":memory:");
    const same = instrument(database);
    expectTypeOf(same).toEqualTypeOf<DatabaseSync>();
    expect(same).toBe(database);
  });

  test.each([
    ["a string", "postgres://user:hunter2@host/db", "a string"],
    ["null", null, "null"],
    ["nothing", undefined, "nothing"],
    ["an object without methods", {}, "an object"],
    ["an object of another class", new SecretClient(), "an object of the class SecretClient"],
    ["a Map", new Map(), "an object of the class Map"],
    ["a function", () => {}, "a function"],
    ["an object without a prototype", Object.create(null), "an object"],
  ])("refuses %s, names it, and lists what it knows", (_, client, named) => {
    const refused = (): unknown => instrument(client as object);
    expect(refused).toThrow(InvalidOptionError);
    expect(refused).toThrow(`instrument(client) got ${named}.`);
    for (const name of [
      "pg (Pool, Client)",
      "postgres.js",
      "node:sqlite",
      "better-sqlite3",
      "drizzle",
      "knex",
      "kysely",
      "Prisma",
      "nodemailer",
      "mysql2",
    ])
      expect(refused).toThrow(name);
    expect(refused).not.toThrow("hunter2");
  });

  test("says what to do with a PrismaClient", () => {
    const client = { $extends() {}, $connect() {}, $transaction() {} };
    expect(() => instrument(client)).toThrow(/adapter: instrument\(new PrismaPg/);
  });

  test("names the client of a drizzle database that it does not know", () => {
    const database = { $client: new SecretClient(), select() {}, insert() {}, transaction() {} };
    expect(() => instrument(database)).toThrow(
      "the $client of a drizzle database got an object of the class SecretClient",
    );
  });

  test("returns clients that publish by themselves as they are", () => {
    const mysql = { host: "127.0.0.1", port: 1 };
    const connection = createConnection(mysql);
    connection.on("error", () => {});
    const clients = [
      createPool(mysql),
      connection,
      createPromisePool(mysql),
      createClient(),
      new Redis({ lazyConnect: true }),
    ];
    for (const client of clients) {
      const keys = Reflect.ownKeys(client);
      expect(instrument(client)).toBe(client);
      expect(Reflect.ownKeys(client)).toEqual(keys);
    }
    connection.destroy();
  });

  test("a listener that throws does not reach the application", async () => {
    const database = instrument(new DatabaseSync(":memory:"));
    const spans = await spansOf(() => {
      const named = { toString: (): string => "x" };
      expect(() => database.prepare(named as unknown as string)).toThrow(TypeError);
      expect(database.prepare("select 1 as one").get()).toEqual({ one: 1 });
    });
    expect(spans.at(-1)).toMatchObject({ label: "select 1 as one" });
  });
});

describe.skipIf(postgresPrograms === undefined)("an error that the application does not handle", () => {
  const script = fileURLToPath(new URL("unhandled.ts", import.meta.url));
  /** How the process ends, and the first line of what it says. */
  async function endOf(library: string, way: string, url: string): Promise<readonly unknown[]> {
    const child = spawn(process.execPath, [
      "--conditions=latchkey-source",
      "--disable-warning=ExperimentalWarning",
      script,
      library,
      way,
      url,
    ]);
    let output = "";
    child.stderr.on("data", (chunk: Buffer) => void (output += chunk.toString()));
    const [code] = (await once(child, "close")) as [number];
    return [code, /.*does not exist.*/.exec(output)?.[0]];
  }

  test.each(["pg", "postgres"])(
    "of %s ends the process as before",
    async (library) => {
      const server = await startPostgres();
      try {
        const plain = await endOf(library, "plain", server.url);
        expect(plain).toEqual([1, expect.stringContaining('"missing" does not exist')]);
        expect(await endOf(library, "observed", server.url)).toEqual(plain);
        expect(await endOf(library, "heard", server.url)).toEqual(plain);
      } finally {
        await server.stop();
      }
    },
    60_000,
  );
});
