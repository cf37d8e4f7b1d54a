import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSecretKey } from "latchkey/keys";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CookieJar } from "../support/cookies.ts";
import { pythonWith, requirement } from "../support/requirements.ts";
import { runExample, type RunningExample } from "../support/run-example.ts";

const python = requirement("a Python with Flask", () => pythonWith("flask"));
const SIDES = [
  ["/python/", "/typescript/"],
  ["/typescript/", "/python/"],
] as const;

/** A browser in front of the proxy. */
class Visitor {
  readonly jar = new CookieJar();
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** A page's text. */
  async get(path: string): Promise<string> {
    return await (await this.#send(path)).text();
  }

  /** Posts a form, and returns the address that the answer leads to. */
  async post(path: string, fields: Readonly<Record<string, string>> = {}): Promise<string | null> {
    return (await this.#send(path, fields)).headers.get("location");
  }

  async #send(path: string, fields?: Readonly<Record<string, string>>): Promise<Response> {
    const response = await fetch(this.#url + path, {
      redirect: "manual",
      headers: this.jar.header === undefined ? {} : { Cookie: this.jar.header },
      ...(fields === undefined ? {} : { method: "POST", body: new URLSearchParams(fields) }),
    });
    this.jar.take(response.headers.getSetCookie());
    return response;
  }
}

describe.skipIf(python === undefined)("Flask and latchkey/flask behind one address", () => {
  const [first, second] = [generateSecretKey(), generateSecretKey()];
  let folder: string;
  let keyFile: string;
  let example: RunningExample;
  let visitor: Visitor;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "latchkey-beside-"));
    keyFile = join(folder, "secret_key");
    writeFileSync(keyFile, `${first}\n`, { mode: 0o600 });
    example = await runExample("examples/beside-flask/main.ts", { SECRET_KEY_FILE: keyFile, PYTHON: python! });
    visitor = new Visitor(new URL(example.url).origin);
  });
  afterEach(async () => {
    await example.stop("SIGTERM");
    rmSync(folder, { recursive: true });
  });

  /** Writes the key file, and waits until both have read it. */
  async function changeKeys(...keys: readonly string[]): Promise<void> {
    const times = (name: string): number => example.output().split(`${name}: the keys were read again`).length;
    const before = ["Flask", "latchkey/flask"].map(times);
    writeFileSync(keyFile, `${keys.join("\n")}\n`);
    example.signal("SIGHUP");
    await expect
      .poll(() => ["Flask", "latchkey/flask"].every((name, index) => times(name) > before[index]!))
      .toBe(true);
  }

  test.each(SIDES)("who logs in on %s is logged in on %s, and logs out there", async (one, other) => {
    expect(await visitor.get(one)).toContain("Log in");
    expect(await visitor.post(`${one}login`, { name: "Ada <3 é" })).toBe(one);
    // The message was flashed here, and is read on the other side, once.
    const page = await visitor.get(other);
    expect(page).toContain("Welcome, Ada &lt;3 é.");
    expect(page).toContain("Logged in as <strong>Ada &lt;3 é</strong>");
    expect(await visitor.get(one)).not.toContain("Welcome");
    expect(await visitor.post(`${other}logout`)).toBe(other);
    for (const side of [one, other]) expect(await visitor.get(side)).toContain("Log in");
  });

  test.each(SIDES)("a note that is flashed on %s is read on %s, with its category", async (one, other) => {
    await visitor.post(`${one}login`, { name: "Ada" });
    await visitor.get(one);
    expect(await visitor.post(`${one}note`, { text: "“two” & <three>" })).toBe(other);
    expect(await visitor.get(other)).toContain('<p class="note">“two” &amp; &lt;three&gt;</p>');
    expect(await visitor.get(one)).not.toContain('class="note"');
  });

  test.each(SIDES)("nobody is logged out while the key is rotated (login on %s)", async (one, other) => {
    const loggedIn = "Logged in as <strong>Ada</strong>";
    await visitor.post(`${one}login`, { name: "Ada" });
    const old = visitor.jar.header;
    await changeKeys(first, second);
    for (const side of [one, other]) expect(await visitor.get(side)).toContain(loggedIn);
    await changeKeys(second, first);
    for (const side of [one, other]) expect(await visitor.get(side)).toContain(loggedIn);
    // Each side writes the session under the new key, and the other one reads it.
    for (const [writer, reader] of SIDES) {
      await visitor.post(`${writer}note`, { text: "new key", stay: "1" });
      expect(await visitor.get(reader)).toContain("new key");
    }
    await changeKeys(second);
    for (const side of [one, other]) expect(await visitor.get(side)).toContain(loggedIn);
    const thief = new Visitor(new URL(example.url).origin);
    thief.jar.take([old!]);
    for (const side of [one, other]) expect(await thief.get(side)).toContain("Log in");
  });
});
