/*
 * Payloads
 *
 * What a genuine signature covers is hostile: another program signs with the same key, or users
 * decide what a session holds.
 */
import { syncBuiltinESMExports } from "node:module";
import { readFileSync } from "node:fs";
import zlib, { deflateSync } from "node:zlib";
import { Serializer, TaggedJson, URLSafeSerializer, URLSafeTimedSerializer, type JsonTag } from "latchkey/signing";
import { expect, test } from "vitest";
import {
  ALL_KINDS,
  base64url,
  COOKIE_KINDS,
  cookieWith,
  enveloped,
  KEY,
  loggedIn,
  makeManager,
  nameOf,
  OTHER_KEY,
  outcomeOf,
  reasonsOf,
  seal,
  sealedPlain,
  setCookiesOf,
  signerOf,
  STORE_KINDS,
  Time,
  timestampOf,
  Visitor,
  withServer,
  type Data,
} from "./support.ts";

const now = timestampOf(new Time().now);
const signFlask = (payload: string): string => signerOf("flask").sign(`${payload}.${now}`);
const compressed = (text: string): string => `.${deflateSync(text, { level: 9 }).toString("base64url")}`;

/** What a cookie with this JSON as its data gives, in each format that holds its session. */
async function readEverywhere(
  json: string,
): Promise<{ readonly kind: string; readonly data: Data; readonly reason: string | undefined }[]> {
  const results = [];
  for (const kind of COOKIE_KINDS) {
    const loaded = await makeManager(kind, new Time(), { keys: KEY }).load(
      `${nameOf(kind)}=${cookieWith(kind, enveloped(kind, json))}`,
    );
    results.push({ kind, data: loaded.data, reason: loaded.rejection?.reason });
  }
  return results;
}

/** Inflating stops at 65,536 bytes; of an unsigned cookie nothing is inflated at all. */
test("ATK-decompression-bomb: some kilobytes inflate to fifty megabytes", async () => {
  const bomb = compressed(JSON.stringify({ a: "x".repeat(50_000_000) }));
  const small = compressed(JSON.stringify({ a: "x".repeat(5_000_000) }));
  expect(small.length).toBeLessThan(8000);
  const inflated: number[] = [];
  const original = zlib.inflateSync;
  zlib.inflateSync = ((...given: Parameters<typeof zlib.inflateSync>) => {
    const result = original(...given);
    inflated.push(result.length);
    return result;
  }) as typeof zlib.inflateSync;
  syncBuiltinESMExports();
  try {
    for (const kind of ["signed", "flask"] as const) {
      const manager = makeManager(kind, new Time(), { keys: KEY });
      const bytes = kind === "signed" ? 43 : 27;
      expect(await outcomeOf(manager, `${nameOf(kind)}=${signerOf(kind).sign(`${small}.${now}`)}`)).toBe("bad_payload");
      expect(await outcomeOf(manager, `${nameOf(kind)}=${small}.${now}.${"A".repeat(bytes)}`)).toBe("bad_signature");
      expect(await outcomeOf(manager, `${nameOf(kind)}=${signerOf(kind).sign(`${bomb}.${now}`)}`)).toBe("too_large");
    }
    const serializer = new URLSafeSerializer(KEY);
    const signed = new URLSafeSerializer(OTHER_KEY);
    for (const payload of [bomb, small]) {
      expect(serializer.loadsUnsafe(`${payload}.${"A".repeat(27)}`)).toEqual({ valid: false, value: undefined });
      expect(signed.loadsUnsafe(`${payload}.${"A".repeat(27)}`).valid).toBe(false);
    }
    expect(inflated.filter((length) => length > 65_536)).toEqual([]);
    // The counter does see what is inflated.
    const good = new URLSafeSerializer(KEY).dumps("x".repeat(60_000));
    expect(serializer.loads(good)).toHaveLength(60_000);
    expect(inflated.filter((length) => length > 1000)).toEqual([60_002]);
  } finally {
    zlib.inflateSync = original;
    syncBuiltinESMExports();
  }
});

