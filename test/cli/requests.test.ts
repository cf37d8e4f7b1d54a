import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import type { ExchangeRecord, ExchangeSummary } from "latchkey/toolbar";
import { cli, type CliResult } from "../support/cli.ts";
import { applicationFolder, listAt, recordAt, startToolbar, type ToolbarProcess } from "../support/toolbar-process.ts";

type Run = (...argv: string[]) => Promise<CliResult>;

interface Application {
  readonly folder: string;
  readonly server: ToolbarProcess;
  readonly run: Run;
}

/** A server that has answered some requests: a page, a failure, a slow one, a rejected cookie. */
async function application(options: Parameters<typeof startToolbar>[1] = {}): Promise<Application> {
  const folder = applicationFolder();
  const server = await startToolbar(folder, options);
  for (const path of ["/visit", "/boom", "/slow?wait=300", "/json"]) await server.visit(path);
  await server.visit("/visit", { cookie: "session=eyJhIjoxfQ.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" });
  const run: Run = async (...argv) => await cli(argv, { cwd: folder });
  await expect.poll(async () => (await requestsOf(run)).length).toBe(5);
  return { folder, server, run };
}

async function requestsOf(run: Run, ...argv: string[]): Promise<readonly ExchangeSummary[]> {
  const { out } = await run("requests", "--json", ...argv);
  return (JSON.parse(out) as { readonly version: 1; readonly requests: readonly ExchangeSummary[] }).requests;
}

const pathsOf = (requests: readonly ExchangeSummary[]): readonly string[] => requests.map(({ path }) => path);

