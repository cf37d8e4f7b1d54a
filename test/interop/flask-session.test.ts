import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import { Flask, session } from "latchkey/flask";
import { Markup, Tuple, Uuid } from "latchkey/signing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LineProcess } from "../support/line-process.ts";
import { pythonWith, requirement } from "../support/requirements.ts";

/** A value as the Python side names it: its kind, and its content. */
type Plain = null | boolean | number | string | Plain[] | { readonly [kind: string]: unknown };

const python = requirement("a Python with Flask", () => pythonWith("flask"));
const key = generateSecretKey();

/** One session's entries, as each language has them. */
const CASES: readonly (readonly [name: string, ours: unknown, theirs: Plain])[] = [
  ["text", "plain", "plain"],
  ["quotes and controls", '"\\/\u0000\u001f\u007f', '"\\/\u0000\u001f\u007f'],
  ["non-ASCII", "Ådä 日本語 \u2028 😀", "Ådä 日本語 \u2028 😀"],
  ["integers", [0, -1, 7, 9007199254740991], [0, -1, 7, 9007199254740991]],
  ["an integer beyond 2^53", 9007199254740993n, { int: "9007199254740993" }],
  ["a fraction", 0.1, { float: "0.1" }],
  ["true, false and nothing", [true, false, null], [true, false, null]],
  ["nested objects", { a: { b: [{ c: "d" }] } }, { dict: [["a", { dict: [["b", [{ dict: [["c", "d"]] }]]] }]] }],
  ["a tuple", Tuple.of<unknown>(1, "a"), { tuple: [1, "a"] }],
  ["bytes", new Uint8Array([0, 255, 16]), { bytes: "00ff10" }],
  ["markup", new Markup("<b>é</b>"), { markup: "<b>é</b>" }],
  ["a UUID", new Uuid("12345678-1234-5678-1234-567812345678"), { uuid: "12345678123456781234567812345678" }],
  ["a date", new Date(1_577_934_245_000), { datetime: 1577934245 }],
  ["a key that looks like a tag", { " t": [1] }, { dict: [[" t", [1]]] }],
  ["a payload that is compressed", "latchkey ".repeat(400), "latchkey ".repeat(400)],
];

/** Writes a session with our Flask, and returns the cookie's value. */
async function writeOurs(entries: Record<string, unknown>): Promise<string> {
  const app = createApp();
  app.get("/", () => {
    Object.assign(session, entries);
    return "";
  });
  const response = await app.fetch(new Request("http://localhost/"));
  return /^session=([^;]*)/.exec(response.headers.getSetCookie()[0] ?? "")![1]!;
}

/** Reads a session with our Flask. */
async function readOurs(cookie: string): Promise<Record<string, unknown>> {
  const app = createApp();
  let seen: Record<string, unknown> = {};
  app.get("/", () => {
    seen = { ...session.data };
    return "";
  });
  await app.fetch(new Request("http://localhost/", { headers: { Cookie: `session=${cookie}` } }));
  return seen;
}

function createApp(): Flask {
  const app = new Flask(fileURLToPath(new URL(".", import.meta.url)));
  app.config["SECRET_KEY"] = key;
  return app;
}

describe.skipIf(python === undefined)("cookies shared with a running Flask", () => {
  let flask: LineProcess;
  beforeAll(() => {
    flask = new LineProcess(python!, [fileURLToPath(new URL("flask_peer.py", import.meta.url))]);
  });
  afterAll(() => flask.close());

  const readTheirs = async (cookie: string): Promise<{ status: number; session: { dict: [string, Plain][] } }> =>
    await flask.ask({ do: "read", key, cookie });

  for (const [name, ours, theirs] of CASES) {
    test(`Flask reads what we wrote: ${name}`, async () => {
      const cookie = await writeOurs({ value: ours });
      const answer = await readTheirs(cookie);
      expect(answer.status).toBe(200);
      expect(answer.session.dict).toEqual([["value", theirs]]);
      if (name.includes("compressed")) expect(cookie).toMatch(/^\./);
    });

    test(`we read what Flask wrote: ${name}`, async () => {
      const { status, cookie } = await flask.ask<{ status: number; cookie: string }>({
        do: "write",
        key,
        session: { dict: [["value", theirs]] },
      });
      expect(status).toBe(200);
      expect(await readOurs(cookie)).toEqual({ value: ours });
    });
  }

  test("a cookie that either signed with another key is nobody's session", async () => {
    const other = generateSecretKey();
    const { cookie } = await flask.ask<{ cookie: string }>({
      do: "write",
      key: other,
      session: { dict: [["user", "ada"]] },
    });
    expect(await readOurs(cookie)).toEqual({});
    expect(
      (await flask.ask<{ session: unknown }>({ do: "read", key: other, cookie: await writeOurs({ user: "ada" }) }))
        .session,
    ).toEqual({
      dict: [],
    });
  });

  test("an incompressible session near the limit travels both ways", async () => {
    const text = randomBytes(1200).toString("hex");
    const answer = await readTheirs(await writeOurs({ text }));
    expect(answer.session.dict).toEqual([["text", text]]);
  });
});
