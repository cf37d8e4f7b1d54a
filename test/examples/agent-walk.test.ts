import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExchangeRecord } from "latchkey/toolbar";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cli } from "../support/cli.ts";
import { CookieJar } from "../support/cookies.ts";
import { root } from "../support/docs/pages.ts";

let folder: string;
let server: ChildProcess;
let url: string;

/** Starts a copy of the quickstart, in a folder of its own, as `npm start` does. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-quickstart-"));
  cpSync(join(root, "examples/quickstart"), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  // A package that is installed: the example imports `latchkey/flask`, which imports its peers.
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/latchkey"));
  const { VITEST: _, LATCHKEY_ENV: __, NODE_ENV: ___, SECRET_KEY: ____, ...env } = process.env;
  server = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--conditions=latchkey-source", "--env-file=development.env", "app.ts"],
    { cwd: folder, env: { ...env, PORT: "0" }, stdio: ["ignore", "pipe", "pipe"] },
  );
  url = await addressOf(server);
});
afterEach(async () => {
  const closed = once(server, "close");
  server.kill("SIGKILL");
  await closed;
  rmSync(folder, { recursive: true });
});

async function addressOf(child: ChildProcess): Promise<string> {
  let output = "";
  return await new Promise((resolve, reject) => {
    for (const stream of [child.stdout!, child.stderr!])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        const found = /http:\/\/[\w.:]+/.exec(output)?.[0];
        if (found !== undefined) resolve(found);
      });
    child.once("close", () => reject(new Error(`It ended before it listened:\n${output}`)));
  });
}

test("an agent finds out why a visitor has lost the session: the cookie was tampered with", async () => {
  const jar = new CookieJar();
  const visit = async (path: string, method = "GET"): Promise<Response> => {
    const headers = { "sec-fetch-dest": "document", accept: "text/html", ...(jar.header && { cookie: jar.header }) };
    const response = await fetch(url + path, { method, headers, redirect: "manual" });
    jar.take(response.headers.getSetCookie());
    await response.text();
    return response;
  };
  await visit("/");
  const tampered = await visit("/tamper", "POST");
  await visit(tampered.headers.get("location")!);

  const latchkey = async (...argv: string[]): ReturnType<typeof cli> => await cli(argv, { cwd: folder });
  const last = async (): Promise<ExchangeRecord> =>
    JSON.parse((await latchkey("request", "last", "--json")).out || "null") as ExchangeRecord;
  await expect.poll(async () => (await last())?.summary.path).toBe("/tampered");
  const record = await last();
  expect(record).toMatchObject({
    version: 1,
    summary: { status: 200, session: "rejected", tone: "warn" },
    panels: {
      session: {
        loaded: { verdict: "rejected", reason: "bad_signature" },
        verdict: {
          title: "Rejected: the signature does not match",
          fix: expect.stringMatching(/keep the old one as a fallback/) as unknown,
        },
      },
    },
  });
  const { code, out } = await latchkey("request", "last");
  expect(code).toBe(0);
  expect(out).toMatch(
    /Session: Rejected: the signature does not match \(bad_signature\)\n.*\n {2}→ If the key changed/,
  );

  // Which request was it? And what did the one before it do?
  const found = await latchkey("requests", "--path", "tamper", "--json");
  const { requests } = JSON.parse(found.out) as { requests: readonly { id: string; path: string; method: string }[] };
  expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /tampered", "POST /tamper"]);
  const diff = await latchkey("requests", "diff", requests[1]!.id, requests[0]!.id, "--json");
  const { changes } = JSON.parse(diff.out) as { changes: readonly object[] };
  expect(changes).toContainEqual({ path: "panels.session.loaded.verdict", before: "valid", after: "rejected" });
});
