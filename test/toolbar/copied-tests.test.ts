import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExchangeCopies, ExchangeList } from "../../src/toolbar/exchange-page.ts";
import { CANARY_KEY, formsIn } from "../support/canary.ts";
import { runExample, type RunningExample } from "../support/run-example.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SUPPORT = fileURLToPath(new URL("../support/copied-tests", import.meta.url));
const PASSWORD = "analytical engine";

interface Outcome {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

describe("X8: recorded requests of the quickstart, copied as tests", () => {
  /** Inside of the project, because the tests import the package by its name. */
  let folder: string;
  let database: string;
  let example: RunningExample;
  let cookie = "";
  const copies: { title: string; text: string }[] = [];

  async function visit(method: string, path: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    const response = await fetch(example.url + path, {
      method,
      redirect: "manual",
      headers: { accept: "text/html", ...(cookie === "" ? {} : { cookie }) },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    await response.arrayBuffer();
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      cookie = /;\s*Max-Age=0(?:;|$)/i.test(line) ? "" : pair;
    }
    return response;
  }

  beforeAll(async () => {
    mkdirSync(join(ROOT, "artifacts"), { recursive: true });
    folder = mkdtempSync(join(ROOT, "artifacts", "copied-tests-"));
    for (const file of ["vitest.config.ts", "server.ts"]) cpSync(join(SUPPORT, file), join(folder, file));
    database = join(mkdtempSync(join(tmpdir(), "latchkey-copied-")), "quickstart.sqlite");
    example = await runExample("examples/quickstart/app.ts", { DATABASE: database, SECRET_KEY: CANARY_KEY });
    const tamper = async (): Promise<void> => {
      const { headers } = await visit("POST", "/tamper");
      await visit("GET", headers.get("location")!);
    };
    await visit("GET", "/");
    await visit("GET", "/?a=it's&b=`$(x)`");
    await visit("GET", "/signup");
    await visit("POST", "/signup", { name: "Ada <Lovelace>", password: PASSWORD });
    await visit("GET", "/me");
    await visit("GET", "/");
    await visit("HEAD", "/");
    await visit("OPTIONS", "/me");
    await visit("PUT", "/me");
    await visit("GET", "/tamper");
    await visit("POST", "/logout");
    await visit("GET", "/me");
    await visit("GET", "/login");
    await visit("POST", "/login", { name: "Ada <Lovelace>", password: "difference engine" });
    await visit("GET", "/login");
    await visit("POST", "/login", { name: "Ada <Lovelace>", password: PASSWORD });
    await visit("GET", "/me");
    await tamper();
    await visit("GET", "/nothing/here");
    await visit("GET", "/static/nothing.css");

    const page = await (await fetch(`${example.url}/_latchkey/`)).text();
    const token = /token=([^&"]+)/.exec(page)![1]!;
    const read = async <Data>(path: string): Promise<Data> =>
      (await (await fetch(`${example.url}/_latchkey${path}?token=${token}`)).json()) as Data;
    const { exchanges } = await read<ExchangeList>("/exchanges");
    for (const { id, method, path } of exchanges.toReversed()) {
      const { test: text } = await read<ExchangeCopies>(`/exchanges/${id}/copies`);
      copies.push({ title: `${method} ${path}`, text });
    }
    for (const [index, { text }] of copies.entries()) writeFileSync(join(folder, `request-${index}.copied.ts`), text);
  });
  afterAll(async () => {
    await example?.stop();
    rmSync(folder, { recursive: true });
    rmSync(join(database, ".."), { recursive: true });
  });

  async function run(origin: string): Promise<Outcome> {
    const out = join(folder, "outcome.json");
    rmSync(out, { force: true });
    const args = [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--root", folder];
    const child = spawn(process.execPath, [...args, "--reporter=json", `--outputFile=${out}`], {
      env: {
        ...process.env,
        NODE_ENV: "development",
        ORIGIN: origin,
        DATABASE: database,
        SECRET_KEY: CANARY_KEY,
        FIELD_PASSWORD: PASSWORD,
      },
      stdio: "pipe",
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await new Promise((resolve) => child.once("close", resolve));
    if (!existsSync(out)) throw new Error(`vitest wrote no outcome:\n${output}`);
    const { testResults } = JSON.parse(readFileSync(out, "utf8")) as {
      testResults: {
        message: string;
        assertionResults: { title: string; status: string; failureMessages: string[] }[];
      }[];
    };
    const all = testResults.flatMap(({ assertionResults, message }) =>
      assertionResults.length === 0 ? [{ title: `no test: ${message}`, status: "failed" }] : assertionResults,
    );
    const named = (status: string): string[] => all.filter((each) => each.status === status).map(({ title }) => title);
    return { passed: named("passed"), failed: named("failed") };
  }

  test("hold no secret", () => {
    expect(copies.length).toBeGreaterThanOrEqual(20);
    for (const { text } of copies) {
      expect(formsIn(text)).toEqual([]);
      expect(text).not.toContain(PASSWORD);
      expect(text).not.toContain("difference engine");
    }
  });

  test("are green", async () => {
    const { passed, failed } = await run(example.url);
    expect(failed).toEqual([]);
    expect(passed).toHaveLength(copies.length);
  });

  test("are red where a fault is planted", async () => {
    const faulty = await runExample("test/support/copied-tests/faulty-quickstart.ts", {
      DATABASE: database,
      SECRET_KEY: CANARY_KEY,
    });
    try {
      const { failed, passed } = await run(faulty.url);
      expect(failed.length).toBeGreaterThanOrEqual(2);
      expect(failed.filter((title) => !title.includes(" /me "))).toEqual([]);
      expect(passed.length).toBeGreaterThan(10);
    } finally {
      await faulty.stop();
    }
  });
});
