import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateSecretKey } from "latchkey/keys";
import type { ExchangeSummary } from "latchkey/toolbar";
import { CookieJar } from "../support/cookies.ts";
import { blocksOf } from "../support/docs/pages.ts";
import { RUNTIMES, startOn, type RunningProgram } from "../support/runtime-program.ts";
import { firstEvent, runScript, visit } from "../support/toolbar-client.ts";

/** The program of docs/web.md, and the lines that serve it on each runtime, as they stand there. */
const BLOCKS = blocksOf("docs/web.md");
const PROGRAM = BLOCKS.find(({ language }) => language === "ts")!.text;
const SERVES = BLOCKS.filter(({ language }) => language === "js").map(({ text }) => text);
const SOURCE: Readonly<Record<string, string>> = {
  latchkey: "../../src/index.ts",
  "latchkey/keys": "../../src/keys/index.ts",
  "latchkey/toolbar": "../../src/toolbar/index.ts",
  "latchkey/web": "../../src/adapters/web/index.ts",
};

/**
 * The program for a runtime: Node's server is left out, names lead to the source, and any free port
 * will do.
 *
 * @param start of the line that serves it.
 */
function programFor(start: string): string {
  const serve = SERVES.find((text) => text.startsWith(start))!;
  const port = start.startsWith("Bun")
    ? serve.replace("port: 3000", 'port: 0, hostname: "127.0.0.1"').replace(/^/, "say(").replace(/;\n$/, ");\n")
    : serve.replace("port: 3000", 'port: 0, hostname: "127.0.0.1", onListen: say');
  const program = PROGRAM.slice(0, PROGRAM.indexOf("// On Node"))
    .replace(/^import \{ serve \}.*\n/m, "")
    .replaceAll(/ from "(latchkey[^"]*)"/g, (_, name: string) => ` from ${JSON.stringify(SOURCE[name])}`);
  return `process.env.SECRET_KEY = ${JSON.stringify(generateSecretKey())};\n${program}\n${port}`;
}

const STARTS = { Bun: "Bun.serve(", Deno: "Deno.serve(" } as const;

test("docs/web.md has the lines for Bun, Deno and Workers, and nothing else in JavaScript", () => {
  expect(SERVES.map((text) => text.split("(")[0])).toEqual(["Bun.serve", "Deno.serve", "export default { fetch: "]);
});

test("the line for Workers answers a request, without any server", { timeout: 120_000 }, async () => {
  const { SessionManager } = await import("latchkey");
  const { session } = await import("latchkey/web");
  const withSession = session(new SessionManager<{ visits: number }>({ keys: () => generateSecretKey() }));
  const answer = async (request: Request): Promise<Response> =>
    await withSession(request, ({ data }) => new Response(String((data.visits = (data.visits ?? 0) + 1))));
  const line = SERVES.find((text) => text.startsWith("export default"))!;
  // oxlint-disable-next-line typescript/no-implied-eval -- the line as it stands on the page
  const worker = new Function("answer", line.replace("export default", "return"))(answer) as {
    fetch: (request: Request) => Promise<Response>;
  };
  const first = await worker.fetch(new Request("https://shop.example/"));
  const cookie = first.headers.getSetCookie()[0]!.split(";")[0]!;
  expect(await (await worker.fetch(new Request("https://shop.example/", { headers: { cookie } }))).text()).toBe("2");
});

describe.each(RUNTIMES)("P2: latchkey/web on %s", { timeout: 120_000 }, (runtime) => {
  let running: RunningProgram;
  beforeAll(async () => {
    const body = programFor(STARTS[runtime]);
    running = await startOn(runtime, "web", body, "ts");
  }, 120_000);
  afterAll(async () => await running?.stop());

  test("a page has the toolbar's script, and its addresses answer on this machine", async () => {
    const { url } = running;
    const page = await visit(`${url}/`);
    expect([page.status, page.text.includes("Visit 1")], running.output()).toEqual([200, true]);
    expect(page.script, running.output()).toMatch(new RegExp(`^${url}/_latchkey/`));
    expect((await fetch(page.script!, { headers: { "sec-fetch-site": "same-origin" } })).status).toBe(200);
    expect((await runScript(page.script!)).summary).toMatchObject({ path: "/", status: 200 });
    expect((await visit(`${url}/_latchkey/`)).status).toBe(200);
  });

  test("the session lasts, its cookie is not Secure on this machine, and a login makes a new one", async () => {
    const { url } = running;
    const jar = new CookieJar();
    const ask = async (method = "GET"): Promise<Response> => {
      const headers = jar.header === undefined ? {} : { cookie: jar.header };
      const response = await fetch(`${url}/`, { method, redirect: "manual", headers });
      jar.take(response.headers.getSetCookie());
      return response;
    };
    const first = await ask();
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    expect(await (await ask()).text()).toContain("Visit 2");
    const before = jar.header;
    const login = await ask("POST");
    expect([login.status, login.headers.get("location")]).toEqual([303, "/"]);
    expect(jar.header).not.toBe(before);
    expect(await (await ask()).text()).toContain("Visit 3");
  });

  test("an event arrives, and a visitor behind a proxy or from another site sees nothing", async () => {
    const { url } = running;
    const { script } = await visit(`${url}/`);
    await runScript(script!);
    const { text } = await firstEvent(script!, async () => await visit(`${url}/later`), '"path":"/later"');
    expect(text).toContain('"path":"/later"');
    const proxied = await visit(`${url}/`, { "x-forwarded-for": "203.0.113.9" });
    expect(proxied.script).toBeUndefined();
    expect(proxied.headers["set-cookie"]).toEqual([expect.stringMatching(/^__Host-Http-session=.*; Secure;/)]);
    expect((await visit(`${url}/_latchkey/`, { host: "evil.example" })).status).toBe(404);
    expect((await visit(`${url}/_latchkey/`, { "sec-fetch-site": "cross-site" })).status).toBe(404);
  });

  test("a page of another origin has no session, and its request is recorded as every other", async () => {
    const { url } = running;
    const foreign = await fetch(`${url}/`, { method: "POST", headers: { "sec-fetch-site": "cross-site" } });
    // login() throws there, and the server answers the error.
    expect([foreign.status, foreign.headers.getSetCookie()]).toEqual([500, []]);
    const { script } = await visit(`${url}/`);
    const list = await fetch(new URL(script!).href.replace("toolbar.js", "exchanges"), {
      headers: { "sec-fetch-site": "same-origin" },
    });
    const { exchanges } = (await list.json()) as { readonly exchanges: readonly ExchangeSummary[] };
    expect(exchanges.length).toBeGreaterThan(0);
  });

  test("behind a proxy that speaks HTTP/1.0, as nginx does, nobody sees the toolbar", async () => {
    // nginx sends this to the server behind it. Bun then closes the connection without saying so,
    // so no other request may follow on it.
    expect((await visit(`${running.url}/`, { connection: "close" })).script).toBeUndefined();
  });
});
