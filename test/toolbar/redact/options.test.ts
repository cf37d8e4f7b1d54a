import { describe, expect, test } from "vitest";
import { generateSecretKey } from "../../../src/keys/generate.ts";
import { KeyRing } from "../../../src/keys/key-ring.ts";
import { HIDDEN, Redactor, type RedactionOptions } from "../../../src/toolbar/capture/redact.ts";
import { hideInStatement } from "../../../src/toolbar/capture/hide-in-statement.ts";
import { Toolbar, type ToolbarOptions } from "../../../src/toolbar/index.ts";

const keys = generateSecretKey();
const redactor = (options: RedactionOptions) => new Redactor(new KeyRing(keys), options).forExchange();

describe("redactNames", () => {
  test.each(["creditLimit", "credit_limit", "CREDIT-LIMIT"])("hides the value of %s everywhere", (name) => {
    const mine = redactor({ names: ["creditLimit"] });
    expect(mine.named(name, "9000")).toBe(HIDDEN);
    expect(mine.data({ [name]: { deep: 1 } })).toEqual({ [name]: HIDDEN });
    expect(mine.text(`{ ${name}: 9000 }`)).not.toContain("9000");
    expect(mine.text(`{"${name}":"9000"}`)).not.toContain("9000");
    expect(mine.text(`GET /x?${name}=9000&page=2`)).toBe(`GET /x?${name}=${HIDDEN}&page=2`);
  });

  test("hides it in a statement too, with no other telling word", () => {
    const mine = redactor({ names: ["rating"] });
    expect([mine.mayHideIn("select * from users where RATING = 9000"), mine.mayHideIn("select 1")]).toEqual([
      true,
      false,
    ]);
    const hides = (column: string): boolean => mine.hidesName(column);
    const text = "select * from users where rating = 9000";
    expect(hideInStatement(text, undefined, hides, (each) => mine.mayHideIn(each)).text).not.toContain("9000");
  });

  test("leaves other names", () => {
    expect(redactor({ names: ["limit"] }).data({ limits: "1" })).toEqual({ limits: "1" });
  });
});

describe("redactPatterns", () => {
  test("hides all of a text that fits, and does not use the application's own expression", () => {
    const pattern = /ACME-\d{4}/g;
    pattern.lastIndex = 5;
    const mine = redactor({ patterns: [pattern] });
    expect(mine.text("ACME-1234 and ACME-5678")).toBe(`${HIDDEN} and ${HIDDEN}`);
    expect(pattern.lastIndex).toBe(5);
  });
});

describe("redactPaths", () => {
  test.each([
    ["/reset/abc123", `/reset/${HIDDEN}`],
    ["/reset/abc123?x=1", `/reset/${HIDDEN}?x=1`],
    ["/reset/abc123/confirm", `/reset/${HIDDEN}/confirm`],
    ["Referer http://localhost:3000/reset/abc123", `Referer http://localhost:3000/reset/${HIDDEN}`],
    ['{"url":"/reset/abc123"}', `{"url":"/reset/${HIDDEN}"}`],
    ["/invite/7/of/abc", `/invite/${HIDDEN}/of/${HIDDEN}`],
    ["/invite/7/for/abc", "/invite/7/for/abc"],
    ["/resets/abc", "/resets/abc"],
  ])("in %j", (text, expected) => {
    expect(redactor({ paths: ["/reset/:token", "/invite/:id/of/:user"] }).text(text)).toBe(expected);
  });

  test("hides the token of this request everywhere, also alone", () => {
    const mine = redactor({ paths: ["/reset/:token"] });
    expect(mine.path("/reset/f00ba5e7")).toBe(`/reset/${HIDDEN}`);
    expect(mine.text("the token xf00ba5e7x")).toBe("the token x[hidden value]x");
  });
});

describe("the options", () => {
  const refused: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ redactNames: "limit" }, /redactNames is a list\. It got a string\. Fix: redactNames: \["creditLimit"\]/],
    [{ redactNames: [7] }, /redactNames has names .* It got a number/],
    [{ redactNames: [" "] }, /redactNames has names that are not empty/],
    [{ redactNames: Array.from({ length: 101 }, (_, n) => `n${n}`) }, /at most 100 entries/],
    [{ redactPatterns: ["ACME"] }, /redactPatterns has regular expressions\. It got a string/],
    [{ redactPatterns: [/ACME/i] }, /with the flag g.* It got \/ACME\/i\. Fix: \/ACME\/ig/],
    [{ redactPatterns: [/ACME/gy] }, /no regular expression with the flag y/],
    [{ redactPatterns: [/a*/g] }, /fits an empty text/],
    [{ redactPatterns: [new RegExp("a".repeat(1_001), "g")] }, /at most 1000 characters. It got one of 1001/],
    [{ redactPaths: ["reset/:token"] }, /redactPaths has paths with a named part/],
    [{ redactPaths: ["/reset"] }, /write a colon and a name where the secret is/],
    [{ config: {} }, /config is a function\. It got an object\. Fix: config: \(\) => settings/],
    [{ environment: "PORT" }, /environment is a list/],
  ];
  test.each(refused)("%j is refused with the reason and the fix", (options, message) => {
    expect(() => new Toolbar({ keys, ...options } as unknown as ToolbarOptions)).toThrow(
      expect.objectContaining({ code: "invalid_option", message: expect.stringMatching(message) as unknown }),
    );
  });
});