/**
 * Text behind the JSON and a compressed stream that breaks off are refused; bytes behind a whole
 * stream are under the signature, and ignored as Python ignores them.
 */
test("ATK-trailing-data: something follows the JSON or the compressed stream", async () => {
  const manager = makeManager("flask", new Time(), { keys: KEY });
  const stream = deflateSync('{"_user_id":"7"}');
  const outcome = async (payload: string): Promise<string> => await outcomeOf(manager, `session=${signFlask(payload)}`);
  expect(await outcome(`.${base64url(stream)}`)).toBe("7");
  expect(await outcome(`.${base64url(Buffer.concat([stream, Buffer.from("garbage")]))}`)).toBe("7");
  for (let length = 0; length < stream.length; length++)
    expect(await outcome(`.${base64url(stream.subarray(0, length))}`)).toMatch(/bad_payload|malformed/);
  for (const text of [
    '{"_user_id":"7"}x',
    '{"_user_id":"7"}{}',
    '{"_user_id":"7"}\u0000',
    '{"_user_id":"7"},',
    '[{"_user_id":"7"}',
  ]) {
    expect(await outcome(base64url(text))).toBe("bad_payload");
    expect(await outcome(`.${base64url(deflateSync(text))}`)).toBe("bad_payload");
  }
});

/**
 * `__proto__`, `constructor` and their like are entries like any other: they are read, merged and
 * written as data, and change no prototype.
 */
test("ATK-prototype-pollution: a session holds entries that name prototypes", async () => {
  const hostile =
    '{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}},"list":[{"__proto__":{"admin":true}}]}';
  for (const { data, reason } of await readEverywhere(hostile)) {
    expect(reason).toBeUndefined();
    expect(Object.keys(data).sort()).toEqual(["__proto__", "constructor", "list"]);
    // The data is a plain object on purpose, so that nested changes need no proxy: what it inherits
    // is what every object inherits.
    expect([Object.getPrototypeOf(data), data["admin"], ({} as Data)["admin"], ({} as Data)["x"]]).toEqual([
      Object.prototype,
      undefined,
      undefined,
      undefined,
    ]);
    expect(Object.getPrototypeOf((data["list"] as object[])[0])).toBe(Object.prototype);
  }
  for (const kind of STORE_KINDS) {
    const visitor = await loggedIn(kind);
    const define = (data: Data): void =>
      void Object.defineProperty(data, "__proto__", {
        value: { admin: true },
        enumerable: true,
        configurable: true,
        writable: true,
      });
    // Two requests at once, so that their changes are merged.
    const [one, two] = [await visitor.manager.load(visitor.header), await visitor.manager.load(visitor.header)];
    define(one.data);
    two.data["constructor"] = "text";
    await visitor.manager.commit(two);
    await visitor.manager.commit(one);
    const merged = await visitor.manager.load(visitor.header);
    expect(Object.keys(merged.data).sort()).toEqual(["__proto__", "cart", "constructor", "name"]);
    expect([merged.data["admin"], ({} as Data)["admin"], Object.getPrototypeOf(merged.data)]).toEqual([
      undefined,
      undefined,
      Object.prototype,
    ]);
  }
});

/**
 * Who is logged in is never an entry of the data. Flask's format saves it there, as `_user_id`, so
 * saving such a text without `login` throws there, and the session from before stays; in the other
 * formats and in a store it is an entry like any other.
 */
