import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSecretKey } from "latchkey/keys";
import { afterEach, describe, expect, test } from "vitest";
import { CookieJar } from "../support/cookies.ts";
import { runExample, type RunningExample } from "../support/run-example.ts";

const running: RunningExample[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const example of running.splice(0)) await example.stop("SIGTERM");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function start(name: string, env: Readonly<Record<string, string>>): Promise<RunningExample> {
  const example = await runExample(`examples/${name}/app.ts`, env);
  running.push(example);
  return example;
}

/** A visitor with a browser: cookies, navigation, redirects followed. */
function visitor(url: string): (path: string, method?: string) => Promise<string> {
  const jar = new CookieJar();
  return async (path, method = "GET") => {
    const response = await fetch(url + path, {
      method,
      redirect: "manual",
      headers: {
        "Sec-Fetch-Dest": "document",
        ...(method === "POST" ? { "Content-Type": "application/x-www-form-urlencoded" } : {}),
        ...(jar.header === undefined ? {} : { Cookie: jar.header }),
      },
    });
    jar.take(response.headers.getSetCookie());
    const text = await response.text();
    return response.status === 303 ? `to ${response.headers.get("location")}` : text;
  };
}

const EXAMPLES = ["express", "fastify", "hono", "koa", "node", "web"];

test("A7: the examples differ in their first lines only", () => {
  const rests = EXAMPLES.map((name) => {
    const text = readFileSync(new URL(`../../examples/${name}/app.ts`, import.meta.url), "utf8");
    return /^\/\/ ---- From here on the example is the same for each framework\. ----$[\s\S]*/m.exec(text)?.[0];
  });
  expect(rests[0]).toContain("session.login(");
  expect(new Set(rests).size).toBe(1);
});

describe.each(EXAMPLES)("the example for %s", (name) => {
  test.each([
    ["in the cookie", {}],
    ["in SQLite", { DATABASE: ":memory:" }],
  ])("counts visits, logs in and out, flashes once, and shows the toolbar, %s", async (_, env) => {
    const { url } = await start(name, { SECRET_KEY: generateSecretKey(), ...env });
    const visit = visitor(url);
    expect(await visit("/")).toContain("Visit 1");
    const second = await visit("/");
    expect(second).toContain("Visit 2");
    expect(second).toContain("<button>login</button>");
    expect(await visit("/login", "POST")).toBe("to /");
    const welcome = await visit("/");
    expect(welcome).toMatch(/Welcome, Ada\.[\s\S]*Visit 3[\s\S]*<button>logout<\/button>/);
    expect(await visit("/")).not.toContain("Welcome");
    expect(await visit("/logout", "POST")).toBe("to /");
    expect(await visit("/")).toMatch(/Visit 1<[\s\S]*<button>login<\/button>/);
    const script = /<script type="module" src="([^"]+)"/.exec(welcome)![1]!.replaceAll("&amp;", "&");
    const response = await fetch(new URL(script, url), { headers: { "Sec-Fetch-Site": "same-origin" } });
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      expect.stringContaining("text/javascript"),
    ]);
  });

  test("in production it shows no toolbar, and does not start without a key", async () => {
    const { url } = await start(name, { SECRET_KEY: generateSecretKey(), NODE_ENV: "production" });
    const page = await visitor(url)("/");
    expect(page).toContain("Visit 1");
    expect(page).not.toContain("<script");
    await expect(start(name, { NODE_ENV: "production" })).rejects.toThrow(/key_missing|secret key is needed/);
  });
});

describe("the example for node with a key file", () => {
  test("takes a new key on SIGHUP, and logs nobody out", async () => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-example-"));
    folders.push(folder);
    const file = join(folder, "secret_key");
    const [old, next] = [generateSecretKey(), generateSecretKey()];
    writeFileSync(file, `${old}\n`, { mode: 0o600 });
    const example = await start("node", { SECRET_KEY_FILE: file });
    const visit = visitor(example.url);
    await visit("/login", "POST");
    writeFileSync(file, `${next}\n${old}\n`);
    example.signal("SIGHUP");
    await expect.poll(() => example.output()).toContain("The keys were read again.");
    expect(await visit("/")).toContain("<button>logout</button>");
    // The old key is no longer needed: the visit above was signed with the new one.
    writeFileSync(file, `${next}\n`);
    example.signal("SIGHUP");
    await expect.poll(() => example.output().split("read again").length).toBe(3);
    expect(await visit("/")).toContain("<button>logout</button>");
  });
});
