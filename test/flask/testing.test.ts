import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import { currentApp, flash, Flask, g, getFlashedMessages, redirect, request, session, urlFor } from "latchkey/flask";
import { MemoryStore } from "latchkey/stores/memory";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cli } from "../support/cli.ts";

afterEach(() => vi.unstubAllEnvs());

function createApp(): Flask {
  const app = new Flask("/tmp");
  app.testing = true;
  app.config["SECRET_KEY"] = generateSecretKey();
  app.route("/login", { methods: ["GET", "POST"] }, function login() {
    if (request.method === "GET") return "who are you?";
    session["user"] = request.form["name"];
    flash("welcome");
    return redirect(urlFor("home"));
  });
  app.get("/", function home() {
    return `${String(session.get("user"))} ${getFlashedMessages().join()}`;
  });
  app.get("/logout", function logout() {
    session.clear();
    return redirect(urlFor("home"));
  });
  app.get("/boom", () => {
    throw new Error("boom");
  });
  return app;
}

describe("G9: the client for tests", () => {
  test.each([["a cookie"], ["a store"]])("has a jar, and follows redirects, with %s", async (where) => {
    const app = createApp();
    if (where === "a store") app.config["SESSION_STORE"] = new MemoryStore();
    const client = app.testClient();
    const response = await client.post("/login", { data: { name: "ada" }, followRedirects: true });
    expect([response.statusCode, response.text, response.history.map(({ statusCode }) => statusCode)]).toEqual([
      200,
      "ada welcome",
      [302],
    ]);
    expect((await client.get("/")).text).toBe("ada ");
    expect((await app.testClient().get("/")).text).toBe("undefined ");
    expect((await client.get("/logout", { followRedirects: true })).text).toBe("undefined ");
    const first = await client.post("/login", { data: { name: "bob" } });
    expect([first.statusCode, first.location]).toEqual([302, "/"]);
    expect((await app.testClient({ useCookies: false }).get("/")).text).toBe("undefined ");
  });

  test.each([["a cookie"], ["a store"]])("changes the session and looks at it, with %s", async (where) => {
    const app = createApp();
    if (where === "a store") app.config["SESSION_STORE"] = new MemoryStore();
    const client = app.testClient();
    await client.sessionTransaction((current) => {
      current["user"] = "eve";
    });
    expect((await client.get("/")).text).toBe("eve ");
    expect(await client.sessionTransaction((current) => current["user"])).toBe("eve");
    await client.sessionTransaction((current) => current.clear());
    expect((await client.get("/")).text).toBe("undefined ");
    const without = new Flask("/tmp");
    await expect(without.testClient().sessionTransaction(() => {})).rejects.toThrow(/no secret key/);
    await expect(app.testClient({ useCookies: false }).sessionTransaction(() => {})).rejects.toThrow(/no cookie jar/);
  });

  test("sends data, JSON, queries, headers and cookies", async () => {
    const app = new Flask("/tmp");
    app.route("/echo", { methods: ["GET", "POST", "PUT", "PATCH", "DELETE"] }, () => ({
      method: request.method,
      args: request.args.toDict({ flat: false }),
      form: request.form.toDict({ flat: false }),
      json: request.getJson({ silent: true }) as unknown,
      auth: request.authorization?.username ?? null,
      cookie: request.cookies.get("c"),
      address: request.remoteAddr,
    }));
    const client = app.testClient();
    client.setCookie("c", "7");
    expect(client.getCookie("c")?.value).toBe("7");
    const post = await client.post("/echo", { data: { a: ["1", "2"], b: 3 }, queryString: { q: [1, "x y"] } });
    expect(post.json).toMatchObject({ args: { q: ["1", "x y"] }, form: { a: ["1", "2"], b: ["3"] }, cookie: "7" });
    const put = await client.put("/echo", { json: { a: 1 }, auth: ["ada", "pw"] });
    expect(put.json).toMatchObject({ method: "PUT", json: { a: 1 }, auth: "ada", address: "127.0.0.1" });
    client.deleteCookie("c");
    expect((await client.get("/echo?a=1")).json).toMatchObject({ args: { a: ["1"] }, cookie: null });
    await expect(client.post("/echo", { data: "x", json: 1 })).rejects.toThrow(/one body/);
    await expect(client.post("/echo", { Json: 1 } as never)).rejects.toThrow(/Did you mean "json"\?/);
    await expect(createApp().testClient().get("/boom")).rejects.toThrow("boom");
  });

  test("testRequestContext has request, g and session, and runs what teardown has", async () => {
    const app = createApp();
    const seen: unknown[] = [];
    app.teardownAppcontext((error) => void seen.push(error));
    const context = app.testRequestContext("/login?next=/x", { method: "POST", data: { name: "ada" } });
    const result = await context.run(() => {
      g["a"] = 1;
      session["user"] = 1;
      return [request.endpoint, request.args["next"], request.form["name"], session["user"], currentApp.name];
    });
    expect(result).toEqual(["login", "/x", "ada", 1, "tmp"]);
    const failure = new Error("no");
    await expect(
      context.run(() => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(seen).toEqual([null, failure]);
  });
});

describe("G10: commands", () => {
  test("have arguments, options, the application's context, and a runner for tests", async () => {
    const app = createApp();
    app.cli.command("init-db", () => process.stdout.write(`made for ${currentApp.name}\n`));
    app.cli.command(
      "create-user <name> [roles...]",
      { help: "add a user", options: { "--admin": "may do everything" } },
      (name: string, roles: readonly string[], { admin }: { admin?: boolean }) =>
        process.stdout.write(`${name} ${roles.join("+")} ${String(admin)}\n`),
    );
    app.cli.command("fail", () => {
      throw new Error("failed");
    });
    const runner = app.testCliRunner();
    expect(await runner.invoke(["init-db"])).toEqual({ exitCode: 0, output: "made for tmp\n", exception: undefined });
    expect((await runner.invoke(["create-user", "ada", "a", "b", "--admin"])).output).toBe("ada a+b true\n");
    expect(await runner.invoke(["create-user"])).toMatchObject({ exitCode: 2 });
    expect(await runner.invoke(["fail"])).toMatchObject({ exitCode: 1, exception: new Error("failed") });
    const { output } = await runner.invoke(["--help"]);
    for (const text of ["add a user", "init-db", "routes", "run [options]"]) expect(output).toContain(text);
    expect((await runner.invoke(["routes"])).output.replace(/ +$/gm, "")).toBe(
      [
        "Endpoint  Methods    Rule",
        "--------  ---------  -----------------------",
        "/boom     GET        /boom",
        "home      GET        /",
        "login     GET, POST  /login",
        "logout    GET        /logout",
        "static    GET        /static/<path:filename>",
        "",
      ].join("\n"),
    );
    expect((await runner.invoke(["routes", "--sort", "nothing"])).exception).toMatchObject({
      message: expect.stringContaining("--sort is one of endpoint"),
    });
    expect(() => app.cli.command("nothing", undefined as never)).toThrow(/has no function/);
  });

  const source = fileURLToPath(new URL("../../src/flask/index.ts", import.meta.url));
  const folderWith = (name: string, code: string): string => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-cli-"));
    writeFileSync(join(folder, name), `import { Flask } from ${JSON.stringify(source)};\n${code}`);
    return folder;
  };

  test("npx latchkey flask finds the application, and runs its commands", async () => {
    vi.stubEnv("FLASK_RUN_FROM_CLI", "");
    const made = `const app = new Flask("/tmp"); app.get("/", function home() { return "x"; });
      app.cli.command("hello <name>", (name) => console.log("hello", name));`;
    const cwd = folderWith("app.ts", `export ${made}\nawait app.run({ port: 1 });`);
    expect(await cli(["flask", "routes"], { cwd })).toMatchObject({ code: 0, out: expect.stringContaining("home") });
    expect(await cli(["flask"], { cwd })).toMatchObject({ code: 0, out: expect.stringContaining("hello <name>") });
    expect(await cli(["flask", "nothing"], { cwd })).toMatchObject({ code: 2 });
    const factory = folderWith(
      "shop.ts",
      `export function createApp() { ${made} return app; }\nexport const other = 1;`,
    );
    for (const [argv, env] of [
      [["flask", "--app", "shop.ts", "routes"], {}],
      [["flask", "--app", "shop.ts:createApp", "routes"], {}],
      [["flask", "routes"], { FLASK_APP: "shop.ts" }],
    ] as const)
      expect(await cli(argv, { cwd: factory, env })).toMatchObject({ code: 0, out: expect.stringContaining("home") });
    expect((await cli(["flask", "routes"], { cwd: factory })).error).toMatch(/There is no application here/);
    expect((await cli(["flask", "--app", "none.ts", "routes"], { cwd: factory })).error).toMatch(/no file none\.ts/);
    expect((await cli(["flask", "--app", "shop.ts:other", "routes"], { cwd: factory })).error).toMatch(
      /exports no application as "other"/,
    );
  });
});

describe("F19: an address that cannot be had is an error that says what to do", () => {
  test("a port in use, and ports that are none", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(createApp().run({ port })).rejects.toMatchObject({
      code: "EADDRINUSE",
      message: expect.stringContaining(
        `Address already in use. Port ${port} is in use by another program. Either identify and stop that program, or start the server with a different port.`,
      ),
    });
    taken.close();
    for (const wrong of [Number("abc"), -1, 70_000, 1.5, "5000" as never])
      await expect(createApp().run({ port: wrong })).rejects.toThrow(
        /port of app\.run is a whole number from 0 to 65535/,
      );
    await expect(createApp().run({ host: "203.0.113.7", port: 0 })).rejects.toThrow(/This machine has no address/);
  });

  test("G10: started by the command, app.run() does nothing", async () => {
    vi.stubEnv("FLASK_RUN_FROM_CLI", "true");
    const { output } = await new Promise<{ output: string }>((resolve) => {
      const app = createApp();
      app.cli.command("run-inside", async () => await (await app.run({ port: 1 })).close());
      resolve(app.testCliRunner().invoke(["run-inside"]));
    });
    expect(output).toMatch(/Ignoring a call to app\.run\(\)/);
  });
});

test("G25: the logger writes Flask's lines, from its level on", () => {
  const app = createApp();
  const lines: string[] = [];
  app.logger.write = (line) => void lines.push(line);
  app.logger.info("not written");
  app.logger.warning("%s is %d", "this", 7);
  app.logger.level = "INFO";
  app.logger.info("written");
  app.logger.exception("it failed", new Error("because"));
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] WARNING in tmp: this is 7\n$/);
  expect(lines[2]).toMatch(/ERROR in tmp: it failed\nError: because/);
});