test("ATK-user-id-entry: a visitor chooses the name of an entry, and calls it as Flask calls the user's id", async () => {
  for (const kind of ALL_KINDS) {
    for (const write of ["assign", "update"] as const) {
      const visitor = new Visitor(makeManager(kind, new Time(), { keys: KEY }));
      await visitor.visit((session) => (session.data["cart"] = ["a-1"]));
      const before = visitor.header;
      for (const [name, value] of Object.entries({
        _user_id: "admin",
        subject: "admin",
        sub: "admin",
        user_id: "admin",
      })) {
        const put = (data: Data): void => void (data[name] = value);
        const written = visitor.visit((session) => (write === "assign" ? put(session.data) : session.update(put)));
        if (kind === "flask" && name === "_user_id") {
          await expect(written).rejects.toMatchObject({ code: "session_invalid" });
          expect(visitor.header).toBe(before);
        } else await written;
        expect([kind, name, await visitor.who()]).toEqual([kind, name, "anonymous"]);
      }
      // A login is one, whatever the data says, and a logout takes it away.
      await visitor.visit((session) => session.login("7"));
      expect([kind, await visitor.who()]).toEqual([kind, "7"]);
      await visitor.visit((session) => session.logout());
      expect([kind, await visitor.who()]).toEqual([kind, "nobody"]);
    }
  }
});

/**
 * The length of `sealed()`, `signed()` and a store's token does not depend on whether a visitor's
 * text repeats a secret: nothing is compressed. `flask()` compresses, as Flask does, and shows it.
 * Save no secret together with a visitor's text there.
 */
test("ATK-compression-oracle: the cookie is shorter the more a visitor's text is like a secret in the same session", async () => {
  for (const kind of ALL_KINDS) {
    for (const padding of [0, 500, 2000]) {
      const lengths = new Set<number>();
      const prefix = "csrf_token_";
      for (const guess of ["7f3a9c51", "7f3a9c5x", "7f3a9cxx", "7f3axxxx", "qwzuvbnm"]) {
        const visitor = new Visitor(makeManager(kind, new Time(), { keys: KEY }));
        const data = { csrf: `${prefix}7f3a9c51e0b24d68`, next: `${prefix}${guess}`, more: "x".repeat(padding) };
        await visitor.visit((session) => Object.assign(session.data, data));
        expect(await visitor.visit((session) => ({ ...session.data }))).toEqual(data);
        lengths.add(visitor.header!.length);
      }
      expect([kind, padding, lengths.size > 1]).toEqual([kind, padding, kind === "flask"]);
    }
  }
});

/**
 * Names that objects have by themselves are no entries: a new session has none of them, and a
 * flashed message is looked for among its own.
 */
test("ASVS 15.3.6: what an empty session inherits is taken for its data", async () => {
  const session = await makeManager("sealed").load(undefined);
  expect([Object.keys(session.data), session.flashes(), session.subject, session.persistent]).toEqual([
    [],
    [],
    undefined,
    false,
  ]);
  for (const name of ["__proto__", "constructor", "toString", "_flashes"])
    expect(Object.hasOwn(session.data, name)).toBe(false);
});

/**
 * Arrays and objects may be nested 100 deep, on reading and on writing; deeper ones are
 * refused before anything walks them.
 */
test("ATK-deep-nesting: a payload of some hundred bytes is nested a hundred thousand deep", async () => {
  const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const json = new TaggedJson();
  expect(() => json.loads(nested(100))).not.toThrow();
  for (const levels of [101, 1000, 30_000])
    expect(() => json.loads(nested(levels))).toThrow(expect.objectContaining({ code: "bad_payload" }));
  const manager = makeManager("flask", new Time(), { keys: KEY });
  const outcome = async (payload: string): Promise<string> => await outcomeOf(manager, `session=${signFlask(payload)}`);
  expect(compressed(nested(100_000)).length).toBeLessThan(600);
  for (const levels of [100, 101, 20_000, 100_000])
    expect(await outcome(compressed(nested(levels)))).toBe("bad_payload");
  // Many brackets in a text are no depth, and a bracket that is in a text counts for none.
  for (const kind of ALL_KINDS) {
    const visitor = new Visitor(makeManager(kind, new Time(), { keys: KEY }));
    const data = { wide: Array.from({ length: 200 }, () => []), text: "[".repeat(300) };
    await visitor.visit((session) => Object.assign(session.data, data));
    expect(await visitor.visit((session) => session.data)).toEqual(data);
  }
});

/**
 * What is saved can be read again: data that would be too deep inside its format's or store's
 * envelope is refused at once, and the session before it stays.
 */