describe.each([
  ["from the history file", {}],
  ["over HTTP, from an application without a file", { historyFile: false as const }],
])("%s", (_, options) => {
  test("latchkey requests lists what was recorded, newest first, and filters it", async () => {
    const { run } = await application(options);
    expect(pathsOf(await requestsOf(run))).toEqual(["/visit", "/json", "/slow", "/boom", "/visit"]);
    expect(pathsOf(await requestsOf(run, "--failed"))).toEqual(["/boom"]);
    expect(pathsOf(await requestsOf(run, "--slow", "250"))).toContain("/slow");
    expect(await requestsOf(run, "--slow", "600000")).toEqual([]);
    expect(pathsOf(await requestsOf(run, "--path", "/vis"))).toEqual(["/visit", "/visit"]);
    expect(pathsOf(await requestsOf(run, "--method", "get", "--limit", "2"))).toEqual(["/visit", "/json"]);
    expect(await requestsOf(run, "--method", "POST")).toEqual([]);
    expect(pathsOf(await requestsOf(run, "--status", "5xx,404"))).toEqual(["/boom"]);
    expect(await requestsOf(run, "--since", "1h")).toHaveLength(5);
    expect(await requestsOf(run, "--since", "2999-01-01")).toEqual([]);

    const { code, out, error } = await run("requests");
    expect({ code, error }).toEqual({ code: 0, error: "" });
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^ +ID +TIME +METHOD +STATUS +DURATION +PATH +SESSION +FINDINGS$/);
    // Every cell begins, or ends, where its heading does.
    for (const heading of ["ID", "TIME", "METHOD", "PATH", "SESSION", "FINDINGS"]) {
      const column = lines[0]!.indexOf(heading);
      expect(lines.every((line) => line[column - 1] === " " && line[column] !== " ")).toBe(true);
    }
    expect(out).toMatch(/^✕ {2}[0-9a-f]{8} {2}[\d:]{8} {2}GET +500 +[\d.]+ ms {2}\/boom +/m);
    expect(await run("requests", "--path", "/nowhere")).toMatchObject({ code: 1, out: "No request fits.\n" });
  });

  test("latchkey request shows the same record as the toolbar's address", async () => {
    const { run, server, folder } = await application(options);
    const [{ id }] = (await requestsOf(run, "--failed")) as [ExchangeSummary];
    const { code, out } = await run("request", id.slice(0, 8), "--json");
    expect(code).toBe(0);
    const { token } = JSON.parse(readFileSync(join(folder, ".latchkey", "token"), "utf8")) as { token: string };
    expect(JSON.parse(out)).toEqual(await recordAt(server, { id, token, process: "", response: new Response() }));
    expect((await listAt(server, token)).map((line) => line.id)).toEqual(
      (await requestsOf(run)).map((line) => line.id),
    );

    const panel = await run("request", id, "--panel", "request", "--json");
    expect(Object.keys((JSON.parse(panel.out) as ExchangeRecord).panels)).toEqual(["request"]);
    expect(JSON.parse((await run("request", id, "--panel", "request")).out)).toMatchObject({ path: "/boom" });
    expect(JSON.parse((await run("request", id, "--panel", "response")).out)).toMatchObject({ status: 500 });
  });

  test("latchkey request last says what was wrong with the session, and what to do", async () => {
    const { run } = await application(options);
    const record = JSON.parse((await run("request", "last", "--json")).out) as ExchangeRecord;
    expect(record).toMatchObject({
      version: 1,
      summary: { path: "/visit", status: 200 },
      panels: {
        session: { loaded: { reason: "malformed" }, verdict: { fix: expect.stringMatching(/cookie name/) as unknown } },
      },
    });
    const { code, out } = await run("request", "last");
    expect(code).toBe(0);
    expect(out).toMatch(/^GET \/visit {2}200 {2}[\d.,]+ ms\n {2}[0-9a-f-]{36} {2}/);
    expect(out).toMatch(/^1 finding:\n {2}! The session cookie was rejected: /m);
    expect(out).toMatch(
      /^Session: Rejected: not a cookie of this server \(malformed\)\n {2}.*\n {2}→ Choose another cookie name/m,
    );
    expect(out).toMatch(/^Panels: overview, .*session/m);
  });

  test("latchkey requests diff says what differs, and leaves out times", async () => {
    const { run } = await application(options);
    const requests = await requestsOf(run);
    const of = (path: string): string => requests.findLast((line) => line.path === path)!.id;
    const { code, out } = await run("requests", "diff", of("/visit").slice(0, 8), of("/boom"), "--json");
    expect(code).toBe(0);
    const { before, after, changes } = JSON.parse(out) as {
      before: ExchangeSummary;
      after: ExchangeSummary;
      changes: { path: string; before?: unknown; after?: unknown }[];
    };
    expect([before.path, after.path]).toEqual(["/visit", "/boom"]);
    expect(changes).toContainEqual({ path: "summary.status", before: 200, after: 500 });
    expect(changes).toContainEqual({ path: "panels.session.committed.data.visits", before: 1 });
    expect(
      changes.map(({ path }) => path).filter((path) => /(?:At|duration|\.at|cpu|date|sequence)$/.test(path)),
    ).toEqual([]);
    const text = (await run("requests", "diff", of("/visit"), of("/boom"))).out;
    expect(text).toMatch(/^− [0-9a-f]{8} {2}GET \/visit {2}200 .*\n\+ [0-9a-f]{8} {2}GET \/boom {2}500 /);
    expect(text).toMatch(/^summary\.status\n {2}− 200\n {2}\+ 500$/m);
    expect((await run("requests", "diff", of("/json"), of("/json"))).out).toMatch(/No difference, but for times\.\n$/);
  });
});

