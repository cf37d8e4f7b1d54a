import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import { abort, Flask, makeResponse, request, urlFor } from "latchkey/flask";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { pythonWithFlask, RealFlask } from "../support/real-flask.ts";
import { cli } from "../support/cli.ts";

let real: RealFlask;
beforeAll(() => {
  if (pythonWithFlask !== undefined) real = new RealFlask(pythonWithFlask);
});
afterAll(() => real?.close());
afterEach(() => vi.unstubAllEnvs());

test.skipIf(pythonWithFlask === undefined)(
  "F6: every setting of the real Flask is known: none is taken without an effect or a message",
  async () => {
    const names = await real.evaluate<readonly string[]>("value = sorted(Flask('application').config)");
    expect(names).toHaveLength(29);
    const { config } = new Flask("/tmp");
    expect(names.filter((name) => !(name in config))).toEqual([]);
  },
);

describe("F6: settings", () => {
  const createApp = (settings: Readonly<Record<string, unknown>>): Flask => {
    const app = new Flask("/tmp");
    app.config.fromMapping(settings);
    app.get("/", () => {
      const response = makeResponse(`${request.scriptRoot} ${urlFor("/", { _external: true })}`);
      response.setCookie("long", "x".repeat(200));
      return response;
    });
    app.get("/boom", () => {
      throw new Error("boom");
    });
    app.get("/abort", () => abort(404));
    app.post("/key", () => request.form["nothing"]!);
    return app;
  };
  const ask = async (
    settings: Readonly<Record<string, unknown>>,
    path = "/",
    init: RequestInit = {},
  ): Promise<Response> => await createApp(settings).fetch(new Request(`http://localhost${path}`, init));

  test("TRUSTED_HOSTS", async () => {
    const hosts = { TRUSTED_HOSTS: ["good.test", ".shop.test"] };
    const status = async (host: string): Promise<number> =>
      (await createApp(hosts).fetch(new Request(`http://${host}/`))).status;
    expect([await status("good.test"), await status("good.test:8000"), await status("bad.test")]).toEqual([
      200, 200, 400,
    ]);
    expect([await status("a.shop.test"), await status("shop.test"), await status("xshop.test")]).toEqual([
      200, 200, 400,
    ]);
  });

  test("SERVER_NAME and APPLICATION_ROOT in a request", async () => {
    expect(await (await ask({ SERVER_NAME: "shop.test" })).text()).toBe(" http://shop.test/");
    // A proxy in front has taken the prefix away, or has left it.
    for (const path of ["/", "/app/", "/app"])
      expect(await (await ask({ APPLICATION_ROOT: "/app" }, path)).text()).toBe("/app http://localhost/app/");
  });

  test("TESTING, PROPAGATE_EXCEPTIONS, TRAP_HTTP_EXCEPTIONS, TRAP_BAD_REQUEST_ERRORS", async () => {
    expect((await ask({}, "/boom")).status).toBe(500);
    await expect(ask({ TESTING: true }, "/boom")).rejects.toThrow("boom");
    await expect(ask({ PROPAGATE_EXCEPTIONS: true }, "/boom")).rejects.toThrow("boom");
    expect((await ask({ TESTING: true, PROPAGATE_EXCEPTIONS: false }, "/boom")).status).toBe(500);
    expect((await ask({ TESTING: true }, "/abort")).status).toBe(404);
    await expect(ask({ TESTING: true, TRAP_HTTP_EXCEPTIONS: true }, "/abort")).rejects.toThrow("404 Not Found");
    expect((await ask({}, "/key", { method: "POST" })).status).toBe(400);
    await expect(ask({ TESTING: true, TRAP_BAD_REQUEST_ERRORS: true }, "/key", { method: "POST" })).rejects.toThrow(
      /no "nothing" in request\.form/,
    );
  });

  test("MAX_COOKIE_SIZE, PROVIDE_AUTOMATIC_OPTIONS", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    await ask({ MAX_COOKIE_SIZE: 100 });
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(/^The cookie "long" has \d+ bytes/),
      expect.objectContaining({ code: "LATCHKEY_COOKIE_SIZE" }),
    );
    warn.mockClear();
    await ask({ MAX_COOKIE_SIZE: 0 });
    await ask({});
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
    expect((await ask({}, "/", { method: "OPTIONS" })).status).toBe(200);
    expect((await ask({ PROVIDE_AUTOMATIC_OPTIONS: false }, "/", { method: "OPTIONS" })).status).toBe(405);
  });

  test.each<[string, unknown, RegExp]>([
    ["SESSION_COOKIE_HTTPONLY", false, /^The setting SESSION_COOKIE_HTTPONLY has no effect here\. .* Fix: /],
    ["EXPLAIN_TEMPLATE_LOADING", true, /has no effect here/],
    ["SESSION_TYPE", "redis", /SESSION_STORE/],
    ["TRUSTED_HOSTS", "good.test", /is a list of texts\. It got a string\. Fix: app\.config\["TRUSTED_HOSTS"\] = \["/],
    ["APPLICATION_ROOT", "app", /begins with "\/"\. It got "app"/],
    ["MAX_CONTENT_LENGTH", "1", /is a number of at least 0\. It got a string/],
    ["SESSION_COOKIE_PARTITIONED", "yes", /SESSION_COOKIE_PARTITIONED is true or false\. It got a string\. Fix: /],
    ["DEBUG", "yes", /DEBUG is true or false/],
    [
      "SESSION_COOKIE_SECRUE",
      true,
      /There is no setting "SESSION_COOKIE_SECRUE"\. Did you mean "SESSION_COOKIE_SECURE"\?/,
    ],
    ["SECRECT_KEY", "x", /Did you mean "SECRET_KEY"\?/],
    ["SECRETKEY", "x", /Did you mean "SECRET_KEY"\?/],
    ["MAX_CONTENT_LENGHT", 1, /Did you mean "MAX_CONTENT_LENGTH"\?/],
    ["DEBUG_TB_INTERCEPT_REDIRECTS", true, /^The setting DEBUG_TB_INTERCEPT_REDIRECTS has no effect here/],
    ["DEBUG_TB_PANELS", ["a"], /has no effect here/],
    ["DEBUG_TB_ROUTES_HOST", "*", /has no effect here/],
    ["DEBUG_TB_PROFILER_ENABLED", true, /has no effect here/],
    ["DEBUG_TB_PROFILER_DUMP_FILENAME", "x", /has no effect here/],
    ["DEBUG_TB_TEMPLATE_EDITOR_ENABLED", true, /has no effect here/],
  ])("F6, F18, F19, F21: %s = %j is refused by name", (name, value, message) => {
    const { config } = new Flask("/tmp");
    const ways = [
      () => (config[name] = value),
      () => config.fromMapping({ [name]: value }),
      () => config.update({ [name]: value }),
    ];
    for (const set of ways) expect(set).toThrow(message);
    expect(config[name]).not.toEqual(value);
  });

  test("names of the application's own are taken", () => {
    const { config } = new Flask("/tmp");
    for (const name of [
      "DATABASE",
      "MAIL_SERVER",
      "SHOP_NAME",
      "APP_NAME",
      "SQLALCHEMY_DATABASE_URI",
      "API_KEY",
      "HOST",
    ])
      config[name] = name;
    expect(config.get("SHOP_NAME")).toBe("SHOP_NAME");
  });
});

