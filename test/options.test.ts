import { readFileSync, rmSync } from "node:fs";
import { LatchkeyError } from "latchkey";
import { afterAll, describe, expect, test } from "vitest";

const OTHER = "lk1_Qe7Zr1HkWm9BtXcVf5LpNy3SaDu8Jo0GiTb6YxKz2Mx243BO";
const KEY = "lk1_uV9yB2nQm4XsTzR7wKfLh0JdPc3GaEo6iNbYx8Ztv5D4yKn6";
/** No function has an option of this name. */
const UNKNOWN = { nonsense: 1 };

type Call = (...given: readonly unknown[]) => unknown;

const ENTRIES: Readonly<Record<string, () => Promise<object>>> = {
  latchkey: async () => await import("latchkey"),
  keys: async () => await import("latchkey/keys"),
  signing: async () => await import("latchkey/signing"),
  toolbar: async () => await import("latchkey/toolbar"),
  testing: async () => await import("latchkey/testing"),
  flask: async () => await import("latchkey/flask"),
  express: async () => await import("latchkey/express"),
  fastify: async () => await import("latchkey/fastify"),
  hono: async () => await import("latchkey/hono"),
  koa: async () => await import("latchkey/koa"),
  node: async () => await import("latchkey/node"),
  web: async () => await import("latchkey/web"),
  next: async () => await import("latchkey/next"),
  "stores-memory": async () => await import("latchkey/stores/memory"),
  "stores-redis": async () => await import("latchkey/stores/redis"),
  "stores-postgres": async () => await import("latchkey/stores/postgres"),
  "stores-mysql": async () => await import("latchkey/stores/mysql"),
  "stores-sqlite-async": async () => await import("latchkey/stores/sqlite-async"),
  "stores-sqlite": async () => await import("latchkey/stores/sqlite"),
  "stores-express-store": async () => await import("latchkey/stores/express-store"),
};

/** What is asked of an export. */
interface Rule {
  /** Right arguments that stand before the options; undefined where it takes none. */
  readonly before?: readonly unknown[];
  /** Right arguments that stand after the first one. */
  readonly after?: readonly unknown[];
  /** Which wrong first arguments are answered by a LatchkeyError; all five unless given. */
  readonly refuses?: readonly (keyof typeof WRONG)[];
  /**
   * Values that JavaScript itself answers, in words of ours: a documented TypeError or RangeError.
   */
  readonly throws?: typeof TypeError | typeof RangeError;
}

const WRONG = { nothing: [], null: [null], "a number": [7], "a text": ["text"], "an object": [UNKNOWN] } as const;
/** It takes no argument, or any value. */
const ANY: Rule = { refuses: [] };
/** A key's own text is right, so a text says nothing here. */
const KEYS: Rule = { before: [KEY], refuses: ["nothing", "null", "a number", "an object"] };
/** Options alone, which may be left out. */
const OPTIONS: Rule = { before: [], refuses: ["null", "a number", "a text", "an object"] };
const VALUE: Rule = { throws: TypeError };
const TEXT: Rule = { refuses: ["nothing", "null", "a number", "an object"] };

