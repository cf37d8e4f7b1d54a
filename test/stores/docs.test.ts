import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { runInThisContext } from "node:vm";
import * as connectRedis from "connect-redis";
import * as ioredis from "ioredis";
import * as latchkey from "latchkey";
import * as keys from "latchkey/keys";
import * as expressStore from "latchkey/stores/express-store";
import * as mysqlStore from "latchkey/stores/mysql";
import * as postgresStore from "latchkey/stores/postgres";
import * as redisStore from "latchkey/stores/redis";
import * as mysql2 from "mysql2/promise";
import * as pg from "pg";
import * as postgres from "postgres";
import * as redis from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mariadbPrograms, startMariaDb } from "../support/mariadb.ts";
import { postgresPrograms, redisPrograms, startPostgres, startRedis, type Service } from "../support/services.ts";

const MODULES: Readonly<Record<string, object>> = {
  "connect-redis": connectRedis,
  ioredis,
  latchkey,
  "latchkey/keys": keys,
  "latchkey/stores/express-store": expressStore,
  "latchkey/stores/mysql": mysqlStore,
  "latchkey/stores/postgres": postgresStore,
  "latchkey/stores/redis": redisStore,
  "mysql2/promise": mysql2,
  pg,
  postgres,
  redis,
};

interface Made {
  readonly store?: latchkey.SessionStore;
  readonly manager?: latchkey.SessionManager;
  readonly client?: { destroy?(): unknown; disconnect?(): unknown; end?(): unknown };
  readonly sql?: { end(): unknown };
}

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), "utf8");
const blocksOf = (name: string): readonly string[] =>
  [...page(name).matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => match[1]!);

/** Runs a block as a reader would, and returns what it has made. */
async function run(code: string, env: Readonly<Record<string, string>>): Promise<Made> {
  const body = code
    .replace(/^import (\{.*\}) from "(.*)";$/gm, 'const $1 = modules["$2"];')
    .replace(/^import (\w+) from "(.*)";$/gm, 'const $1 = modules["$2"].default;');
  const made = ["store", "manager", "client", "sql"].filter((name) => new RegExp(`const ${name}\\b`).test(code));
  const block = runInThisContext(
    `(async (modules, process) => {${stripTypeScriptTypes(body)}\nreturn { ${made.join(", ")} };\n})`,
  ) as (modules: typeof MODULES, process: { readonly env: typeof env }) => Promise<Made>;
  return await block(MODULES, { env: { SECRET_KEY: keys.generateSecretKey(), ...env } });
}

async function works({ store, manager, client, sql }: Made, id: string): Promise<void> {
  try {
    if (store !== undefined) {
      expect(await store.set(id, "payload", 4_000_000_000)).toBe(true);
      expect(await store.get(id)).toBe("payload");
    }
    if (manager !== undefined) {
      const session = await manager.load(undefined);
      session.data["name"] = "Ada";
      const cookie = (await manager.commit(session))
        .find(([name]) => name.toLowerCase() === "set-cookie")![1]
        .split(";")[0]!;
      expect((await manager.load(cookie)).data).toEqual({ name: "Ada" });
    }
    expect(store ?? manager).toBeDefined();
  } finally {
    if (client?.destroy !== undefined) client.destroy();
    else if (client?.disconnect !== undefined) client.disconnect();
    else await client?.end?.();
    await sql?.end();
  }
}

describe.skipIf(redisPrograms === undefined)("the code on the pages about Redis runs", () => {
  let server: Service;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(async () => await server.stop());

  for (const [number, code] of [...blocksOf("stores-redis"), ...blocksOf("stores-express")].entries()) {
    test(
      code.split("\n")[0]!,
      async () => await works(await run(code, { REDIS_URL: `redis://127.0.0.1:${server.port}` }), `block-${number}`),
    );
  }
});

describe("the page about PostgreSQL", () => {
  test("shows the schema that is created", () => {
    const { schema } = new postgresStore.PostgresStore({ query: async () => await Promise.resolve({ rows: [] }) });
    expect(page("stores-postgres")).toContain(`\`\`\`sql\n${schema}\`\`\``);
  });

  describe.skipIf(postgresPrograms === undefined)("has code that runs", () => {
    let server: Awaited<ReturnType<typeof startPostgres>>;
    beforeAll(async () => {
      server = await startPostgres();
      const client = new pg.Pool({ connectionString: server.url });
      await client.query("CREATE SCHEMA web");
      await new postgresStore.PostgresStore(client, { table: "web.sessions" }).createSchema();
      await client.end();
    });
    afterAll(async () => await server.stop());

    for (const [number, code] of blocksOf("stores-postgres")
      .filter((block) => block.includes("import"))
      .entries()) {
      test(
        code.split("\n")[0]!,
        async () => await works(await run(code, { DATABASE_URL: server.url }), `block-${number}`),
      );
    }
  });
});

describe("the page about MySQL", () => {
  test("shows the schema that is created", () => {
    const { schema } = new mysqlStore.MysqlStore({ execute: async () => await Promise.resolve([[], []]) });
    expect(page("stores-mysql")).toContain(`\`\`\`sql\n${schema}\`\`\``);
  });

  describe.skipIf(mariadbPrograms === undefined)("has code that runs", () => {
    let server: Awaited<ReturnType<typeof startMariaDb>>;
    beforeAll(async () => void (server = await startMariaDb()), 120_000);
    afterAll(async () => await server.stop());

    for (const [number, code] of blocksOf("stores-mysql")
      .filter((block) => block.includes("import"))
      .entries()) {
      test(
        code.split("\n")[0]!,
        async () => await works(await run(code, { DATABASE_URL: server.url }), `block-${number}`),
      );
    }
  });
});
