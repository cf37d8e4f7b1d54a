/*
 * The Cookie header
 *
 * Other hosts, other paths and scripts can put cookies beside ours, and a client can send anything at all as a header.
 */
import { KeyRing } from "latchkey";
import { expect, test } from "vitest";
import { ALL_KINDS, KEY, loggedIn, makeManager, nameOf, outcomeOf, setCookiesOf, Time, Visitor, withServer } from "./support.ts";

/** Nothing of a Cookie header is percent-decoded, neither names nor values. */
test("ATK-percent-decoding: a cookie is percent-encoded, so that one reader decodes it and another does not", async () => {
  for (const kind of ALL_KINDS) {
    const { manager, value } = await loggedIn(kind);
    const name = nameOf(kind);
    const encoded = [
      value.replaceAll(".", "%2E"),
      `%${value.charCodeAt(0).toString(16)}${value.slice(1)}`,
      `${value.slice(0, -1)}%${value.charCodeAt(value.length - 1).toString(16)}`,
      `${value}%20`,
      encodeURIComponent(value.replace(/[A-Z]/, "Ł")),
    ];
    for (const text of encoded) expect(await outcomeOf(manager, `${name}=${text}`)).toMatch(/^(malformed|bad_signature)$/);
    expect(await outcomeOf(manager, `%73${name.slice(1)}=${value}; ${name.replace("s", "%73")}=${value}`)).toBe("nobody");
  }
});

/** Nothing is unescaped. One pair of quotes is taken off for Flask's format alone, as Python does. */
test("ATK-quoted-value: a cookie stands in quotes, or has escapes that Python's parser reads", async () => {
  for (const kind of ALL_KINDS) {
    const { manager, value } = await loggedIn(kind);
    const send = async (text: string): Promise<string> => await outcomeOf(manager, `${nameOf(kind)}=${text}`);
    expect([kind, await send(`"${value}"`)]).toEqual([kind, kind === "flask" ? "7" : "malformed"]);
    const octal = `\\${value.charCodeAt(0).toString(8).padStart(3, "0")}${value.slice(1)}`;
    for (const text of [`""${value}""`, `"${value}`, `${value}"`, `'${value}'`, `"${octal}"`, octal, `"\\${value}"`])
      expect(await send(text)).toMatch(/^(malformed|bad_signature)$/);
  }
});

/** All values of the name are verified: exactly one distinct valid session counts, two are none, and nobody is logged out or in by a planted one. */
test("ATK-duplicate-cookie: a sibling host or a deeper path has set a cookie of the same name", async () => {
  for (const kind of ALL_KINDS) {
    const manager = makeManager(kind, new Time(), { keys: KEY });
    const [victim, attacker] = [new Visitor(manager), new Visitor(manager)];
    await victim.visit((session) => session.login("7"));
    await attacker.visit((session) => session.login("666"));
    const send = async (...values: readonly string[]): Promise<string> =>
      await outcomeOf(manager, values.map((value) => `${nameOf(kind)}=${value}`).join("; "));
    for (const bad of ["bad", "", "a.b.c", attacker.value.slice(1)]) {
      expect(await send(bad, victim.value)).toBe("7");
      expect(await send(victim.value, bad)).toBe("7");
    }
    expect(await send(victim.value, victim.value)).toBe("7");
    expect(await send(attacker.value, victim.value)).toBe("duplicate");
    expect(await send(victim.value, attacker.value)).toBe("duplicate");
  }
});

/** Only spaces and tabs around names and values are trimmed; names are compared letter by letter, so that what a browser checks is what is read. */
test("ATK-prefix-whitespace: a script sets a cookie whose name is white space and then __Host-", async () => {
  const { manager, value } = await loggedIn("sealed");
  const blanks = ["\u00a0", "\u000b", "\u000c", "\u0085", "\u1680", "\u2000", "\u2028", "\u2029", "\u3000", "\ufeff", "\u001f", "\u200b"];
  for (const blank of blanks) {
    expect(await outcomeOf(manager, `${blank}__Host-session=${value}`)).toBe("nobody");
    expect(await outcomeOf(manager, `__Host-session${blank}=${value}`)).toBe("nobody");
    expect(await outcomeOf(manager, `a=1;${blank} __Host-session=${value}`)).toBe("nobody");
    expect(await outcomeOf(manager, `__Host-session=${value}${blank}`)).toBe("malformed");
  }
  await withServer(manager, async (ask) => {
    // As bytes on the wire: latin-1's own blanks, and the UTF-8 of U+2028.
    for (const bytes of ["\u00a0", "\u0085", "\u00e2\u0080\u00a8"])
      expect(await ask([`Cookie: ${bytes}__Host-session=${value}`])).toMatchObject({ status: 200, body: "nobody" });
    expect(await ask([`Cookie: \t a=1; \t__Host-session=${value} \t`])).toMatchObject({ status: 200, body: "7" });
  });
});

/** A name has one spelling, a cookie without a name is none of ours, and old RFC 2109 syntax joins nothing. */
test("ATK-cookie-name-tricks: a name is written in other letters, left out, or hidden in quotes", async () => {
  const { manager, value } = await loggedIn("sealed");
  const headers = [
    `__host-session=${value}`,
    `__HOST-SESSION=${value}`,
    `=__Host-session=${value}`,
    `=${value}`,
    `__Host-session`,
    `session=${value}`,
    `__Host-session[]=${value}`,
    `a=__Host-session=${value}`,
    `x__Host-session=${value}`,
    `a="__Host-session=${value}"`,
    `__Host-session ${value}`,
    `a=1, __Host-session=${value}`,
  ];
  for (const header of headers) expect([header.slice(0, 20), await outcomeOf(manager, header)]).toEqual([header.slice(0, 20), "nobody"]);
  // Quotes and $Version do not swallow what stands between semicolons.
  expect(await outcomeOf(manager, `$Version=1; a="x; __Host-session=${value}; b=y"`)).toBe("7");
});

