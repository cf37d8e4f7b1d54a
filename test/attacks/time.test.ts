/*
 * Time
 *
 * An old cookie is sent again, a time is forged, or a clock is wrong.
 */
import { readFileSync } from "node:fs";
import { SignatureExpired, TimestampSigner } from "latchkey/signing";
import { expect, test } from "vitest";
import { DEFAULT_LIFETIMES } from "../../src/sessions/data/lifetime.ts";
import {
  ALL_KINDS,
  COOKIE_KINDS,
  KEY,
  loggedIn,
  nameOf,
  outcomeOf,
  reasonsOf,
  seal,
  sealedPlain,
  LAST_SECOND,
  signerOf,
  STORE_KINDS,
  Time,
  timestampOf,
} from "./support.ts";

const DAY = 86_400;

/**
 * A cookie may be signed up to 60 seconds ahead of this server's clock, which servers' clocks
 * differ by; beyond that it is refused.
 */
test("ATK-future-timestamp: a cookie comes from a server with a clock that is ahead", async () => {
  for (const kind of ALL_KINDS) {
    const time = new Time();
    const { manager, header } = await loggedIn(kind, time);
    const outcomes: string[] = [];
    for (const ahead of [0, 1, 60, 61, 3600]) {
      time.now = new Time().now - ahead;
      outcomes.push(await outcomeOf(manager, header));
    }
    expect([kind, ...outcomes]).toEqual([kind, "7", "7", "7", "future", "future"]);
  }
});

/**
 * A time is one to five bytes in their canonical spelling, without leading zeros, up to the year
 * 9999; anything else is refused, also under a good signature.
 */
test("ATK-odd-timestamp: a good signature covers a time that no server writes", async () => {
  const now = timestampOf(new Time().now);
  const odd = [
    "",
    "!!!!",
    "A",
    "AA",
    `AA${now}`,
    Buffer.from([0, ...Buffer.from(now, "base64url")]).toString("base64url"),
    `${now}=`,
    `${now}A`,
    now.slice(0, -1) + (now.endsWith("A") ? "B" : "A"),
    Buffer.alloc(8, 0xff).toString("base64url"),
    Buffer.alloc(9, 0xff).toString("base64url"),
    Buffer.alloc(5, 0xff).toString("base64url"),
    timestampOf(253_402_300_800),
    timestampOf(253_402_300_799),
    "-1",
    "Infinity",
    "NaN",
  ].filter((text) => text !== now);
  for (const kind of ["signed", "flask", "memory"]) {
    const { manager, value } = await loggedIn(kind);
    const payload = value.split(".").slice(0, -2).join(".");
    const forged = odd.map((text) => signerOf(kind).sign(`${payload}.${text}`));
    const reasons = await reasonsOf(manager, nameOf(kind), forged);
    expect(
      [...reasons].filter((reason) => !["malformed", "bad_signature", "future", "expired"].includes(reason)),
    ).toEqual([]);
    expect(await outcomeOf(manager, `${nameOf(kind)}=${signerOf(kind).sign(`${payload}.${now}`)}`)).toBe("7");
  }
  const { manager } = await loggedIn("sealed");
  const sealedTimes = [0, LAST_SECOND].flatMap((seconds) => [
    seal({ plain: sealedPlain("{}", { lastSeenAt: seconds }) }),
    seal({ plain: sealedPlain("{}", { createdAt: seconds }) }),
  ]);
  expect([...(await reasonsOf(manager, "__Host-Http-session", sealedTimes))].sort()).toEqual(["expired", "future"]);
});

/**
 * A session's age is checked in both directions, for every format and with no way to leave it out;
 * a signer checks it when it is given a `maxAge`.
 */
test("ASVS 9.2.1: a value is used before or after its time", async () => {
  for (const kind of COOKIE_KINDS) {
    const time = new Time();
    const { manager, header } = await loggedIn(kind, time, { lifetime: 1000, idleTimeout: 1000 });
    const outcomes: string[] = [];
    for (const age of [-61, -60, 0, 1000, 1001]) {
      time.now = new Time().now + age;
      outcomes.push(await outcomeOf(manager, header));
    }
    expect([kind, ...outcomes]).toEqual([kind, "future", "7", "7", "7", "expired"]);
  }
  const time = new Time();
  const signer = new TimestampSigner(KEY, { clock: time.clock });
  const signed = signer.sign("value");
  const ages = [-61, -60, 0, 1000, 1001].map((age) => {
    time.now = new Time().now + age;
    return signer.validate(signed, { maxAge: 1000, clockSkew: 60 });
  });
  expect(ages).toEqual([false, true, true, true, false]);
  expect(() => signer.unsign(signed, { maxAge: 1000 })).toThrow(SignatureExpired);
  expect(() => signer.unsign(signed, { maxAge: Number.NaN })).toThrow(
    expect.objectContaining({ code: "invalid_option" }),
  );
});