describe("G8: ways to set", () => {
  test("get, update, setdefault, fromObject, getNamespace", () => {
    const { config } = new Flask("/tmp");
    class Base {
      static TESTING = true;
      static MAIL_PORT = 25;
      static lower = 1;
    }
    class Production extends Base {
      static override MAIL_PORT = 587;
    }
    config.fromObject(Production);
    config.fromObject({ MAIL_SERVER: "mail.test", other: 1 });
    expect([config.TESTING, config["MAIL_PORT"], config["lower"], config["other"]]).toEqual([
      true,
      587,
      undefined,
      undefined,
    ]);
    expect([config.get("NONE"), config.get("NONE", 1), config.get("MAIL_PORT", 1)]).toEqual([undefined, 1, 587]);
    expect(config.getNamespace("MAIL_")).toEqual({ port: 587, server: "mail.test" });
    expect(config.getNamespace("MAIL_", { lowercase: false, trimNamespace: false })).toEqual({
      MAIL_PORT: 587,
      MAIL_SERVER: "mail.test",
    });
    config.update({ lower: 2 });
    expect([config["lower"], config.setdefault("lower", 3), config.setdefault("NEW", 4)]).toEqual([2, 2, 4]);
    expect(Object.keys(config)).not.toContain("fromMapping");
    expect(() => config.fromObject("settings" as never)).toThrow(/await import/);
  });

  test("fromFile and fromEnvvar", () => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-config-"));
    writeFileSync(join(folder, "settings.json"), '{"TESTING": true, "lower": 1}');
    const { config } = new Flask(folder);
    expect(config.fromFile("settings.json", JSON.parse)).toBe(true);
    expect([config.TESTING, config["lower"]]).toEqual([true, undefined]);
    expect(config.fromFile("missing.json", JSON.parse, { silent: true })).toBe(false);
    expect(() => config.fromFile("missing.json", JSON.parse)).toThrow(
      /cannot read the file "missing\.json".*\(ENOENT\)/,
    );
    vi.stubEnv("SHOP_SETTINGS", "settings.json");
    expect(config.fromEnvvar("SHOP_SETTINGS")).toBe(true);
    expect(config.fromEnvvar("NO_SUCH", { silent: true })).toBe(false);
    expect(() => config.fromEnvvar("NO_SUCH")).toThrow(/NO_SUCH of app\.config\.fromEnvvar is not set/);
  });

  test("fromPrefixedEnv reads JSON, nests, and never parses a key", () => {
    for (const [name, value] of Object.entries({
      SHOP_SECRET_KEY: "12345678901234567890",
      SHOP_SECRET_KEY_FALLBACKS: "111,222",
      SHOP_STRIPE_API_KEY: "null",
      SHOP_TESTING: "true",
      SHOP_NUMBER: "7",
      SHOP_TEXT: "plain text",
      SHOP_MAIL__PORT: "25",
      SHOP_MAIL__TLS: "true",
    }))
      vi.stubEnv(name, value);
    const { config } = new Flask("/tmp");
    config.fromPrefixedEnv("SHOP");
    expect(config).toMatchObject({
      SECRET_KEY: "12345678901234567890",
      SECRET_KEY_FALLBACKS: ["111", "222"],
      STRIPE_API_KEY: "null",
      TESTING: true,
      NUMBER: 7,
      TEXT: "plain text",
      MAIL: { PORT: 25, TLS: true },
    });
    vi.stubEnv("SHOP_SECRET_KEY_FALLBACKS", '["333", 444]');
    config.fromPrefixedEnv("SHOP");
    expect(config.SECRET_KEY_FALLBACKS).toEqual(["333", "444"]);
  });
});