/** A cookie that is missing is a visitor without a session, and not an error; `__Host-Http-` is a name that scripts cannot write either. */
test("ATK-jar-overflow: a script fills the browser's jar until our cookie falls out", async () => {
  for (const kind of ALL_KINDS) {
    const { manager } = await loggedIn(kind);
    const jar = Array.from({ length: 180 }, (_, index) => `filler${index}=x`).join("; ");
    const session = await manager.load(jar);
    expect([session.isNew, session.subject, session.rejection, await manager.commit(session)]).toEqual([
      true,
      undefined,
      undefined,
      [["Vary", "Cookie"]],
    ]);
  }
  const { setCookies } = await loggedIn("sealed", new Time(), { cookie: { name: "__Host-Http-session" } });
  expect(setCookies[0]).toMatch(/^__Host-Http-session=v3\.local\.[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
});

/** Values over 8,192 characters, and more than 64 different ones, are refused before any cryptography. */
test("ATK-oversize: a header is as long as a server takes it, or full of cookies", async () => {
  for (const kind of ALL_KINDS) {
    const ring = new KeyRing(KEY);
    const { manager, value } = await loggedIn(kind, new Time(), { keys: ring });
    const name = nameOf(kind);
    const verified = (): number => ring.usage().reduce((sum, usage) => sum + usage.verified, 0);
    const before = verified();
    const send = async (...values: readonly string[]): Promise<string> =>
      await outcomeOf(manager, values.map((text) => `${name}=${text}`).join("; "));
    expect(await send("A".repeat(8193))).toBe("too_large");
    expect(await send(`v3.local.${"A".repeat(8183)}`)).not.toBe("too_large");
    expect(await send(".".repeat(8192))).toBe("malformed");
    expect(await send(".".repeat(10_000))).toBe("too_large");
    expect(await send(...Array.from({ length: 2000 }, (_, index) => `${index}`))).toBe("too_large");
    expect(await send(...Array.from({ length: 64 }, (_, index) => `${index}`), value)).toBe("too_large");
    expect(verified()).toBe(before);
    // Just within: a stranger's cookies do not lock the visitor out.
    expect(await send(...Array.from({ length: 63 }, (_, index) => `${index}`), value)).toBe("7");
    expect(await send("A".repeat(8193), value)).toBe("7");
  }
});

/** What Node's parser lets through is text for us, whatever its bytes are: a fresh session with status 200; the rest Node itself answers with 400. */
test("ATK-control-characters: a cookie holds NUL, line ends, controls or bytes that are no ASCII", async () => {
  for (const kind of ["sealed", "flask", "memory"]) {
    const { manager, value } = await loggedIn(kind);
    const name = nameOf(kind);
    await withServer(manager, async (ask) => {
      for (const code of [0x00, 0x01, 0x0a, 0x0d, 0x1f, 0x7f]) {
        const answer = await ask([`Cookie: ${name}=${value.slice(0, 9)}${String.fromCharCode(code)}${value.slice(9)}`]);
        expect([code, answer.status, answer.body]).toEqual([code, 400, ""]);
      }
      for (const code of [0x09, 0x20, 0x22, 0x2c, 0x5c, 0x80, 0x85, 0xa0, 0xad, 0xff]) {
        const answer = await ask([`Cookie: ${name}=${value.slice(0, 9)}${String.fromCharCode(code)}${value.slice(9)}`]);
        expect([code, answer.status, answer.body]).toEqual([code, 200, "malformed"]);
        expect(setCookiesOf(answer)).toEqual([]);
      }
    });
    for (const text of ["\u0000", "\ud800", "\udfff\ud800", "\r\n", "\u0141", "💥"])
      expect(await outcomeOf(manager, `${name}=${value.slice(0, 9)}${text}${value.slice(9)}`)).toBe("malformed");
  }
});

/** Node joins several Cookie header fields by semicolons, as HTTP/2 clients send them, and our cookie is found in any of them. */
test("RFC6265bis cookie-headers: cookies come in several header fields", async () => {
  const { manager, value } = await loggedIn("sealed");
  await withServer(manager, async (ask) => {
    expect((await ask(["Cookie: a=1", `Cookie: __Host-session=${value}`, "cookie: b=2"])).body).toBe("7");
    expect((await ask(["Cookie: __Host-session=x", `COOKIE: __Host-session=${value}`])).body).toBe("7");
    expect((await ask(["Cookie: ", "Cookie: ;"])).body).toBe("nobody");
  });
});

/** A session's cookie is 4,096 bytes at most, a quarter of what Node takes as headers, and there is one of it; cookies of others are theirs to bound. */
test("ASVS 4.2.5: cookies grow until the server refuses every request of that browser", async () => {
  const visitor = await loggedIn("sealed");
  await visitor.visit((session) => (session.data["note"] = "x".repeat(2780)));
  expect(visitor.jar.header!.length).toBeGreaterThan(3900);
  await withServer(visitor.manager, async (ask) => {
    expect((await ask([`Cookie: ${visitor.jar.header}; others=${"x".repeat(11_000)}`])).body).toBe("7");
    expect((await ask([`Cookie: ${visitor.jar.header}; others=${"x".repeat(20_000)}`])).status).toBe(431);
  });
  await expect(visitor.visit((session) => (session.data["note"] = "x".repeat(4000)))).rejects.toMatchObject({ code: "cookie_too_large" });
});