describe("what the commands say", () => {
  test("where nothing was recorded: exit code 1, and how to begin", async () => {
    const cwd = applicationFolder();
    const sentence = /^There are no recorded requests in this folder\. Fix: start the server .* NODE_ENV=development/;
    for (const argv of [["requests"], ["request", "last"], ["requests", "diff", "last", "abcd"]])
      expect(await cli(argv, { cwd })).toMatchObject({
        code: 1,
        out: "",
        error: expect.stringMatching(sentence) as unknown,
      });
    expect(await cli(["requests", "--json"], { cwd })).toEqual({
      code: 1,
      out: '{\n  "version": 1,\n  "requests": []\n}\n',
      error: "",
    });
  });

  test.each([
    [["request", "abc"], /at least the first 4 characters/],
    [["request", "../../x"], /not the id of a request/],
    [["requests", "--since", "yesterday"], /--since takes a time span/],
    [["requests", "--status", "6"], /--status takes 404/],
    [["requests", "--limit", "0"], /--limit takes a whole number/],
    [["requests", "--slow", "-1"], /--slow takes a number/],
    [["requests", "--directory", "nowhere"], /There is no folder nowhere/],
    [["requests", "diff", "last", "xyz!"], /not the id of a request/],
  ])("for %j: exit code 2, and the fix", async (argv, sentence) => {
    const { code, out, error } = await cli(argv, { cwd: applicationFolder() });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(error).toMatch(sentence);
  });

  test("for a panel or an id that is not there, and for an id that several have", async () => {
    const { run, folder } = await application();
    const { code, error } = await run("request", "last", "--panel", "nonsense");
    expect(code).toBe(2);
    expect(error).toMatch(/has no panel "nonsense".*overview, exceptions/);
    expect(await run("request", "ffffffff-ffff-4fff-8fff-ffffffffffff")).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^There is no request ffff/) as unknown,
    });
    const database = new DatabaseSync(join(folder, ".latchkey", "requests.sqlite"));
    database.exec(`PRAGMA busy_timeout = 5000;
      UPDATE requests SET summary = json_set(summary, '$.id', 'abcd0000-0000-4000-8000-00000000000' || (n % 10))`);
    database.close();
    expect(await run("request", "abcd")).toMatchObject({
      code: 2,
      error: expect.stringMatching(/5 requests have an id that begins with abcd/) as unknown,
    });
  });

  test("for a file that is not a history, or is damaged", async () => {
    const folder = applicationFolder();
    mkdirSync(join(folder, ".latchkey"));
    const file = join(folder, ".latchkey", "requests.sqlite");
    writeFileSync(file, "x".repeat(5_000));
    expect(await cli(["requests"], { cwd: folder })).toMatchObject({
      code: 2,
      error: expect.stringMatching(/is damaged, or is not a database\. Fix: delete it/) as unknown,
    });
    rmSync(file);
    const other = new DatabaseSync(file);
    other.exec("CREATE TABLE a (b)");
    other.close();
    expect(await cli(["requests"], { cwd: folder })).toMatchObject({
      code: 2,
      error: expect.stringMatching(/not a history of this version/) as unknown,
    });
    expect(await cli(["requests", "--file", "nowhere.db"], { cwd: folder })).toMatchObject({ code: 1 });
  });

  test("nothing that changes the terminal: control characters are printed as dots", async () => {
    const { run, folder } = await application();
    const database = new DatabaseSync(join(folder, ".latchkey", "requests.sqlite"));
    database.exec(`PRAGMA busy_timeout = 5000;
      UPDATE requests SET summary = json_set(summary, '$.path', '/' || char(27) || '[2J' || char(155) || char(8238) || 'x')`);
    database.close();
    for (const argv of [["requests"], ["request", "last"]]) {
      const { out } = await run(...argv);
      expect(out).toContain("/·[2J··x");
      expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    }
  });

  test("a token file of a process that has ended is ignored", async () => {
    const { run, server, folder } = await application({ historyFile: false });
    await server.stop("SIGKILL");
    expect(readFileSync(join(folder, ".latchkey", "token"), "utf8")).toContain(server.url);
    expect(await run("requests")).toMatchObject({
      code: 1,
      error: expect.stringMatching(/no recorded requests/) as unknown,
    });
  });

  test.each([
    ["another machine", { address: "http://192.0.2.1:80/_latchkey" }],
    ["another scheme", { address: "file:///etc/passwd" }],
    ["a name that looks like this machine", { address: "http://localhost.example/_latchkey" }],
  ])("a token file that names %s is ignored", async (_, change) => {
    const { run, folder } = await application({ historyFile: false });
    const file = join(folder, ".latchkey", "token");
    const access = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...access, ...change }));
    expect(await run("requests")).toMatchObject({ code: 1 });
  });

  test("a token that the server does not accept is an error with the fix", async () => {
    const { run, folder } = await application({ historyFile: false });
    const file = join(folder, ".latchkey", "token");
    const access = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...access, token: "0.forged.token" }));
    const { code, error } = await run("requests");
    expect(code).toBe(2);
    expect(error).toMatch(/does not show its records: the token is too old.* Fix: make a request to the server/);
  });

  test("records of an application elsewhere, by --directory, and of its own file while it runs", async () => {
    const folder = applicationFolder();
    const server = await startToolbar(folder, { historyFile: "mine.db" });
    await server.visit("/visit");
    const cwd = applicationFolder();
    const run: Run = async (...argv) => await cli(argv, { cwd });
    await expect.poll(async () => pathsOf(await requestsOf(run, "--directory", folder))).toEqual(["/visit"]);
    await server.stop();
    expect(await requestsOf(run, "--directory", folder)).toEqual([]);
    expect(pathsOf(await requestsOf(run, "--file", join(folder, "mine.db")))).toEqual(["/visit"]);
  });
});