describe("F18: a key that is made at each start", () => {
  const run = (lines: string, environment: string): string => {
    const source = fileURLToPath(new URL("../../src/", import.meta.url));
    const code = `
      import { Flask } from "${source}flask/index.ts";
      import { generateSecretKey } from "${source}keys/index.ts";
      const app = new Flask("/tmp");
      ${lines}
      app.keys;
    `;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--conditions=latchkey-source", "--input-type=module", "-e", code],
      { encoding: "utf8", env: { PATH: process.env["PATH"], NODE_ENV: environment } },
    );
    return stdout + stderr;
  };

  test.each([
    ['app.config["SECRET_KEY"] = generateSecretKey();', "production", true],
    ['app.config["SECRET_KEY"] = generateSecretKey({ format: "uuid" });', "production", true],
    ['app.debug = true; app.config["SECRET_KEY"] = generateSecretKey();', "development", false],
    ['app.debug = true; app.config["SECRET_KEY"] = generateSecretKey();', "production", true],
    [`app.config["SECRET_KEY"] = ${JSON.stringify(generateSecretKey())};`, "production", false],
  ])("%s with NODE_ENV=%s warns: %j", { timeout: 120_000 }, (lines, environment, expected) => {
    const output = run(lines, environment);
    expect(output.includes("LATCHKEY_GENERATED_KEY")).toBe(expected);
    if (expected) expect(output).toMatch(/logs all visitors out\. Fix: make one key with "npx latchkey key generate"/);
  });

  test("F18: the doctor finds it, and SECRECT_KEY", async () => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-doctor-"));
    writeFileSync(
      join(folder, "app.ts"),
      [
        'app.config["SECRET_KEY"] = generateSecretKey();',
        '// app.config["SECRET_KEY"] = generateSecretKey();',
        'app.config.fromMapping({ SECRECT_KEY: process.env["SECRECT_KEY"] });',
        "app.secretKey = generateSecretKey({ bytes: 24 });",
        'app.config["SECRET_KEY"] = process.env["SECRET_KEY"];',
      ].join("\n"),
    );
    const { out, code } = await cli(["doctor", folder, "--json", "--no-history"]);
    const { findings } = JSON.parse(out) as { findings: { code: string; line: number; fix: string }[] };
    expect(findings.map(({ code: what, line }) => `${what} ${line}`).sort()).toEqual([
      "key_generated_at_start 1",
      "key_generated_at_start 4",
      "setting_misspelled 3",
      "setting_misspelled 3",
    ]);
    expect(code).toBe(1);
  });
});
