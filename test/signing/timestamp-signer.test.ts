import { BadSignature, BadTimeSignature, Signer, TimestampSigner, URLSafeTimedSerializer } from "latchkey/signing";
import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../../src/errors.ts";
import { thrown } from "./thrown.ts";

const KEY = "a secret key that only this test file knows";
const LAST_SECOND = 253_402_300_799; // 9999-12-31T23:59:59Z

let now = 1_700_000_000;
const signer = new TimestampSigner(KEY, { clock: () => now });
/** A text with any timestamp, well signed. */
const withTimestamp = (timestamp: string): string => new Signer(KEY).sign(`value.${timestamp}`);

function at<Result>(time: number, run: () => Result): Result {
  const before = now;
  now = time;
  try {
    return run();
  } finally {
    now = before;
  }
}

describe("age", () => {
  const signed = signer.sign("value");

  test("maxAge is inclusive", () => {
    expect(at(now + 10, () => signer.unsign(signed, { maxAge: 10 }))).toBe("value");
    expect(thrown(() => at(now + 11, () => signer.unsign(signed, { maxAge: 10 })))).toMatchObject({
      name: "SignatureExpired",
      message: "Signature age 11 > 10 seconds",
      payload: "value",
    });
    expect(at(now, () => signer.validate(signed, { maxAge: 0 }))).toBe(true);
    expect(at(now + 1, () => signer.validate(signed, { maxAge: 0 }))).toBe(false);
    expect(signer.validate(signed, { maxAge: -1 })).toBe(false);
    expect(at(now + 1e9, () => signer.validate(signed, { maxAge: Number.POSITIVE_INFINITY }))).toBe(true);
  });

  test("a timestamp in the future is refused, except for the skew of the clocks", () => {
    expect(thrown(() => at(now - 1, () => signer.unsign(signed, { maxAge: 10 })))).toMatchObject({
      name: "SignatureExpired",
      message: "Signature age -1 < 0 seconds",
      payload: "value",
    });
    expect(at(now - 60, () => signer.validate(signed, { maxAge: 10, clockSkew: 60 }))).toBe(true);
    expect(at(now - 61, () => signer.validate(signed, { maxAge: 10, clockSkew: 60 }))).toBe(false);
    expect(at(now + 11, () => signer.validate(signed, { maxAge: 10, clockSkew: 60 }))).toBe(false);
  });

  test("without maxAge neither age nor future matters", () => {
    expect(at(0, () => signer.unsign(signed))).toBe("value");
    expect(at(LAST_SECOND, () => signer.unsign(signed))).toBe("value");
  });

  test("what is expired carries value and date, which are to be trusted", () => {
    const expired = thrown(() => at(now + 11, () => signer.unsign(signed, { maxAge: 10 })));
    expect(expired).toMatchObject({
      name: "SignatureExpired",
      code: "signature_expired",
      payload: "value",
      dateSigned: new Date(now * 1000),
    });
    expect(expired).toBeInstanceOf(BadTimeSignature);
  });

  test("an age that is not a number throws, and never counts as young enough", () => {
    for (const maxAge of [Number.NaN, "10", null, {}] as never[])
      expect(() => signer.unsign(signed, { maxAge })).toThrow(InvalidOptionError);
    for (const clockSkew of [Number.NaN, -1, "1"] as never[]) {
      expect(() => signer.unsign(signed, { maxAge: 1, clockSkew })).toThrow(InvalidOptionError);
    }
    const broken = new TimestampSigner(KEY, { clock: () => Number.NaN });
    expect(broken.validate(signed, { maxAge: 10 })).toBe(false);
    expect(() => broken.sign("value")).toThrow(RangeError);
  });
});