describe("names in addresses", () => {
  test.each(["code", "state", "sig", "signature", "X-Amz-Signature", "x-amz-credential", "token", "ticket"])(
    "B13: ?%s= is hidden, in a Referer too",
    (name) => {
      const mine = redactor({});
      expect(mine.parameter(name, "4/0AX4XfWh")).toBe(HIDDEN);
      expect(mine.text(`http://localhost/cb?a=1&${name}=4/0AX4XfWh#x`)).toBe(
        `http://localhost/cb?a=1&${name}=${HIDDEN}#x`,
      );
      expect(mine.text(`/cb?${name}=4%2F0AX&b=2`)).toBe(`/cb?${name}=${HIDDEN}&b=2`);
    },
  );

  test("`code` and `state` stay readable elsewhere", () => {
    const mine = redactor({});
    expect(mine.data({ code: "ENOENT", state: "open" })).toEqual({ code: "ENOENT", state: "open" });
    expect(mine.text("{ code: 'ENOENT', state: 'open' }")).toBe("{ code: 'ENOENT', state: 'open' }");
  });
});

describe("pairs in texts", () => {
  test.each([
    ["Map(1) { 'password' => 'hunter2 and more' }", `Map(1) { 'password' => ${HIDDEN} }`],
    ['{"msg":"{\\"password\\":\\"hunter2 x\\",\\"n\\":1}"}', `{"msg":"{\\"password\\":${HIDDEN},\\"n\\":1}"}`],
    ["{ pin: '1234', user: 'ada' }", `{ pin: ${HIDDEN}, user: 'ada' }`],
    ["{\n  ssn: '078-05-1120',\n  ok: true }", `{\n  ssn: ${HIDDEN},\n  ok: true }`],
    ["password = 'O\\'Hara x' and", `password = ${HIDDEN} and`],
    ["token: 'cut off in the mid", `token: ${HIDDEN}`],
    ["{ token: true, key: null }", `{ token: ${HIDDEN}, key: null }`],
    ["src/auth/token.ts:31:9", "src/auth/token.ts:31:9"],
    ["cache key: user:7", "cache key: user:7"],
    ["postgres://ada:p@ss/wo:rd@db/shop", `postgres://ada:${HIDDEN}@db/shop`],
    ["http://ada:p@ss@host/x?mail=a@b.example", `http://ada:${HIDDEN}@host/x?mail=a@b.example`],
    ["see http://localhost:3000/x?mail=a@b.example", "see http://localhost:3000/x?mail=a@b.example"],
  ])("%j", (text, expected) => {
    expect(redactor({}).text(text)).toBe(expected);
  });
});

describe("cuts", () => {
  const cookie = "s3ssion-value-of-a-visitor-0123456789";

  test("a text of 50 MB costs no more than a short one, and never shows half of a secret", () => {
    const mine = redactor({});
    mine.hide(cookie);
    for (const filler of ["x", "y ", `${cookie} `]) {
      const before = filler.repeat(Math.ceil(16_000 / filler.length));
      for (const cutAt of [3_990, 15_980, 15_995]) {
        const text = before.slice(0, cutAt) + cookie + filler.repeat(50_000_000 / filler.length);
        const result = mine.text(text);
        expect(result.length).toBeLessThan(4_100);
        expect(result).not.toContain(cookie.slice(0, 8));
        expect(result).toContain(` (${text.length} characters)`);
      }
    }
  });

  test("a private key that fills the text leaves nothing of what follows it half shown", () => {
    const pem = `-----BEGIN PRIVATE KEY-----\n${"M".repeat(15_800)}\n-----END PRIVATE KEY-----\n`;
    const result = redactor({}).text(`${pem}${"z ".repeat(50)}ghp_${"a".repeat(36)}${" y".repeat(10_000)}`);
    expect(result).not.toContain("ghp_");
    expect(result).toContain("characters)");
  });

  test("half of a cookie that is known later is removed from a text that was cut", () => {
    const mine = redactor({});
    const early = mine.text(`${"z".repeat(3_980)}${cookie}${"z".repeat(500)}`);
    expect(early).toContain(cookie.slice(0, 20));
    mine.hide(cookie);
    const late = mine.scrubJson(JSON.stringify({ early }));
    expect(late).not.toContain(cookie.slice(0, 4));
    expect(late).toContain("characters)");
  });

  test("a key as a list of its bytes is hidden in data", () => {
    expect(redactor({}).data({ bytes: [...Buffer.from(keys)] })).toEqual({ bytes: "[secret key]" });
    const long = generateSecretKey({ bytes: 1024 });
    const own = new Redactor(new KeyRing(long)).forExchange();
    for (const shown of [60, 100, long.length]) {
      expect(own.data({ bytes: [...Buffer.from(long)].slice(0, shown) })).toEqual({ bytes: "[secret key]" });
      const hex = Buffer.from(long)
        .toString("hex", 0, shown)
        .replaceAll(/..(?!$)/g, "$& ");
      expect(own.text(`<Buffer ${hex} ... more bytes>`)).toBe("<Buffer [secret key] ... more bytes>");
    }
    expect(redactor({}).data({ sizes: [1, 2, 3, 4, 5, 6, 7, 8, 9] })).toEqual({ sizes: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
  });

  test("what throws when it is read is named, and nothing else is lost", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = Object.defineProperty(new Error("x"), "message", {
      get: () => {
        throw new Error("no");
      },
    });
    expect(redactor({}).data({ proxy, hostile, fine: 1 })).toEqual({
      proxy: "[cannot be read]",
      hostile: "[cannot be read]",
      fine: 1,
    });
  });
});
