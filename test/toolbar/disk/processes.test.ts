import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openHistoryReader } from "../../../src/toolbar/disk/history-reader.ts";
import { root } from "../../support/docs/pages.ts";
import { applicationFolder, KEY, listAt, recordAt, startToolbar, type Visited } from "../../support/toolbar-process.ts";

const fileIn = (folder: string): string => join(folder, ".latchkey", "requests.sqlite");

describe("B11: a history in a file", () => {
  test("a cluster of two processes: each of 20 records is found, by requests that go to either", async () => {
    const folder = applicationFolder();
    const server = await startToolbar(folder, {}, { WORKERS: "2" });
    const visited: Visited[] = [];
    for (let count = 0; count < 20; count++) visited.push(await server.visit(`/page/${count}`));
    expect(new Set(visited.map(({ process }) => process)).size).toBe(2);
    for (const [count, page] of visited.entries()) {
      // Written a moment after the answer; each question goes to the next process.
      await expect.poll(async () => (await recordAt(server, page))?.summary.path).toBe(`/page/${count}`);
      expect((await recordAt(server, page))?.summary.path).toBe(`/page/${count}`);
    }
    // The numbers rise over both processes, and a page's token does not reach back.
    const sequences: number[] = [];
    for (const page of visited) sequences.push((await recordAt(server, page))!.summary.sequence);
    expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
    const last = visited.at(-1)!;
    expect(await recordAt(server, { ...visited[0]!, token: last.token })).toBeUndefined();
    expect((await listAt(server, visited[0]!.token)).map(({ path }) => path)).toEqual(
      visited.map((_, count) => `/page/${19 - count}`),
    );
  });

  test("survives a restart, with the token of the page", async () => {
    const folder = applicationFolder();
    const first = await startToolbar(folder);
    const page = await first.visit("/before");
    await expect.poll(() => openHistoryReader(fileIn(folder))?.list()).toHaveLength(1);
    await first.stop("SIGKILL");
    const second = await startToolbar(folder);
    await second.visit("/after");
    expect((await recordAt(second, page))?.summary.path).toBe("/before");
    await expect
      .poll(async () => (await listAt(second, page.token)).map(({ path }) => path))
      .toEqual(["/after", "/before"]);
  });

  test("requests of one process are announced to a page that is open at another", async () => {
    const folder = applicationFolder();
    const [one, other] = [await startToolbar(folder), await startToolbar(folder)];
    const { token } = await one.visit("/");
    const events = await fetch(`${one.url}/_latchkey/events?token=${token}`);
    const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    await other.visit("/elsewhere");
    let heard = "";
    while (!heard.includes("/elsewhere")) heard += (await reader.read()).value ?? "";
    await one.visit("/here");
    while (!heard.includes("/here")) heard += (await reader.read()).value ?? "";
    expect(heard.match(/"path":"\/here"/g)).toHaveLength(1);
    await reader.cancel();
  });

  test("a redirect to another process is linked, and the page's token reads it", async () => {
    const folder = applicationFolder();
    const [one, other] = [await startToolbar(folder), await startToolbar(folder)];
    const page = { "sec-fetch-dest": "document", connection: "close" };
    const login = async (): Promise<Response> =>
      await fetch(`${one.url}/login?to=${encodeURIComponent(`${other.url}/home`)}`, {
        headers: page,
        redirect: "manual",
      });
    const id = (await login()).headers.get("x-latchkey-request")!;
    const home = await other.visit("/home");
    expect((await recordAt(other, home))?.summary.redirectedFrom).toBe(id);
    await expect.poll(async () => (await recordAt(other, { ...home, id }))?.summary.path).toBe("/login");
    // A redirect is followed once.
    const again = await other.visit("/home");
    expect((await recordAt(other, again))?.summary).not.toHaveProperty("redirectedFrom");
    expect(await recordAt(other, { ...again, id })).toBeUndefined();
    // Only to the place that it named.
    await login();
    expect((await recordAt(other, await other.visit("/elsewhere")))?.summary).not.toHaveProperty("redirectedFrom");
    // What a script asks for is not looked up.
    await login();
    const fetched = await fetch(`${other.url}/home`, { headers: { ...page, "sec-fetch-dest": "empty" } });
    await fetched.text();
    const asked = fetched.headers.get("x-latchkey-request")!;
    await expect.poll(async () => await recordAt(other, { ...home, id: asked })).toBeDefined();
    expect((await recordAt(other, { ...home, id: asked }))?.summary).not.toHaveProperty("redirectedFrom");
  });

  test("stays readable when a process is killed while it writes", async () => {
    const folder = applicationFolder();
    for (let round = 0; round < 3; round++) {
      const server = await startToolbar(folder, { history: 50 });
      const busy = Array.from({ length: 300 }, async (_, count) => {
        await fetch(`${server.url}/json?n=${count}`, { headers: { connection: "close" } }).catch(() => undefined);
      });
      await expect.poll(() => existsSync(fileIn(folder))).toBe(true);
      await Promise.race(busy);
      await server.stop("SIGKILL");
      await Promise.all(busy);
    }
    const database = new DatabaseSync(fileIn(folder), { readOnly: true });
    expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    database.close();
    const last = await startToolbar(folder, { history: 50 });
    const page = await last.visit("/alive");
    await expect.poll(async () => (await listAt(last, page.token))[0]?.path).toBe("/alive");
  });

  test("two programs of one folder do not see each other's requests on their pages", async () => {
    const folder = applicationFolder();
    const server = await startToolbar(folder);
    const { id, token } = await server.visit("/mine");
    await expect.poll(() => openHistoryReader(fileIn(folder))?.list()).toHaveLength(1);
    const database = new DatabaseSync(fileIn(folder));
    database.exec("PRAGMA busy_timeout = 5000; UPDATE requests SET app = 'another.ts'");
    database.close();
    await server.stop();
    const again = await startToolbar(folder);
    expect(await recordAt(again, { id, token, process: "", response: new Response() })).toBeUndefined();
    expect(await listAt(again, token)).toEqual([]);
  });
});