const RULES: Readonly<Record<string, Rule>> = {
  // Errors are thrown by applications too; what they are told is a message.
  LatchkeyError: ANY,
  SecretKeyError: ANY,
  SessionError: ANY,
  InvalidOptionError: ANY,
  BadData: ANY,
  BadPayload: ANY,
  BadSignature: ANY,
  BadTimeSignature: ANY,
  SignatureExpired: ANY,
  unixNow: ANY,
  // It is made by the manager alone.
  Session: ANY,
  // It grades any value.
  gradeSecretKey: { before: [KEY], refuses: [] },
  generateSecretKey: OPTIONS,
  KeyRing: { before: [KEY, []], refuses: ["nothing", "null", "a number", "an object"] },
  Signer: KEYS,
  TimestampSigner: KEYS,
  Serializer: KEYS,
  TimedSerializer: KEYS,
  URLSafeSerializer: KEYS,
  URLSafeTimedSerializer: KEYS,
  flaskSessionSerializer: KEYS,
  deriveSealedKey: KEYS,
  PythonJson: OPTIONS,
  TaggedJson: OPTIONS,
  sealed: OPTIONS,
  // They take no options.
  flask: ANY,
  signed: ANY,
  isPublishedKey: TEXT,
  SessionManager: { before: [] },
  Toolbar: { before: [] },
  loadKeyRing: { before: [] },
  loadKeyRingAsync: { before: [] },
  // A missing file is an error of its own.
  watchKeyFile: { after: ["/nowhere/secret_key"] },
  writeKeyFile: { after: ["a text"], refuses: ["nothing", "null", "a number", "an object"] },
  readKeysText: { ...TEXT, after: ["file"] },
  deriveKey: { after: ["salt", "hmac", "sha1"] },
  announceKey: { ...TEXT, after: [OTHER, "file"] },
  verificationShare: { after: ["00000000"] },
  promoteKey: { before: [`${KEY}\n`, "00000000", "file"], after: ["00000000", "file"] },
  retireKey: { before: [`${KEY}\n`, "00000000", "file"], after: ["00000000", "file", { share: 0 }] },
  MemoryStore: OPTIONS,
  // Values of Flask and itsdangerous.
  Tuple: ANY,
  Float: { throws: TypeError, refuses: ["nothing", "null", "a text", "an object"] },
  Markup: { throws: TypeError, refuses: ["nothing", "null", "a number", "an object"] },
  Uuid: VALUE,
  encodeBase64url: { throws: TypeError, refuses: ["nothing", "null", "a number", "an object"] },
  // What is not text was never encoded.
  decodeBase64url: ANY,
  // Flask's own functions.
  Flask: TEXT,
  AppCli: ANY,
  // Its arguments come from the rule.
  BaseConverter: ANY,
  Blueprint: { ...TEXT, refuses: Object.keys(WRONG) as (keyof typeof WRONG)[] },
  // Without an application, `initApp` is given one.
  DebugToolbarExtension: { refuses: ["null", "a number", "a text", "an object"] },
  FileStorage: { throws: TypeError },
  // A response of JavaScript, and classes to extend.
  FlaskResponse: ANY,
  JSONProvider: ANY,
  Logger: ANY,
  MethodView: ANY,
  // Made by templates alone.
  TemplateError: { throws: TypeError, refuses: [] },
  TemplateNotFound: ANY,
  ValidationError: ANY,
  View: ANY,
  // Any value can be written in HTML.
  escape: ANY,
  generatePasswordHash: { before: ["a password"], refuses: ["nothing", "null", "a number", "an object"] },
  secureFilename: TEXT,
  proxyFix: OPTIONS,
  hasAppContext: ANY,
  hasRequestContext: ANY,
  // They convert a text, and throw as conversions do.
  float: { throws: RangeError, refuses: ["a text"] },
  int: { throws: RangeError, refuses: ["a text"] },
  makeResponse: { refuses: ["null", "a number"] },
  renderTemplateString: TEXT,
  sendFile: TEXT,
  sendFromDirectory: { ...TEXT, after: ["a.txt"] },
  streamTemplate: TEXT,
  streamTemplateString: TEXT,
  streamWithContext: { refuses: [] },
  HTTPException: { throws: RangeError },
  abort: { throws: RangeError },
  flash: TEXT,
  getFlashedMessages: OPTIONS,
  jsonify: { refuses: ["nothing"] },
  redirect: TEXT,
  renderTemplate: TEXT,
  urlFor: TEXT,
};

const CLASS = /^class\b/;
const callOf = (thing: Call): Call =>
  CLASS.test(Function.prototype.toString.call(thing))
    ? (...given) => Reflect.construct(thing, given) as unknown
    : thing;