/**
 * Flask's format ends 31 days after it was last signed, also without `persistent`: the server
 * checks what a browser only promises.
 */
test("ATK-default-lifetime: a Flask cookie is used after 31 days", async () => {
  const time = new Time();
  const { manager, header } = await loggedIn("flask", time);
  expect(header).not.toContain("_permanent");
  time.now = new Time().now + 31 * DAY;
  expect(await outcomeOf(manager, header)).toBe("7");
  time.now += 1;
  expect(await outcomeOf(manager, header)).toBe("expired");
});

/**
 * A session that is not used ends after `idleTimeout` (14 days unless set), to the second; using it
 * moves that end.
 */
test("ASVS 7.3.1: a forgotten session is found", async () => {
  for (const kind of ALL_KINDS) {
    const time = new Time();
    const visitor = await loggedIn(kind, time, { idleTimeout: 900, lifetime: 86_400 });
    for (let round = 0; round < 5; round++) {
      time.now += 600;
      expect(await visitor.visit((session) => session.subject)).toBe("7");
    }
    time.now += 901;
    expect([kind, await outcomeOf(visitor.manager, visitor.header)]).toEqual([
      kind,
      kind === "memory" || kind === "sqlite" ? "unknown" : "expired",
    ]);
  }
});

/**
 * A session ends `lifetime` seconds after its login (30 days unless set), however often it is used.
 * Flask's format has no beginning, so it has no such end.
 */
test("ASVS 7.3.2: a session is kept alive for ever by using it every ten minutes", async () => {
  for (const kind of ALL_KINDS) {
    const time = new Time();
    const visitor = await loggedIn(kind, time, { idleTimeout: 900, lifetime: 10_000 });
    const start = time.now;
    let lastAlive = 0;
    for (; time.now < start + 20_000; time.now += 600) {
      // Also when each visit writes.
      const subject = await visitor.visit((session) => ((session.data["at"] = time.now), session.subject));
      if (subject === "7") lastAlive = time.now - start;
      else break;
    }
    // As in Flask, signing again starts a new lifetime. If you need an absolute end, take another
    // format.
    expect([kind, lastAlive]).toEqual([kind, kind === "flask" ? 19_800 : 9600]);
  }
});

/** A new login restarts both times, and nothing else moves the absolute one. */
test("NIST 5.2: the absolute end is moved by anything but a new login", async () => {
  for (const kind of ["sealed", "signed", ...STORE_KINDS]) {
    const time = new Time();
    const visitor = await loggedIn(kind, time, { idleTimeout: 8000, lifetime: 10_000 });
    time.now += 6000;
    await visitor.visit((session) => (session.renew(), (session.persistent = true), session.flash("hello")));
    time.now += 3999;
    const kept = visitor.header;
    expect(await outcomeOf(visitor.manager, kept)).toBe("7");
    await visitor.visit((session) => session.login("7"));
    time.now += 6000;
    expect(await visitor.visit((session) => session.subject)).toBe("7");
    const last = visitor.header;
    time.now += 4001;
    expect(await outcomeOf(visitor.manager, last)).toMatch(/^(expired|unknown)$/);
    expect([visitor.header, await visitor.who()]).toEqual([undefined, "nobody"]);
  }
});

/**
 * The server checks the time itself: a cookie that a browser, or a thief, still has after its
 * Max-Age is refused.
 */
test("NIST 5.1.1: a browser still sends a cookie after its end", async () => {
  for (const kind of ALL_KINDS) {
    const time = new Time();
    const visitor = await loggedIn(kind, time, { lifetime: 3600, idleTimeout: 3600 });
    await visitor.visit((session) => (session.persistent = true));
    expect(visitor.setCookies[0]).toContain("Max-Age=3600;");
    const kept = visitor.header;
    time.now += 3601;
    expect(await outcomeOf(visitor.manager, kept)).toMatch(/^(expired|unknown)$/);
  }
});

/**
 * The two default lifetimes are in docs/sessions.md, in seconds and in days, and are those of the
 * code.
 */
test("ASVS 7.1.1: no one knows how long sessions live", () => {
  const page = readFileSync(new URL("../../docs/sessions.md", import.meta.url), "utf8");
  for (const [option, seconds] of Object.entries(DEFAULT_LIFETIMES) as [string, number][])
    expect(page).toContain(`| \`${option}\` | ${seconds.toLocaleString("en")} (${seconds / DAY} days) |`);
});
