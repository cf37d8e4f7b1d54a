import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import { DebugToolbarExtension, Flask, g, renderTemplate, request } from "latchkey/flask";
import { afterEach, describe, expect, test, vi } from "vitest";

const NAVIGATES = { Accept: "text/html", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none" };
afterEach(() => vi.unstubAllEnvs());

function createApp(): Flask {
  const app = new Flask(fileURLToPath(new URL("app", import.meta.url)));
  app.config["SECRET_KEY"] = generateSecretKey();
  app.route("/u/<int:id>", { methods: ["GET", "POST"] }, function showUser() {
    Object.assign(g, { note: "from g", password: "hunter2", row: { id: 7, secret: "hunter2" }, db: new Map() });
    return renderTemplate("index.html", { title: "a title", name: request.form.get("name", "nobody") });
  });
  return app;
}

/** Whether the page of `/u/7` has the toolbar, and the text of its newest record. */
async function look(
  app: Flask,
  init: RequestInit = {},
): Promise<{ readonly isShown: boolean; readonly record: string }> {
  const server = await app.run({ port: 0 });
  try {
    const page = await (await fetch(`${server.url}/u/7`, { ...init, headers: { ...NAVIGATES } })).text();
    const isShown = page.includes("_latchkey");
    if (!isShown) return { isShown, record: "" };
    const own = await (await fetch(`${server.url}/_latchkey/`, { headers: NAVIGATES })).text();
    const token = new URLSearchParams(/toolbar\.js\?([^"]+)"/.exec(own)![1]!.replaceAll("&amp;", "&")).get("token")!;
    const read = async (path: string): Promise<string> =>
      await (await fetch(`${server.url}/_latchkey${path}?token=${encodeURIComponent(token)}`)).text();
    await expect.poll(async () => await read("/exchanges")).toContain("/u/7");
    const { exchanges } = JSON.parse(await read("/exchanges")) as { exchanges: { id: string; path: string }[] };
    return { isShown, record: await read(`/exchanges/${exchanges.find(({ path }) => path === "/u/7")!.id}`) };
  } finally {
    await server.close();
  }
}

describe("F21, G28: the toolbar extension", () => {
  test.each([
    ["development", { DEBUG: true }, true],
    ["development", {}, false],
    ["development", { DEBUG: true, DEBUG_TB_ENABLED: false }, false],
    ["development", { DEBUG_TB_ENABLED: true }, true],
    ["production", { DEBUG_TB_ENABLED: true, DEBUG: true }, false],
  ] as const)("with NODE_ENV=%s and %j shows: %j", { timeout: 120_000 }, async (environment, settings, expected) => {
    vi.stubEnv("NODE_ENV", environment);
    const app = createApp();
    const extension = new DebugToolbarExtension();
    app.config.update(settings);
    extension.initApp(app);
    expect((await look(app)).isShown).toBe(expected);
    extension.close();
  });

  test(
    "shows Flask's rule and endpoint, the form, the arguments, and the templates",
    { timeout: 300_000 },
    async () => {
      vi.stubEnv("NODE_ENV", "development");
      const app = createApp();
      app.debug = true;
      const extension = new DebugToolbarExtension(app);
      const form = new URLSearchParams({ name: "Ada Lovelace" });
      const { record } = await look(app, { method: "POST", body: form });
      extension.close();
      for (const text of ["from g", '{\\"id\\":7', "[Map]"]) expect(record).toContain(text);
      expect(record).not.toContain("hunter2");
      for (const text of ["/u/<int:id>", "showUser(id: 7)", "Ada Lovelace", "index.html", "/static/<path:filename>"])
        expect(record).toContain(text);
      expect(record).not.toContain(":id{");
    },
  );

  test("needs a key only where it shows", () => {
    const off = new Flask("/tmp");
    expect(() => new DebugToolbarExtension(off)).not.toThrow();
    const on = new Flask("/tmp");
    on.debug = true;
    expect(() => new DebugToolbarExtension(on)).toThrow(/requires the 'SECRET_KEY' config var/);
    expect(() => new DebugToolbarExtension().initApp(undefined as never)).toThrow(/needs the application/);
  });
});