test("ATK-unreadable-session: a visitor makes the server write a session that it cannot read", async () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  for (const kind of ALL_KINDS) {
    const visitor = await loggedIn(kind);
    await visitor.visit((session) => (session.data["deep"] = nested(98)));
    for (const levels of [99, 100, 101, 5000]) {
      await expect(visitor.visit((session) => (session.data["deep"] = nested(levels)))).rejects.toMatchObject({
        code: "session_invalid",
      });
    }
    expect([kind, await visitor.visit((session) => [session.subject, session.data["deep"]])]).toEqual([
      kind,
      ["7", nested(98)],
    ]);
  }
});

/**
 * Integers beyond 2^53 are read as BigInt, digit for digit, and written as integers; more than
 * 4,300 digits are refused, as in Python.
 */
test("ATK-big-integer: a user's number is rounded to another user's", async () => {
  const integers = [
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "18446744073709551616",
    "-9223372036854775808",
    "1".repeat(4300),
  ];
  for (const { kind, data, reason } of await readEverywhere(`{"ids":[${integers.join(",")}]}`)) {
    expect([kind, reason]).toEqual([kind, undefined]);
    expect((data["ids"] as (number | bigint)[]).map(String)).toEqual(integers);
  }
  for (const { reason } of await readEverywhere(`{"id":${"1".repeat(4301)}}`)) expect(reason).toBe("bad_payload");
  for (const kind of ALL_KINDS) {
    const visitor = new Visitor(makeManager(kind, new Time(), { keys: KEY }));
    await visitor.visit((session) => Object.assign(session.data, { id: 2n ** 64n, large: 1e20 }));
    expect(await visitor.visit((session) => [session.data["id"], String(session.data["large"])])).toEqual([
      2n ** 64n,
      "100000000000000000000",
    ]);
  }
});

/**
 * A number that was not changed is written as it was read, so a float of Python stays one; what is
 * no finite number is not written.
 */
test("ATK-float: a float comes back as an integer, or as null", async () => {
  const text = '{"a":1.0,"b":-0.0,"c":1e16,"d":0.1}';
  const json = new TaggedJson();
  expect(json.dumps(json.loads(text))).toBe('{"a":1.0,"b":-0.0,"c":1e16,"d":0.1}');
  const manager = makeManager("flask", new Time(), { keys: KEY });
  const session = await manager.load(`session=${signFlask(base64url(text))}`);
  session.data["e"] = 1;
  const [[, cookie] = []] = await manager.commit(session);
  const payload = /^session=([\w-]+)\./.exec(cookie ?? "")![1]!;
  expect(Buffer.from(payload, "base64url").toString()).toBe('{"a":1.0,"b":-0.0,"c":1e16,"d":0.1,"e":1}');
  for (const { data } of await readEverywhere('{"a":1e400}')) expect(data["a"]).toBe(Infinity);
});

/**
 * NaN and Infinity of a Python are read as numbers and can be carried; a session with one of them
 * is refused when it is to be written again.
 */
test("ATK-not-a-number: a Python has written NaN or Infinity, which are no JSON", async () => {
  for (const { data, reason } of await readEverywhere('{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN"}'))
    expect([reason, data]).toEqual([undefined, { a: Number.NaN, b: [Infinity, -Infinity], c: "NaN" }]);
  for (const { reason } of await readEverywhere('{"a":NaN5}')) expect(reason).toBe("bad_payload");
  for (const kind of ALL_KINDS) {
    for (const value of [Number.NaN, Infinity, -Infinity]) {
      const visitor = new Visitor(makeManager(kind, new Time(), { keys: KEY }));
      await expect(visitor.visit((session) => (session.data["a"] = [value]))).rejects.toMatchObject({
        code: "session_invalid",
      });
    }
  }
});

/**
 * Of two entries with one name the last counts, as in every JSON reader of Python and JavaScript.
 */
