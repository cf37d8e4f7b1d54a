import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Flask } from "latchkey/flask";
import { generateSecretKey } from "latchkey/keys";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createApp } from "../../examples/flaskr/app.ts";
import { getDb, initDb } from "../../examples/flaskr/db.ts";

let folder: string;
let app: Flask;
let client: ReturnType<Flask["testClient"]>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-flaskr-"));
  app = createApp(
    {},
    {
      TESTING: true,
      SECRET_KEY: generateSecretKey(),
      DATABASE: join(folder, "flaskr.sqlite"),
      SCRYPT_N: 2 ** 10,
    },
  );
  await app.appContext().run(() => initDb());
  client = app.testClient();
});
afterEach(() => rmSync(folder, { recursive: true }));

type Answer = Awaited<ReturnType<typeof client.get>>;
const register = async (name: string, password = "correct horse"): Promise<Answer> =>
  await client.post("/auth/register", { data: { username: name, password } });
const login = async (name: string, password = "correct horse"): Promise<Answer> =>
  await client.post("/auth/login", { data: { username: name, password } });
const page = async (path: string): Promise<string> => (await client.get(path)).text;

/** Somebody who is logged in. */
async function author(name: string): Promise<void> {
  await register(name);
  await login(name);
}

describe("the factory", () => {
  test("takes the settings of a test, and greets", async () => {
    expect(app.testing).toBe(true);
    expect(await page("/hello")).toBe("Hello, World!");
  });
});

describe("the database", () => {
  test("is one per request, and is closed after it", async () => {
    const db = await app.appContext().run(() => {
      const first = getDb();
      expect(getDb()).toBe(first);
      return first;
    });
    expect(() => db.prepare("SELECT 1")).toThrow(/not open/);
  });

  test("is made by the command init-db", async () => {
    await author("ada");
    const result = await app.testCliRunner().invoke(["init-db"]);
    expect(result.exitCode).toBe(0);
    expect(result.output).toContain("The database is ready.");
    expect(await app.appContext().run(() => getDb().prepare("SELECT count(*) AS n FROM user").get())).toEqual({ n: 0 });
  });
});

describe("registration and login", () => {
  test("a new user is saved, without the password, and is sent to the login", async () => {
    expect((await client.get("/auth/register")).status).toBe(200);
    const response = await register("ada");
    expect([response.status, response.location]).toEqual([302, "/auth/login"]);
    const row = await app.appContext().run(() => getDb().prepare("SELECT * FROM user WHERE username = 'ada'").get());
    expect(String(row!["password"])).not.toContain("correct horse");
  });

  test.each([
    ["", "x", "Choose a name."],
    ["ada", "", "Choose a password."],
    ["taken", "x", "The name taken is taken."],
  ])("registering %j with %j says: %s", async (name, password, message) => {
    await register("taken");
    const response = await register(name, password);
    expect(response.status).toBe(200);
    expect(response.text).toContain(message);
    // A message is shown once.
    expect(await page("/auth/register")).not.toContain(message);
  });

  test("a login puts the user in the session, and each page knows the name", async () => {
    await register("ada");
    expect((await client.get("/auth/login")).status).toBe(200);
    expect((await login("ada")).location).toBe("/");
    expect(await page("/")).toContain("<li>ada</li>");
    await client.sessionTransaction((session) => expect({ ...session }).toEqual({ user_id: 1 }));
  });

  test.each([
    ["nobody", "correct horse"],
    ["ada", "wrong"],
  ])("a login as %s with the password %j is refused", async (name, password) => {
    await register("ada");
    expect((await login(name, password)).text).toContain("do not belong together");
    expect(await page("/")).toContain("Log in");
  });

  test("a logout empties the session", async () => {
    await author("ada");
    expect((await client.get("/auth/logout")).status).toBe(302);
    expect(await page("/")).not.toContain("<li>ada</li>");
  });
});

describe("posts", () => {
  test.each(["/create", "/1/update", "/1/delete"])("%s needs a login", async (path) => {
    const response = await client.post(path);
    expect([response.status, response.location]).toEqual([302, "/auth/login"]);
  });

  test("are created, shown with the date and the author, changed and deleted", async () => {
    await author("ada");
    expect(await page("/")).toContain("Nothing is written yet.");
    await client.post("/create", { data: { title: "First <post>", body: "the text\nin two lines" } });
    const index = await page("/");
    expect(index).toContain("<h2>First &lt;post&gt;</h2>");
    expect(index).toContain(`by ada on ${new Date().toISOString().slice(0, 10)}`);
    expect(index).toContain("the text\nin two lines");
    expect(index).toContain('href="/1/update"');
    expect(await page("/1/update")).toContain('value="First &lt;post&gt;"');
    const changed = await client.post("/1/update", { data: { title: "Second", body: "changed" } });
    expect(changed.location).toBe("/");
    expect(await page("/")).toContain("<h2>Second</h2>");
    expect((await client.post("/1/delete")).location).toBe("/");
    expect(await page("/")).not.toContain("Second");
  });

  test.each(["/create", "/1/update"])("%s without a title says so, and has the text again", async (path) => {
    await author("ada");
    await client.post("/create", { data: { title: "First", body: "x" } });
    const response = await client.post(path, { data: { title: "", body: "not lost" } });
    expect(response.text).toContain("A post needs a title.");
    expect(response.text).toContain("not lost");
  });

  test("belong to their author", async () => {
    await author("ada");
    await client.post("/create", { data: { title: "Hers", body: "" } });
    await client.get("/auth/logout");
    await author("bob");
    expect((await client.post("/1/update", { data: { title: "His", body: "" } })).status).toBe(403);
    expect((await client.post("/1/delete")).status).toBe(403);
    expect(await page("/")).toContain("Hers");
    expect(await page("/")).not.toContain('href="/1/update"');
  });

  test.each(["/7/update", "/7/delete"])("%s of a post that does not exist is 404", async (path) => {
    await author("ada");
    expect((await client.post(path)).status).toBe(404);
  });
});
