import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { flask, KeyRing, sealed, SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  applicationOfPage,
  blockWith,
  deploy,
  deploymentFolder,
  replaced,
  SHOWN_COOKIE,
  startDeployed,
  withRedis,
  writeProgram,
} from "../support/docs/deployed-app.ts";
import { redisPrograms, startRedis, type Service } from "../support/services.ts";
import { SiteVisitor } from "../support/site-visitor.ts";

const run = promisify(execFile);
const SITE = "https://shop.example.com";
const SECRET_KEY = generateSecretKey();
const PATIENCE = { timeout: 120_000 };

const folder = deploymentFolder();
afterAll(() => folder.remove());

const PLACES = [
  ["in the cookie", applicationOfPage],
  ["in Redis", () => withRedis(applicationOfPage())],
] as const;

/** The function of the page. */
const functionOfPage = (): string => blockWith("ts", "export default async function handler");
const HANDLERS = [
  ["in the cookie", functionOfPage],
  ["in Redis", () => withRedis(functionOfPage())],
] as const;

describe.skipIf(redisPrograms === undefined)("several processes", PATIENCE, () => {
  let redis: Service;
  let env: Record<string, string>;
  beforeAll(async () => {
    redis = await startRedis();
    writeFileSync(join(folder.path, "secret_key"), `${SECRET_KEY}\n`, { mode: 0o600 });
    env = { SECRET_KEY_FILE: join(folder.path, "secret_key"), REDIS_URL: `redis://127.0.0.1:${redis.port}` };
  });
  afterAll(async () => await redis.stop());

  test.each(HANDLERS)(
    "of a serverless function, with sessions %s: a login survives cold starts",
    async (_, handler) => {
      writeProgram(folder.path, "handler.ts", handler());
      writeProgram(
        folder.path,
        "once.ts",
        `import handler from "./handler.ts";
const [method = "GET", cookie = ""] = process.argv.slice(2);
const headers = { cookie, origin: "${SITE}", "x-forwarded-proto": "https" };
const answer = await handler(new Request("${SITE}/", { method, headers }));
console.log(JSON.stringify([answer.status, answer.headers.getSetCookie(), await answer.text()]));
process.exit();
`,
      );
      const ask = async (method: string, cookie = ""): Promise<[number, string[], string]> => {
        const options = { env: { NODE_ENV: "production", PATH: process.env["PATH"], ...env } };
        const { stdout, stderr } = await run(process.execPath, [join(folder.path, "once.ts"), method, cookie], options);
        expect(stderr).not.toContain("LATCHKEY_");
        return JSON.parse(stdout) as [number, string[], string];
      };
      const [status, setCookie] = await ask("POST");
      expect([status, setCookie]).toEqual([303, [expect.stringMatching(SHOWN_COOKIE)]]);
      expect(await ask("GET", setCookie[0]!.split(";")[0])).toEqual([200, [], "You are 7."]);
    },
  );

  test.each(PLACES)("of node:cluster, with sessions %s: each of them knows the login", async (_, application) => {
    const own = deploymentFolder();
    writeProgram(own.path, "app.ts", application());
    const text = replaced(blockWith("ts", "node:cluster"), "app.js", join(own.path, "app.ts"));
    writeProgram(own.path, "cluster.ts", text.replaceAll("availableParallelism()", "2"));
    const cluster = await startDeployed(own.path, "cluster.ts", env);
    onTestFinished(async () => await cluster.stop());
    const visitor = new SiteVisitor(SITE);
    expect((await visitor.behindTls(cluster.port, "/login", "POST")).status).toBe(303);
    const processes = new Set<unknown>();
    const bodies = new Set<string>();
    await expect
      .poll(async () => {
        const { headers, body } = await visitor.behindTls(cluster.port, "/");
        bodies.add(body);
        return processes.add(headers["x-process"]).size;
      }, PATIENCE)
      .toBe(2);
    expect([...bodies]).toEqual(["You are 7."]);
  });

  test.each(PLACES)(
    "blue and green, with sessions %s: a login survives the change, and the way back",
    async (_, application) => {
      const blue = await deploy(application(), env);
      const green = await deploy(replaced(application(), "You are", "Now you are"), env);
      const visitor = new SiteVisitor(SITE);
      const ask = async (app: Service): Promise<string> => (await visitor.behindTls(app.port, "/")).body;
      await visitor.behindTls(blue.port, "/login", "POST");
      expect([await ask(green), await ask(blue), await ask(green)]).toEqual([
        "Now you are 7.",
        "You are 7.",
        "Now you are 7.",
      ]);
      // The old release ends by the signal that services send; the new one goes on.
      await blue.kill("SIGTERM");
      expect(await ask(green)).toBe("Now you are 7.");
      await visitor.behindTls(green.port, "/logout", "POST");
      expect(await ask(green)).toBe("Now you are nobody.");
    },
  );
});

test("a new format in two releases: each reads the cookies of the one beside it", async () => {
  const keys = new KeyRing(SECRET_KEY, [], { mode: "production" });
  const before = new SessionManager({ keys, format: flask() });
  // As in the last block of the page.
  const first = new SessionManager({ keys, format: flask(), fallbackFormats: [sealed()] });
  const second = new SessionManager({ keys, format: sealed(), fallbackFormats: [flask()] });
  expect(blockWith("ts", "fallbackFormats")).toContain("{ keys, format: flask(), fallbackFormats: [sealed()] }");
  expect(blockWith("ts", "fallbackFormats")).toContain("{ keys, format: sealed(), fallbackFormats: [flask()] }");
  const visitor = new SiteVisitor(SITE);
  const visit = async (manager: SessionManager, doLogin = false): Promise<string | undefined> => {
    const own = await manager.load(await visitor.cookies(), { secure: true, host: "shop.example.com", path: "/" });
    if (doLogin) own.login("7");
    const { subject } = own;
    await visitor.take((await manager.commit(own)).filter(([name]) => name === "Set-Cookie").map(([, line]) => line));
    return subject;
  };
  await visit(before, true);
  for (const release of [first, before, first, second, first, second]) expect(await visit(release)).toBe("7");
});
