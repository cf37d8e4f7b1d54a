import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateSecretKey } from "latchkey/keys";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPage, root } from "../docs/pages.ts";
import { checkTypes, inFolder, installPage } from "./install-page.ts";
import { filesOf } from "./page-files.ts";
import { runPage, type RunningPage } from "./running-page.ts";
import { Visitor } from "./visitor.ts";

/** One server of a page: how it is started, and what is special about it. */
export interface PageServer {
  /** For the title of its tests, such as "the dev server". */
  readonly title: string;
  /** What is sent to it: "development" shows the toolbar. */
  readonly mode: "development" | "production";
  /** The words of the command line, for a free port. */
  readonly command: (port: number) => readonly string[];
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the server takes itself to be behind a proxy that ends TLS. Default: no. */
  readonly isBehindTls?: boolean;
  /** Whether a session is saved when a stream begins. Default: yes. */
  readonly savesInStreams?: boolean;
  /** Whether pages show the toolbar. Default: in development. */
  readonly hasToolbar?: boolean;
}

/** What is done with a page before its servers start. */
export interface PageOptions {
  /** The words of the command that builds the application. No secret key is set. */
  readonly build?: readonly string[];
  /** Whether the servers answer the paths that all pages have. Default: yes. */
  readonly hasSamePaths?: boolean;
  /**
   * A file that the servers read the secret key from, as SECRET_KEY. They have it in the
   * environment too.
   */
  readonly secretFile?: string;
  /** Whether the compiler checks the types of the files, for a framework without a build. */
  readonly checkTypes?: boolean;
  /** Files that only the tests need, by their path. They are written before the build. */
  readonly files?: Readonly<Record<string, string>>;
  /** Further tests of a server. */
  readonly more?: (server: PageServer, url: () => string, folder: () => string) => void;
}

/**
 * Copies the files of a page on a framework into an empty folder, installs them with the packed
 * Latchkey, builds, and holds each server against what all those pages promise.
 */