describe("what is on the disk", () => {
  test("is readable by its owner only, and ignored by git", async () => {
    const folder = applicationFolder();
    const server = await startToolbar(folder);
    await server.visit("/");
    const own = join(folder, ".latchkey");
    await expect.poll(() => existsSync(join(own, "token"))).toBe(true);
    expect(statSync(own).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(own, ".gitignore"), "utf8")).toBe("*\n");
    const files = readdirSync(own);
    expect(files.toSorted()).toEqual([
      ".gitignore",
      "requests.sqlite",
      "requests.sqlite-shm",
      "requests.sqlite-wal",
      "token",
    ]);
    expect(files.filter((name) => (lstatSync(join(own, name)).mode & 0o777) !== 0o600)).toEqual([]);
  });

  test("holds no secret, in no file and in no free page", async () => {
    const folder = applicationFolder();
    const server = await startToolbar(folder, { history: 3 });
    const secrets = ["t0ken-in-the-query", "s3ssion-cookie-value", "cr3dential-of-the-header"];
    for (let count = 0; count < 10; count++) {
      await server.visit(`/visit?token=${secrets[0]}&n=${count}`, {
        cookie: `sid=${secrets[1]}`,
        authorization: `Bearer ${secrets[2]}`,
        "x-echo": `${secrets[1]} ${secrets[2]} ${KEY}`,
      });
    }
    await expect.poll(() => openHistoryReader(fileIn(folder))?.list()).toHaveLength(3);
    const own = join(folder, ".latchkey");
    const everything = (): string =>
      readdirSync(own)
        .map((name) => readFileSync(join(own, name), "latin1"))
        .join("\n");
    expect(everything()).toContain("[secret key]");
    expect([...secrets, KEY].filter((secret) => everything().includes(secret))).toEqual([]);
    await server.stop();
    expect([...secrets, KEY].filter((secret) => everything().includes(secret))).toEqual([]);
  });

  test("the token file names the server while it runs, and is removed when the toolbar closes", async () => {
    const folder = applicationFolder();
    const server = await startToolbar(folder);
    const file = join(folder, ".latchkey", "token");
    expect(existsSync(file)).toBe(false);
    await server.visit("/");
    await expect.poll(() => existsSync(file)).toBe(true);
    const { address, pid, token, historyFile } = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    expect({ address, pid, historyFile }).toEqual({
      address: `${server.url}/_latchkey`,
      pid: server.pid,
      historyFile: fileIn(folder),
    });
    expect((await listAt(server, token!)).map(({ path }) => path)).toEqual(["/"]);
    await server.visit("/close");
    expect(existsSync(file)).toBe(false);
    // SQLite removes it when the last connection is closed.
    expect(existsSync(`${fileIn(folder)}-wal`)).toBe(false);
    expect(await openHistoryReader(fileIn(folder))?.list()).toHaveLength(1);
  });

  test("is nothing in a folder that is not an application's, in tests and in production", async () => {
    const [bare, tested, live] = [applicationFolder(), applicationFolder(), applicationFolder()];
    rmSync(join(bare, "package.json"));
    await (await startToolbar(bare)).visit("/");
    await (await startToolbar(tested, {}, { NODE_ENV: "test" })).visit("/");
    await (await startToolbar(live, {}, { NODE_ENV: "production" })).visit("/");
    for (const runner of ["VITEST", "JEST_WORKER_ID", "NODE_TEST_CONTEXT"]) {
      const server = await startToolbar(tested, {}, { [runner]: "1" });
      await server.visit("/");
      await server.stop();
    }
    expect([bare, tested, live].filter((folder) => existsSync(join(folder, ".latchkey")))).toEqual([]);
  });

  test("is written at the end of a process that has nothing more to do", async () => {
    const folder = applicationFolder();
    const program = `
      import { Toolbar } from ${JSON.stringify(`${root}/src/toolbar/index.ts`)};
      for (let count = 0; count < 20; count++) {
        const toolbar = new Toolbar({ keys: ${JSON.stringify(KEY)} });
        const request = { method: "GET", url: "/" + count, header: () => undefined, headers: [] };
        toolbar.finish(toolbar.begin(request, {}));
      }`;
    const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: folder,
      env: { ...process.env, VITEST: "", NODE_ENV: "development" },
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(await openHistoryReader(fileIn(folder))?.list()).toHaveLength(20);
  });

  test.each(["bun", "deno"])("is written by %s as well", (runtime) => {
    const folder = applicationFolder();
    writeFileSync(
      join(folder, "app.ts"),
      `import { Toolbar } from ${JSON.stringify(`${root}/src/toolbar/index.ts`)};
      const toolbar = new Toolbar({ keys: ${JSON.stringify(KEY)} });
      const request = { method: "GET", url: "/mine", header: () => undefined, headers: [], remoteAddress: undefined, httpVersion: undefined };
      toolbar.finish(toolbar.begin(request, {})!);
      console.log(toolbar.exchanges.length);
      toolbar.close();`,
    );
    const { stdout, stderr } = spawnSync(
      `${root}/node_modules/.bin/${runtime}`,
      runtime === "deno" ? ["run", "-A", "app.ts"] : ["app.ts"],
      { cwd: folder, env: { ...process.env, VITEST: "", NODE_ENV: "development" }, encoding: "utf8" },
    );
    expect(stdout, stderr).toBe("1\n");
    expect(readFileSync(fileIn(folder), "latin1")).toContain("/mine");
  });

  test("is the token alone with historyFile: false, and a file elsewhere with a path", async () => {
    const [one, other] = [applicationFolder(), applicationFolder()];
    await (await startToolbar(one, { historyFile: false })).visit("/");
    await expect.poll(() => readdirSync(join(one, ".latchkey")).toSorted()).toEqual([".gitignore", "token"]);
    const server = await startToolbar(other, { historyFile: "history.db" });
    await server.visit("/");
    await expect.poll(() => openHistoryReader(join(other, "history.db"))?.list()).toHaveLength(1);
    expect(statSync(join(other, "history.db")).mode & 0o777).toBe(0o600);
  });
});