test("ATK-duplicate-json-key: one reader takes the first of two entries, another the last", async () => {
  for (const { data } of await readEverywhere('{"role":"user","role":"admin","role":"guest"}'))
    expect(data).toEqual({ role: "guest" });
});

/**
 * Only Flask's six kinds of values and those that the application registers are made of JSON; a tag
 * that is not known stays an object.
 */
test("ASVS 1.5.2: a payload names a type that is to be made of it", async () => {
  for (const { data } of await readEverywhere(
    '{"a":{" q":"x"},"b":{" py":"os.system"},"c":{"$type":"Date"},"d":{" class":"Map"}}',
  ))
    expect(data).toEqual({ a: { " q": "x" }, b: { " py": "os.system" }, c: { $type: "Date" }, d: { " class": "Map" } });
  const tag: JsonTag<URL> = {
    key: " url",
    matches: (value) => value instanceof URL,
    encode: String,
    decode: (text) => new URL(text as string),
  };
  const text = '{"home":{" url":"https://example.org/"}}';
  expect(new TaggedJson({ tags: [tag] }).loads(text)).toEqual({ home: new URL("https://example.org/") });
  expect(new TaggedJson().loads(text)).toEqual({ home: { " url": "https://example.org/" } });
});

/**
 * Strings, numbers and tags are read exactly as Flask wrote them: cookies from Python come back
 * byte for byte when nothing was changed.
 */
test("ASVS 1.5.3: two readers of one payload disagree on what it says", () => {
  interface Vector {
    readonly kind: string;
    readonly salt?: { readonly utf8?: string };
    readonly keys: readonly { readonly hex: string }[];
    readonly timestamp: number;
    readonly digest: "sha1";
    readonly byte_exact?: boolean;
    readonly expect: { readonly ok?: { readonly utf8?: string } };
  }
  const file = new URL("../vectors/itsdangerous-flask.json", import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: readonly Vector[] };
  const fromPython = vectors.filter(
    ({ kind, byte_exact, keys }) => kind === "flask_session_dumps" && byte_exact === true && keys.length === 1,
  );
  expect(fromPython.length).toBeGreaterThan(10);
  for (const { keys, timestamp, digest, expect: expected } of fromPython) {
    const serializer = new URLSafeTimedSerializer(Buffer.from(keys[0]!.hex, "hex"), {
      salt: "cookie-session",
      keyDerivation: "hmac",
      digest,
      serializer: new TaggedJson(),
      clock: () => timestamp,
    });
    const text = expected.ok!.utf8!;
    expect(serializer.dumps(serializer.loads(text))).toBe(text);
  }
});

/**
 * A tag with content that Flask never writes makes the whole session invalid. It is not guessed at.
 */
test("ATK-flask-tag: a tag holds what is not of its kind", async () => {
  const wrong = [
    '{"a":{" u":"no uuid"}}',
    '{"a":{" u":7}}',
    '{"a":{" d":"yesterday"}}',
    '{"a":{" d":0}}',
    '{"a":{" d":"Thu, 32 Jan 1970 00:00:00 GMT"}}',
    '{"a":{" b":"no base64!"}}',
    '{"a":{" b":"QQ"}}',
    '{"a":{" b":[1]}}',
    '{"a":{" t":"text"}}',
    '{"a":{" t":{"0":1}}}',
    '{"a":{" m":7}}',
    '{"a":{" di":7}}',
    '{"a":{" di":{"x":1}}}',
    '{"a":{" di":{" t__":1,"more":2}}}',
  ];
  for (const json of wrong)
    for (const { kind, reason } of await readEverywhere(json))
      expect([json, kind, reason]).toEqual([json, kind, "bad_payload"]);
  // At the top, too: Flask would take [["u", 9]] for a session.
  for (const { reason } of await readEverywhere('{" t":[["_user_id","7"]]}')) expect(reason).toBe("bad_payload");
});

/**
 * A genuine signature over what is no session is a fresh session, answered with 200 and a cookie
 * that expires it, where Flask answers 500 for ever.
 */