export function walkPage(name: string, servers: readonly PageServer[], options: PageOptions = {}): void {
  describe(`A15: docs/${name}.md, copied into an empty folder`, () => {
    const secretKey = generateSecretKey();
    let folder = "";
    beforeAll(async () => {
      folder = await installPage(name);
      if (options.secretFile !== undefined)
        writeFileSync(join(folder, options.secretFile), `SECRET_KEY=${secretKey}\n`);
      for (const [path, text] of Object.entries(options.files ?? {})) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      if (options.build !== undefined) await inFolder(folder, options.build[0]!, options.build.slice(1));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test("shows the files of the example, and names each above it", () => {
      const page = readPage(`docs/${name}.md`);
      const example = join(root, "examples", name);
      const files = globSync("**/{.*,*}", { cwd: example, exclude: ["node_modules"], withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== "package-lock.json")
        .map((entry) => join(entry.parentPath, entry.name).slice(example.length + 1));
      const shown = filesOf(`docs/${name}.md`, page);
      expect(Object.fromEntries(shown.map(({ path, text }) => [path, text]))).toEqual(
        Object.fromEntries(files.map((path) => [path, readFileSync(join(example, path), "utf8")])),
      );
      const lines = page.split("\n");
      for (const { path, line } of shown) {
        // The paragraph above the fence.
        const above = lines
          .slice(0, line - 2)
          .join("\n")
          .trimEnd()
          .split("\n\n")
          .at(-1);
        expect(above, `${path}, line ${line}`).toContain(`\`${path}\``);
      }
    });

    test.each(options.checkTypes === true ? ["types"] : [])("has %s that fit", async () => await checkTypes(folder));

    describe.each(servers)("$title", (server) => {
      let running: RunningPage;
      beforeAll(async () => {
        running = await runPage(folder, server.command, {
          NODE_ENV: server.mode,
          SECRET_KEY: secretKey,
          ...server.env,
        });
      });
      afterAll(async () => await running?.stop());
      if (options.hasSamePaths !== false) checkServer(server, () => running.url);
      options.more?.(
        server,
        () => running.url,
        () => folder,
      );
    });
  });
}

function checkServer(server: PageServer, url: () => string): void {
  const visitorOf = (url: string): Visitor =>
    new Visitor(url, server.isBehindTls === true ? url.replace("http:", "https:") : url);

  test("counts visits, logs in, flashes once, and logs out", async () => {
    const visitor = visitorOf(url());
    expect(await visitor.read("/")).toMatch(/Visit 1\b[\s\S]*Log in/);
    expect(await visitor.read("/")).toContain("Visit 2");
    expect((await visitor.get("/me")).status).toBe(401);

    const login = await visitor.post("/login");
    // The redirect itself has the cookie.
    expect([login.status, new URL(login.headers.get("location")!, url()).pathname]).toEqual([303, "/"]);
    expect(login.headers.getSetCookie().join("\n")).toContain("session=");
    expect(login.headers.get("cache-control")).toMatch(/no-store|no-cache/);

    expect(await visitor.read("/")).toMatch(/Welcome, Ada\.[\s\S]*Visit 3\b[\s\S]*Log out/);
    const next = await visitor.read("/");
    expect(next).toContain("Visit 4");
    expect(next).not.toContain("Welcome");
    expect(await visitor.read("/me")).toContain("ada");

    expect((await visitor.post("/logout")).status).toBe(303);
    expect((await visitor.get("/me")).status).toBe(401);
    expect(await visitor.read("/")).toMatch(/Visit 1\b[\s\S]*Log in/);
  });

  test("saves the session when a handler throws, and nobody is logged out", async () => {
    const visitor = visitorOf(url());
    await visitor.post("/login");
    expect(await visitor.read("/")).toContain("Visit 1");
    expect((await visitor.get("/error")).status).toBe(500);
    expect(await visitor.read("/")).toMatch(/Visit 3\b[\s\S]*Log out/);
  });

  const streams = server.savesInStreams === false ? "does not come" : "comes";
  test(`streams: the cookie ${streams} with the headers, and events come before the end`, async () => {
    const visitor = visitorOf(url());
    const response = await visitor.get("/clock");
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    // The stream never ends, so nothing would arrive if something waited for its end.
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (text.split("data:").length < 3) {
      const { value, done } = await reader.read();
      expect(done).toBe(false);
      text += value;
    }
    await reader.cancel();
    expect(await visitor.read("/")).toContain(server.savesInStreams === false ? "Visit 1" : "Visit 2");
  });

  test("refuses a cookie that was tampered with, and a form of another site", async () => {
    const visitor = visitorOf(url());
    await visitor.post("/login");
    const pair = (await visitor.cookies()).split("; ").find((pair) => pair.includes("session="))!;
    const middle = Math.floor((pair.indexOf("=") + pair.length) / 2);
    const tampered = pair.slice(0, middle) + (pair[middle] === "A" ? "B" : "A") + pair.slice(middle + 1);
    expect((await fetch(`${url()}/me`, { headers: { Cookie: pair } })).status).toBe(200);
    expect((await fetch(`${url()}/me`, { headers: { Cookie: tampered } })).status).toBe(401);

    const forged = await visitor.postFrom("https://attacker.example", "/logout");
    expect(forged.status).toBeGreaterThanOrEqual(400);
    expect(forged.headers.getSetCookie()).toEqual([]);
    expect(await visitor.read("/me")).toContain("ada");
  });

  const hasToolbar = server.hasToolbar ?? server.mode === "development";
  test(hasToolbar ? "shows the toolbar" : "shows no toolbar", async () => {
    const page = await visitorOf(url()).read("/");
    const script = /<script type="module" src="([^"]*latchkey[^"]*)"/.exec(page)?.[1];
    if (!hasToolbar) return expect(script).toBeUndefined();
    const response = await fetch(new URL(script!.replaceAll("&amp;", "&"), url()), {
      headers: { "Sec-Fetch-Site": "same-origin" },
    });
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      expect.stringContaining("text/javascript"),
    ]);
  });
}