describe("timestamps", () => {
  test("from 1970 to the year 9999 are written and read", () => {
    for (const time of [0, 1, 255, 256, 65_536, 1_700_000_000, 2 ** 31, 2 ** 32, LAST_SECOND]) {
      const signed = at(time, () => signer.sign("value"));
      expect(signer.unsign(signed, { returnTimestamp: true })).toEqual({ value: "value", timestamp: time });
    }
  });

  test("outside of that are not written", () => {
    for (const time of [-1, LAST_SECOND + 1, 1.5, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expect(() => at(time, () => signer.sign("value"))).toThrow(RangeError);
    }
  });

  test("that no clock writes are malformed, with a good signature too, and no other error", () => {
    const year10000 = Buffer.from("3afff44180", "hex").toString("base64url");
    for (const timestamp of [
      "_",
      "AAA",
      "!!!!",
      "ZVPxAA==",
      "ZVPxAB",
      "AGVT8QA",
      "AA",
      year10000,
      "__________8",
      "____________",
      "ZVPx AA",
      "ŁVPxAA",
    ]) {
      const signed = withTimestamp(timestamp);
      expect(signer.verify(signed)).toBeUndefined();
      expect(signer.validate(signed)).toBe(false);
      expect(thrown(() => signer.unsign(signed, { maxAge: 10, returnTimestamp: true }))).toMatchObject({
        name: "BadTimeSignature",
        message: "Malformed timestamp.",
        payload: "value",
      });
    }
  });

  test("that are missing are named so", () => {
    expect(thrown(() => signer.unsign(new Signer(KEY).sign("value")))).toMatchObject({
      name: "BadTimeSignature",
      message: "The timestamp is missing.",
      payload: "value",
    });
    expect(() => signer.unsign("value.AAAAAAAAAAAAAAAAAAAAAAAAAAA")).toThrow(BadSignature);
    expect(() => signer.unsign("")).toThrow(BadSignature);
  });

  test("are covered by the signature: an old value cannot be made young", () => {
    const [value, , signature] = signer.sign("value").split(".") as [string, string, string];
    const younger = at(now + 100, () => signer.sign("value")).split(".")[1]!;
    expect(signer.validate(`${value}.${younger}.${signature}`)).toBe(false);
  });
});

test("a text with its signature removed in any way is refused", () => {
  const [value, time, signature] = signer.sign("value").split(".") as [string, string, string];
  const stripped = [
    value,
    `${value}.${time}`,
    `${value}.${time}.`,
    `${value}..${signature}`,
    `.${time}.${signature}`,
    `${time}.${signature}`,
    signature,
  ];
  for (const text of [
    ...stripped,
    `${value}.${signature}`,
    `${value}.${time}.${time}`,
    "",
    ".",
    "..",
    "...",
    ".".repeat(10_000),
  ]) {
    expect(signer.validate(text)).toBe(false);
    expect(thrown(() => signer.unsign(text))).toBeInstanceOf(BadSignature);
  }
});

test("a signer without a time that shares the salt can stand in for this one, so it has to have another", () => {
  const plain = new Signer(KEY);
  expect(plain.unsign(signer.sign("value"))).toMatch(/^value\.\w+$/);
  expect(signer.unsign(plain.sign("value.ZVPxAA"))).toBe("value");
  expect(signer.validate(new Signer(KEY, { salt: "another" }).sign("value.ZVPxAA"))).toBe(false);
});

test("only text is signed, and not what JavaScript would make a text of", () => {
  for (const value of [undefined, 5, null, {}]) expect(() => signer.sign(value as never)).toThrow(TypeError);
});

test("verify gives value, time and key without looking at the age", () => {
  const signed = signer.sign("value");
  expect(at(now + 1e6, () => signer.verify(signed))).toMatchObject({ value: "value", timestamp: now });
});

test("the machine's clock is the default", () => {
  const serializer = new URLSafeTimedSerializer(KEY);
  const { timestamp } = serializer.loads(serializer.dumps("value"), {
    maxAge: 60,
    clockSkew: 60,
    returnTimestamp: true,
  });
  expect(Math.abs(timestamp - Date.now() / 1000)).toBeLessThan(60);
});