test("ATK-valid-mac-wrong-payload: the same key has signed something that is no session", async () => {
  const contents = [
    "no json",
    "",
    " ",
    "[]",
    "[[1,2]]",
    '"text"',
    "1",
    "null",
    "true",
    '{"a":',
    '{"a":{" u":"x"}}',
    "[".repeat(101),
    "\u0000",
  ];
  for (const kind of COOKIE_KINDS) {
    const manager = makeManager(kind, new Time(), { keys: KEY });
    await withServer(manager, async (ask) => {
      for (const content of contents) {
        const answer = await ask([`Cookie: ${nameOf(kind)}=${cookieWith(kind, content)}`]);
        expect([kind, content, answer.status]).toEqual([kind, content, 200]);
        expect(answer.body).toMatch(/^(bad_payload|malformed)$/);
        // It proves nothing of what the browser holds by now, so it is left alone.
        expect(setCookiesOf(answer)).toEqual([]);
      }
    });
  }
  const manager = makeManager("signed", new Time(), { keys: KEY });
  const envelopes = [
    "{}",
    '{"data":1,"started":1}',
    '{"data":{},"started":"1"}',
    '{"data":{},"started":1.5}',
    '{"data":{},"started":1,"subject":7}',
  ];
  expect(
    await reasonsOf(
      manager,
      "__Host-Http-session",
      envelopes.map((json) => cookieWith("signed", json)),
    ),
  ).toEqual(new Set(["bad_payload"]));
});

/**
 * The claims inside a sealed cookie are checked although only a holder of the key can have written
 * them. Unknown claims are ignored.
 */
test("ATK-sealed-claims: a sealed cookie lacks a claim, or holds one of another kind", async () => {
  const manager = makeManager("sealed", new Time(), { keys: KEY });
  const good = JSON.parse(sealedPlain('{"a":1}', { more: ',"sub":"7"' }).toString()) as Record<string, unknown>;
  const without = (name: string): Record<string, unknown> =>
    Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
  const wrong: readonly unknown[] = [
    [],
    "text",
    null,
    ...["data", "exp", "iat", "jti", "started"].map(without),
    ...[[], null, 1, { " t": [] }].map((data) => ({ ...good, data })),
    ...["exp", "iat"].flatMap((name) =>
      [1_800_000_000, "1800000000", "2027-01-15", "2027-01-15T08:00:00", "2027-13-15T08:00:00+00:00", ""].map(
        (time) => ({
          ...good,
          [name]: time,
        }),
      ),
    ),
    ...[7, "", null].map((jti) => ({ ...good, jti })),
    ...["1", 1.5, null].map((started) => ({ ...good, started })),
    ...[7, null, ["7"]].map((sub) => ({ ...good, sub })),
    ...[1, "true", null].map((persistent) => ({ ...good, persistent })),
  ];
  for (const claims of wrong) {
    const outcome = await outcomeOf(
      manager,
      `__Host-Http-session=${seal({ plain: Buffer.from(JSON.stringify(claims)) })}`,
    );
    expect([claims, outcome]).toEqual([claims, "bad_payload"]);
  }
  const later = { ...good, role: "admin", data: good["data"], subject: "666" };
  expect(await outcomeOf(manager, `__Host-Http-session=${seal({ plain: Buffer.from(JSON.stringify(later)) })}`)).toBe(
    "7",
  );
});

/** A payload over the serializer's limit is neither written nor read, whatever its signature. */
test("ATK-oversized-payload: a signed text is longer than anything this server writes", () => {
  const limited = new Serializer(KEY, { maxPayloadBytes: 100 });
  expect(() => limited.dumps("x".repeat(99))).toThrow(RangeError);
  const large = new Serializer(KEY).dumps("x".repeat(99));
  expect(() => limited.loads(large)).toThrow(expect.objectContaining({ code: "bad_payload" }));
  expect(() => limited.loads(`${"x".repeat(100_000)}.${"A".repeat(27)}`)).toThrow(
    expect.objectContaining({ code: "bad_signature" }),
  );
});