/** What a call throws, at once or later. */
async function thrownBy(call: Call, given: readonly unknown[]): Promise<unknown> {
  try {
    await call(...given);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** As in Flask, it says so of right arguments too. */
const isOutsideOfRequest = (error: unknown): boolean =>
  error instanceof Error && /^Working outside of (?:request|application) context\./.test(error.message);

// A text is a right path for writeKeyFile, which makes the file.
afterAll(() => rmSync("text", { force: true }));

describe.each(Object.entries(ENTRIES))("the entry point %s", async (entry, load) => {
  const names = readFileSync(new URL(`exports/${entry}.txt`, import.meta.url), "utf8")
    .trim()
    .split("\n");
  const exported = (await load()) as Readonly<Record<string, unknown>>;

  test("A17: its exports are those that are looked at here", () => {
    expect(names.toSorted()).toEqual(Object.keys(exported).toSorted());
  });

  const functions = names.filter((name) => typeof exported[name] === "function");
  test.each(functions)("A17: %s answers a missing or a wrong argument with an error of ours", async (name) => {
    const {
      after = [],
      refuses = Object.keys(WRONG) as (keyof typeof WRONG)[],
      throws = LatchkeyError,
    } = RULES[name] ?? {};
    const wrong = Object.entries(WRONG).map(
      ([what, given]) => [what, after.length === 0 ? given : [given[0], ...after]] as const,
    );
    for (const [what, given] of wrong) {
      const error = await thrownBy(callOf(exported[name] as Call), given);
      if (refuses.includes(what as keyof typeof WRONG)) {
        expect([what, error]).toEqual([what, expect.any(throws)]);
        // In words of ours: V8 and Node say "Cannot read …", "… is not a function", "The … argument
        // must be …".
        expect(String(error)).not.toMatch(
          /Cannot (?:read|destructure)|is not a function|not iterable|argument must be/,
        );
        // A wrong value is not shown: it may be a secret.
        expect((error as Error).message).not.toMatch(/\btext\b.*\bnonsense\b.*: 1/);
      } else if (error !== undefined && !isOutsideOfRequest(error))
        expect([what, error]).toEqual([what, expect.any(throws)]);
    }
  });

  const withOptions = functions.filter((name) => RULES[name]?.before !== undefined);
  test.each(withOptions)("A17: %s refuses an unknown option, and names the right ones", async (name) => {
    const { before } = RULES[name]!;
    const call = callOf(exported[name] as Call);
    const unknown = await thrownBy(call, [...before!, UNKNOWN]);
    expect(unknown).toBeInstanceOf(LatchkeyError);
    expect((unknown as Error).message).toMatch(/has no option "nonsense"\. (?:Its options: \w+|Did you mean)/);
    const [, known = ""] = /Its options: ([\w, ]+)\./.exec((unknown as Error).message) ?? [];
    for (const option of known.split(", ")) {
      // Another case, and underscores as in Python.
      const misspelled =
        option === option.toLowerCase()
          ? `${option}x`
          : option.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`);
      const error = await thrownBy(call, [...before!, { [misspelled]: 1 }]);
      expect([misspelled, (error as Error).message]).toEqual([
        misspelled,
        expect.stringContaining(`Did you mean "${option}"?`) as string,
      ]);
    }
    for (const wrong of [null, 7, "text", []]) {
      const error = await thrownBy(call, [...before!, wrong]);
      expect([wrong, error]).toEqual([wrong, expect.any(LatchkeyError)]);
      expect((error as Error).message).toMatch(/takes an object with options/);
    }
  });
});

describe("the options of one call", async () => {
  const { KeyRing, Serializer, Signer, TimedSerializer, TimestampSigner, URLSafeTimedSerializer } =
    await import("latchkey/signing");
  const keys = new KeyRing(KEY);

  test("A17: a misspelled age is refused, where every age would pass", () => {
    const signer = new TimestampSigner(keys, { clock: () => 1_800_000_000 });
    const signed = signer.sign("value");
    for (const method of ["unsign", "validate", "open"] as const)
      for (const options of [{ max_age: 1 }, { maxage: 1 }, { clock_skew: 1 }] as object[])
        expect(() => signer[method](signed, options)).toThrow(/has no option .* Did you mean "(?:maxAge|clockSkew)"\?/);
    for (const serializer of [new TimedSerializer(keys), new URLSafeTimedSerializer(keys)]) {
      const text = serializer.dumps({ user: 7 });
      for (const method of ["loads", "open", "loadsUnsafe"] as const)
        expect(() => serializer[method](text, { max_age: 3600 } as object)).toThrow(
          /has no option "max_age"\. Did you mean "maxAge"\?/,
        );
      expect(serializer.loads(text, { maxAge: 3600 })).toEqual({ user: 7 });
      expect(serializer.loads(text, { maxAge: 3600, returnTimestamp: true })).toMatchObject({ value: { user: 7 } });
    }
  });

  test("A17: a misspelled salt is refused, where the signature would have another purpose", () => {
    const serializer = new Serializer(keys);
    const signed = serializer.dumps(1, { salt: "a" });
    for (const method of ["dumps", "loads", "open", "verify", "loadsUnsafe"] as const)
      expect(() => serializer[method](signed, { Salt: "a" } as object)).toThrow(
        /has no option "Salt"\. Did you mean "salt"\?/,
      );
    expect(serializer.loads(signed, { salt: "a" })).toBe(1);
    expect(() => new Serializer(keys, { fallbackSigners: [{ Digest: "sha256" } as never] })).toThrow(
      /Did you mean "digest"\?/,
    );
    expect(() => new Serializer(keys, { fallbackSigners: [null as never] })).toThrow(LatchkeyError);
  });

  test("A17: what itsdangerous refuses with a TypeError stays one, in words of ours", () => {
    for (const value of [undefined, null, 7, {}]) {
      expect(() => new Signer(keys).sign(value as never)).toThrow(/^Only a string can be signed/);
      expect(() => new TimestampSigner(keys).sign(value as never)).toThrow(TypeError);
    }
    expect(() => new Serializer(keys).dumps(() => 1)).toThrow(TypeError);
  });
});

describe("the adapters", async () => {
  const { SessionManager } = await import("latchkey");
  const manager = new SessionManager({ keys: KEY });

  test.each(["express", "fastify", "hono", "koa", "next", "node", "web"])(
    "A17: sessionOf of latchkey/%s says which argument is wrong",
    async (entry) => {
      const { sessionOf } = (await ENTRIES[entry]!()) as { readonly sessionOf: Call };
      for (const wrong of [undefined, null, 7, "text"])
        expect(() => sessionOf(manager, wrong)).toThrow(/needs the request/);
      for (const wrong of [undefined, null, 7, {}])
        expect(() => sessionOf(wrong, {})).toThrow(/needs a SessionManager/);
      expect(() => sessionOf(manager, {})).toThrow(expect.objectContaining({ code: "session_unavailable" }) as Error);
    },
  );
});

describe("latchkey/flask", async () => {
  const { abort, DebugToolbarExtension, Flask, flash, getFlashedMessages, HTTPException } =
    await import("latchkey/flask");

  test("A17: an application's methods refuse what they cannot use", async () => {
    const app = new Flask("/tmp");
    expect(() => app.route("/", { method: ["POST"] } as never, () => "x")).toThrow(
      /has no option "method"\. Did you mean "methods"\?/,
    );
    expect(() => app.route(undefined as never, () => "x")).toThrow(LatchkeyError);
    expect(() => app.route("/", undefined as never)).toThrow(LatchkeyError);
    for (const method of ["beforeRequest", "afterRequest", "use"] as const)
      for (const wrong of [undefined, null, 7, "text", {}])
        expect(() => app[method](wrong as never)).toThrow(/is a function\. It got/);
    expect(() => app.errorHandler("404" as never, () => "x")).toThrow(LatchkeyError);
    expect(() => app.errorHandler(404, undefined as never)).toThrow(LatchkeyError);
    await expect(app.run({ Port: 1 } as never)).rejects.toThrow(/Did you mean "port"\?/);
    expect(() => new DebugToolbarExtension({} as never)).toThrow(/needs the application/);
  });

  test("A17: within a request as well", async () => {
    const app = new Flask("/tmp");
    app.config["SECRET_KEY"] = KEY;
    const seen: unknown[] = [];
    app.route("/", () => {
      for (const call of [
        () => flash(undefined as never),
        () => getFlashedMessages({ with_categories: true } as never),
      ]) {
        try {
          call();
        } catch (error) {
          seen.push(error);
        }
      }
      return "done";
    });
    expect((await app.fetch(new Request("https://app.example.com/"))).status).toBe(200);
    expect(seen).toEqual([expect.any(LatchkeyError), expect.any(LatchkeyError)]);
    expect((seen[1] as Error).message).toMatch(/Did you mean "withCategories"\?/);
    expect(() => abort(7)).toThrow(/from 400 to 599/);
    expect(() => new HTTPException(undefined as never)).toThrow(/from 400 to 599/);
  });
});
