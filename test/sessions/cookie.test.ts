import { InvalidOptionError, SessionManager, type CookieOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { describe, expect, test } from "vitest";
import { readCookieValues } from "../../src/sessions/cookie/cookie-header.ts";
import { attributesOf, SessionCookie } from "../../src/sessions/cookie/cookie.ts";

describe("reading a Cookie header", () => {
  const NAME = "__Host-Http-session";
  test.each([
    ["a=1; __Host-Http-session=x; b=2", ["x"]],
    ["__Host-Http-session=x", ["x"]],
    ["\t __Host-Http-session \t=\t x \t;a=1", ["x"]],
    ["__Host-Http-session=x;__Host-Http-session=y", ["x", "y"]],
    ["__Host-Http-session=", [""]],
    ["__Host-Http-session=a=b==", ["a=b=="]],
    ['__Host-Http-session="x"', ['"x"']],
    ["__Host-Http-session=%41", ["%41"]],
    ["__host-session=x; __HOST-SESSION=y", []],
    ["__Host-Http-session", []],
    ["x__Host-Http-session=x; __Host-Http-sessionx=y", []],
    ["%5F_Host-session=x", []],
    ['$Version=1; a="; __Host-Http-session=x; b="', ["x"]],
    ["=__Host-Http-session=x", []],
    ["", []],
    [";;; ; =", []],
  ])("%j", (header, values) => {
    expect(readCookieValues(header, NAME)).toEqual(values);
  });

  test("no other white space makes a name ours: that is how prefixes were smuggled past browsers", () => {
    for (const blank of [
      "\u00a0",
      "\u000b",
      "\u000c",
      "\u2028",
      "\u2029",
      "\ufeff",
      "\u1680",
      "\u3000",
      "\r",
      "\n",
      "\u0000",
      "\u0085",
    ]) {
      expect(readCookieValues(`${blank}${NAME}=x`, NAME)).toEqual([]);
      expect(readCookieValues(`${NAME}${blank}=x`, NAME)).toEqual([]);
      expect(readCookieValues(`${NAME}=x${blank}`, NAME)).toEqual([`x${blank}`]);
    }
  });

  test("a long run of blanks costs no more than its length", () => {
    expect(
      readCookieValues(`a=${" ".repeat(15_000)}x; ${" ".repeat(15_000)}${NAME}=${" ".repeat(15_000)}y`, NAME),
    ).toEqual(["y"]);
  });
});

describe("the cookie's name and attributes", () => {
  const write = (options: CookieOptions, request?: { secure: boolean; host: string }): string => {
    const cookie = new SessionCookie(options, undefined, "development");
    const secure = cookie.isSecureFor(request);
    return cookie.write(cookie.nameFor(secure), "v", secure, undefined);
  };

  test.each([
    [{}, undefined, "__Host-Http-session=v; Path=/; HttpOnly; Secure; SameSite=Lax"],
    [{ secure: false }, undefined, "session=v; Path=/; HttpOnly; SameSite=Lax"],
    [{ name: "sid" }, undefined, "sid=v; Path=/; HttpOnly; Secure; SameSite=Lax"],
    [
      { name: "sid", domain: "example.org", path: "/app" },
      undefined,
      "sid=v; Domain=example.org; Path=/app; HttpOnly; Secure; SameSite=Lax",
    ],
    [{ partitioned: true }, undefined, "__Host-Http-session=v; Path=/; HttpOnly; Secure; Partitioned; SameSite=Lax"],
    [{ sameSite: "Strict" }, undefined, "__Host-Http-session=v; Path=/; HttpOnly; Secure; SameSite=Strict"],
    [
      { sameSite: "None" },
      { secure: false, host: "localhost" },
      "__Host-Http-session=v; Path=/; HttpOnly; Secure; SameSite=None",
    ],
  ] as const)("%j for %j", (options, request, expected) => {
    expect(write(options, request)).toBe(expected);
  });

  test("Secure unless the request is plain http on a loopback host", () => {
    const isSecure = (secure: boolean, host: string): boolean =>
      new SessionCookie({}, undefined, "development").isSecureFor({
        secure,
        host,
        peer: "127.0.0.1",
        httpVersion: "1.1",
        headers: {},
      });
    for (const host of [
      "localhost",
      "localhost:5000",
      "app.localhost:80",
      "LOCALHOST",
      "127.0.0.1",
      "127.8.9.1:3000",
      "[::1]",
      "[::1]:8080",
      "localhost.",
    ]) {
      expect([host, isSecure(false, host), isSecure(true, host)]).toEqual([host, false, true]);
    }
    for (const host of [
      "example.org",
      "localhost.example.org",
      "notlocalhost",
      "128.0.0.1",
      "127.0.0.1.example.org",
      "[::2]",
      "",
      "localhost@example.org",
      "10.0.0.1",
    ]) {
      expect([host, isSecure(false, host)]).toEqual([host, true]);
    }
  });

  test("Max-Age is whole seconds, and 400 days at most", () => {
    const cookie = new SessionCookie({}, undefined, "development");
    expect(attributesOf(cookie.write("a", "v", true, 3600))).toBe(
      "Max-Age=3600; Path=/; HttpOnly; Secure; SameSite=Lax",
    );
    expect(cookie.write("a", "v", true, 500 * 86_400)).toContain(`Max-Age=${400 * 86_400};`);
  });

  test("expiring repeats the attributes, or browsers would keep the cookie", () => {
    expect(
      new SessionCookie(
        { name: "sid", domain: "example.org", path: "/app", partitioned: true },
        undefined,
        "development",
      ).writeExpired("sid", true),
    ).toBe(
      "sid=; Max-Age=0; Domain=example.org; Path=/app; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; Partitioned; SameSite=Lax",
    );
  });

  test("what browsers would refuse is refused here, at once", () => {
    const keys = generateSecretKey();
    const wrong: unknown[] = [
      { name: "__Host-a", domain: "example.org" },
      { name: "__host-a", path: "/app" },
      { name: "__Host-a", secure: false },
      { name: "__Secure-a", secure: false },
      { sameSite: "None", secure: false },
      { partitioned: true, secure: false },
      { sameSite: "lax" },
      { secure: "yes" },
      { name: "" },
      { name: "a b" },
      { name: "a=b" },
      { name: "é" },
      { name: "a", domain: "exa mple" },
      { name: "a", path: "/;x" },
    ];
    for (const cookie of wrong)
      expect(() => new SessionManager({ keys, cookie: cookie as CookieOptions }), JSON.stringify(cookie)).toThrow(
        InvalidOptionError,
      );
  });
});
