import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import { Flask, session } from "latchkey/flask";
import { Markup, Tuple, Uuid } from "latchkey/signing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { LineProcess } from "../support/line-process.ts";
import { pythonWith, requirement } from "../support/requirements.ts";
import { comparable, define, RandomSessions, toOurs, type Plain, type PlainSession } from "./random-session.ts";

const COUNT = 10_000;
const BATCH = 250;
const SEED = Number(process.env["LATCHKEY_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
/** Entries of Flask and Flask-Login that are members of the session here. */
const INNER: readonly string[] = ["_permanent", "_user_id"];

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
    // The warning of a Secure cookie over plain HTTP, once for each application.
    vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
    flask = new LineProcess(python!, [fileURLToPath(new URL("flask_peer.py", import.meta.url))]);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    flask.close();
  });

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

  describe("10,000 random sessions each way", () => {
    const keys = Array.from({ length: 4 }, () => generateSecretKey());
    /** Each signs with one key, and has the other three for old cookies. */
    const rings = keys.map((key) => ({ key, fallbacks: keys.filter((other) => other !== key) }));
    const sessions = new RandomSessions(SEED);
    const batches = Array.from({ length: COUNT / BATCH }, () =>
      Array.from({ length: BATCH }, () => ({
        session: sessions.next(),
        writer: sessions.below(rings.length),
        reader: sessions.below(rings.length),
      })),
    );

    test(`Flask reads what we wrote, whichever key signed it (LATCHKEY_SEED=${SEED})`, async () => {
      const writers = rings.map(createVisits);
      let [compressed, underOldKeys] = [0, 0];
      for (const batch of batches) {
        const questions = [];
        for (const { session, writer, reader } of batch) {
          const cookie = await writers[writer]!.write(session);
          if (cookie.startsWith(".")) compressed++;
          if (writer !== reader) underOldKeys++;
          questions.push({ do: "read", ...rings[reader]!, cookie });
        }
        const answers = await flask.ask<{ session: Plain }[]>(questions);
        expect(answers.map(({ session }) => comparable(withoutOurs(session)))).toEqual(
          batch.map(({ session }) => comparable({ dict: session })),
        );
      }
      // The numbers say that the sessions are of both kinds.
      expect(compressed).toBeGreaterThan(COUNT / 50);
      expect(underOldKeys).toBeGreaterThan(COUNT / 2);
    });

    test(`we read what Flask wrote, whichever key signed it (LATCHKEY_SEED=${SEED})`, async () => {
      const readers = rings.map(createVisits);
      let compressed = 0;
      for (const batch of batches) {
        const questions = batch.map(({ session, writer }) => ({
          do: "write",
          ...rings[writer]!,
          session: { dict: session },
        }));
        const answers = await flask.ask<{ cookie: string }[]>(questions);
        const seen: Seen[] = [];
        for (const [index, { reader }] of batch.entries()) {
          const { cookie } = answers[index]!;
          if (cookie.startsWith(".")) compressed++;
          seen.push(await readers[reader]!.read(cookie));
        }
        expect(seen).toEqual(batch.map(({ session }) => expected(session)));
      }
      expect(compressed).toBeGreaterThan(COUNT / 10);
    });
  });
});

/** A login here adds one entry, which Flask keeps: the time of the login. */
function withoutOurs(session: Plain): Plain {
  const { dict } = session as { readonly dict: PlainSession };
  return { dict: dict.filter(([name]) => name !== "_latchkey") };
}

/** What a page of ours sees of a session: its data, and what is not data here. */
interface Seen {
  readonly data: Record<string, unknown>;
  readonly permanent: boolean;
  readonly subject: string | undefined;
}

function expected(session: PlainSession): Seen {
  const data = {};
  const entries = new Map(session);
  for (const [name, value] of session) if (!INNER.includes(name)) define(data, name, toOurs(value));
  return {
    data,
    permanent: entries.get("_permanent") === true,
    subject: entries.get("_user_id") as string | undefined,
  };
}

/** An application that writes and reads any session, with a key and older keys. */
function createVisits({ key, fallbacks }: { readonly key: string; readonly fallbacks: readonly string[] }): {
  write(session: PlainSession): Promise<string>;
  read(cookie: string): Promise<Seen>;
} {
  const app = createApp();
  app.config["SECRET_KEY"] = key;
  app.config["SECRET_KEY_FALLBACKS"] = fallbacks;
  let next: PlainSession = [];
  let seen: Seen | undefined;
  app.get("/write", function write() {
    for (const [name, value] of next) {
      if (name === "_permanent") session.permanent = true;
      else if (name === "_user_id") session.login(value as string);
      else session.data[name] = toOurs(value);
    }
    return "";
  });
  app.get("/read", function read() {
    seen = { data: { ...session.data }, permanent: session.permanent, subject: session.subject };
    return "";
  });
  return {
    async write(session) {
      next = session;
      const response = await app.fetch(new Request("http://localhost/write"));
      return /^session=([^;]*)/.exec(response.headers.getSetCookie()[0] ?? "")![1]!;
    },
    async read(cookie) {
      seen = undefined;
      await app.fetch(new Request("http://localhost/read", { headers: { Cookie: `session=${cookie}` } }));
      return seen!;
    },
  };
}
