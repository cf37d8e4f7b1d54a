/*
 * The life of a session
 *
 * A session is planted before a login, copied before a logout, guessed, or read out of the store.
 */
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { flask, KeyRing, sealed, SessionManager, signed } from "latchkey";
import { MemoryStore } from "latchkey/stores/memory";
import { expect, test } from "vitest";
import { openSqlite } from "../sessions/support.ts";
import {
  ALL_KINDS,
  COOKIE_KINDS,
  cookiesOf,
  KEY,
  loggedIn,
  makeManager,
  outcomeOf,
  signerOf,
  STORE_KINDS,
  Time,
  timestampOf,
  Visitor,
  type Data,
} from "./support.ts";

const DAY = 86_400;

/**
 * A token is 32 bytes of the system's random generator, twice what is asked for, and nothing else:
 * no counter, no clock, no generator of the caller's.
 */
test("ASVS 7.2.3: tokens are guessed, or two visitors get the same", async () => {
  const drawn: Buffer[] = [];
  const originals = { randomBytes: crypto.randomBytes, randomFillSync: crypto.randomFillSync };
  crypto.randomBytes = ((size: number) => {
    const bytes = originals.randomBytes(size);
    drawn.push(Buffer.from(bytes));
    return bytes;
  }) as typeof crypto.randomBytes;
  crypto.randomFillSync = ((buffer: Buffer) => {
    const bytes = originals.randomFillSync(buffer);
    drawn.push(Buffer.from(bytes));
    return bytes;
  }) as typeof crypto.randomFillSync;
  syncBuiltinESMExports();
  try {
    const manager = makeManager("memory", new Time(), { keys: KEY });
    const tokens: string[] = [];
    // More than any pool of random bytes holds.
    for (let round = 0; round < 300; round++) {
      const visitor = new Visitor(manager);
      await visitor.visit((session) => (session.data["a"] = 1));
      tokens.push(visitor.value.split(".")[0]!);
    }
    expect(new Set(tokens).size).toBe(300);
    for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    // The first tokens may stem from bytes that were drawn before; each later one is 32 bytes in a
    // row of what was drawn, and no two share any.
    const stream = Buffer.concat(drawn);
    const places = tokens.slice(128).map((token) => stream.indexOf(Buffer.from(token, "base64url")));
    expect(places.filter((place) => place === -1)).toEqual([]);
    const sorted = places.toSorted((one, two) => one - two);
    expect(sorted.every((place, index) => index === 0 || place - sorted[index - 1]! >= 32)).toBe(true);
  } finally {
    Object.assign(crypto, originals);
    syncBuiltinESMExports();
  }
});

/**
 * `login` gives the session a new token and a new beginning, and the token from before opens
 * nothing any more.
 */
test("ASVS 7.2.4: an attacker logs a visitor in with a session that the attacker knows", async () => {
  for (const kind of ALL_KINDS) {
    const time = new Time();
    const manager = makeManager(kind, time, { keys: KEY });
    const attacker = new Visitor(manager);
    await attacker.visit((session) => (session.data["planted"] = true));
    const victim = new Visitor(manager);
    victim.take([`${attacker.header!}; Path=/; Secure`], "script");
    expect(await victim.who()).toBe("anonymous");
    time.now += 10;
    await victim.visit((session) => session.login("7"));
    expect(victim.header).not.toBe(attacker.header);
    expect(await outcomeOf(manager, victim.header)).toBe("7");
    // A cookie that holds its session still holds what the attacker had: an anonymous session.
    // A token in a store opens nothing.
    const isStore = (STORE_KINDS as readonly string[]).includes(kind);
    expect([kind, await outcomeOf(manager, attacker.header)]).toEqual([kind, isStore ? "moved" : "anonymous"]);
    // Also by a real request of the attacker, which changes nothing for the victim.
    expect([await attacker.who(), await victim.who()]).toEqual([isStore ? "moved" : "anonymous", "7"]);
  }
});

/**
 * `renew` does the same for any other change of a visitor's rights, and keeps owner, data and
 * age. The old token is good for ten seconds more, for requests on their way; where that is too
 * long, `login` has no such grace.
 */
test("ASVS 7.2.4 renewal: rights grow within a session with a known token", async () => {
  for (const kind of STORE_KINDS) {
    const time = new Time();
    const visitor = await loggedIn(kind, time, { lifetime: 1000 });
    const before = visitor.header;
    time.now += 900;
    await visitor.visit((session) => (session.renew(), (session.data["isAdmin"] = true)));
    time.now += 11;
    expect([await outcomeOf(visitor.manager, visitor.header), await outcomeOf(visitor.manager, before)]).toEqual([
      "7",
      "moved",
    ]);
    const thief = new Visitor(visitor.manager, time);
    thief.take([`${before!}; Path=/; Secure`], "script");
    expect([await thief.who(), thief.setCookies, await visitor.who()]).toEqual(["moved", [], "7"]);
    const middle = visitor.header;
    await visitor.visit((session) => session.login("7"));
    expect([await outcomeOf(visitor.manager, visitor.header), await outcomeOf(visitor.manager, middle)]).toEqual([
      "7",
      "moved",
    ]);
    time.now += 1001;
    expect(await outcomeOf(visitor.manager, visitor.header)).toMatch(/^(expired|unknown)$/);
  }
});

/**
 * What was in the session before a login stays, as a cart has to; who the session belongs to is
 * never part of the data. Take out what was another's.
 */
test("ATK-session-fixation: a session planted before the login carries something into it", async () => {
  for (const kind of ALL_KINDS) {
    const visitor = new Visitor(makeManager(kind, new Time(), { keys: KEY }));
    await visitor.visit((session) => Object.assign(session.data, { cart: ["a-1"], subject: "666", persistent: true }));
    await visitor.visit((session) => session.login("7"));
    // On purpose: the data stays. The subject is a thing of its own, so no entry of the data is
    // taken for it.
    expect(await visitor.visit((session) => [session.subject, session.persistent, session.data["cart"]])).toEqual([
      "7",
      false,
      ["a-1"],
    ]);
    // From one user straight to another, and out again.
    await visitor.visit((session) => session.login("8"));
    expect(await outcomeOf(visitor.manager, visitor.header)).toBe("8");
    await visitor.visit((session) => (session.logout(), session.flash("bye")));
    expect(await visitor.visit((session) => [session.subject, Object.keys(session.data)])).toEqual([
      undefined,
      ["_flashes"],
    ]);
    // Nor does an attacker who planted the session get into it, whatever the victim put there
    // since.
    const time = new Time();
    const manager = makeManager(kind, time, { keys: KEY });
    const [attacker, victim] = [new Visitor(manager, time), new Visitor(manager, time)];
    await attacker.visit((session) => (session.data["planted"] = true));
    victim.take([`${attacker.header!}; Path=/; Secure`], "script");
    await victim.visit((session) => (session.login("7"), (session.data["address"] = "12 St James's Square")));
    expect(await victim.who()).toBe("7");
    for (let request = 0; request < 2; request++)
      expect(await attacker.visit((session) => [session.subject, session.data["address"]])).toEqual([
        undefined,
        undefined,
      ]);
    expect([await victim.who(), await victim.visit((session) => session.data["address"])]).toEqual([
      "7",
      "12 St James's Square",
    ]);
  }
});

/**
 * A token that the store does not know is never adopted, however well it is signed: what is put
 * into that session gets a token of our own.
 */
test("ATK-unknown-token: a client brings a token of its own choice", async () => {
  for (const kind of STORE_KINDS) {
    const manager = makeManager(kind, new Time(), { keys: KEY });
    const chosen = "A".repeat(43);
    const visitor = new Visitor(manager);
    const planted = `__Host-Http-session=${signerOf("store").sign(`${chosen}.${timestampOf(new Time().now)}`)}; Path=/; Secure`;
    visitor.take([planted], "script");
    expect([await visitor.who(), visitor.setCookies]).toEqual(["unknown", []]);
    await visitor.visit((session) => session.login("7"));
    expect(visitor.value.split(".")[0]).not.toBe(chosen);
    expect([await visitor.who(), visitor.setCookies]).toEqual(["7", []]);
    // Who chose the token has nothing of it.
    const attacker = new Visitor(manager);
    attacker.take([planted], "script");
    expect([await attacker.who(), attacker.setCookies, (await manager.list("7")).length]).toEqual(["unknown", [], 1]);
    // Without a signature it does not even reach the store.
    expect(await outcomeOf(manager, `__Host-Http-session=${chosen}`)).toBe("malformed");
  }
});

/**
 * The store has only hashes of tokens. Anyone who reads all of it can open none of its sessions.
 */
test("ATK-stolen-store: an attacker reads the session table", async () => {
  const seen: string[] = [];
  const time = new Time();
  const store = new MemoryStore({ clock: time.clock });
  const visitor = await loggedIn("memory", time, { store });
  const sessions = await store.listBySubject("7");
  seen.push(JSON.stringify(sessions));
  const token = visitor.value.split(".")[0]!;
  expect(seen.join("")).not.toContain(token);
  const [{ id } = { id: "" }] = sessions;
  expect(id).toMatch(/^[A-Za-z0-9_-]{43}$/);
  // The id in the place of the token, with and without a signature that the key's owner would have
  // to make.
  const forged = [
    id,
    `${id}.${visitor.value.split(".").slice(1).join(".")}`,
    signerOf("store").sign(`${id}.${timestampOf(time.now)}`),
  ];
  for (const value of forged)
    expect(await outcomeOf(visitor.manager, `__Host-Http-session=${value}`)).toMatch(
      /^(malformed|bad_signature|unknown)$/,
    );
});

/**
 * What a store gives back is read as strictly as a cookie: what is no session of ours is a fresh
 * one.
 */
test("ATK-forged-record: an attacker writes to the session table", async () => {
  const time = new Time();
  const store = new MemoryStore({ clock: time.clock });
  const visitor = await loggedIn("memory", time, { store });
  const [{ id } = { id: "" }] = await store.listBySubject("7");
  for (const payload of [
    "",
    "{}",
    "null",
    "[]",
    "no json",
    '{"data":{},"createdAt":1}',
    '{"createdAt":1,"data":[],"lastSeenAt":1,"persistent":false}',
    "[".repeat(200),
    '{"createdAt":1.5,"data":{},"lastSeenAt":1,"persistent":false}',
  ]) {
    await store.delete(id);
    await store.set(id, payload, time.now + 1000);
    expect([payload, await outcomeOf(visitor.manager, visitor.header)]).toEqual([payload, "bad_payload"]);
  }
});

/** With a store, a logout ends the session there: no copy of the cookie is worth anything. */
test("ASVS 7.4.1: a cookie is sent again after the logout", async () => {
  for (const kind of STORE_KINDS) {
    for (const end of ["logout", "destroy"] as const) {
      const visitor = await loggedIn(kind);
      const copy = visitor.header!;
      await visitor.visit((session) => session[end]());
      expect([visitor.header, await outcomeOf(visitor.manager, copy)]).toEqual([undefined, "unknown"]);
      expect(await visitor.who()).toBe("nobody");
      // A thief who sends the copy, and puts something into the session, gets an anonymous one.
      const thief = new Visitor(visitor.manager);
      thief.take([`${copy}; Path=/; Secure`], "script");
      expect(await thief.who()).toBe("unknown");
      await thief.visit((session) => (session.data["a"] = 1));
      expect([await thief.who(), await visitor.manager.list("7")]).toEqual(["anonymous", []]);
    }
  }
});

/**
 * A cookie that holds its session cannot be taken back, as SECURITY.md says; `validFrom` refuses it
 * by its owner and its age, and `isRevoked` by its id, never by its text.
 */
test("ATK-replay-after-logout: a copy of a cookie that holds its session is sent after the logout", async () => {
  for (const kind of COOKIE_KINDS) {
    const time = new Time();
    const endedAt = new Map<string, number>();
    const [open, guarded] = [
      await loggedIn(kind, time),
      await loggedIn(kind, time, { validFrom: (subject) => endedAt.get(subject) }),
    ];
    const copies = [open.header, guarded.header];
    time.now += 10;
    await open.visit((session) => session.logout());
    await guarded.visit((session) => (endedAt.set(session.subject!, time.now), session.logout()));
    // The browser itself is logged out; the copy is not.
    for (const visitor of [open, guarded]) expect([visitor.header, await visitor.who()]).toEqual([undefined, "nobody"]);
    expect(await outcomeOf(open.manager, copies[0])).toBe("7");
    expect(await outcomeOf(guarded.manager, copies[1])).toBe("revoked");
    // A thief's request with the revoked copy ends that cookie in the thief's browser, and a new
    // login is not locked out.
    const thief = new Visitor(guarded.manager, time);
    thief.take([`${copies[1]!}; Path=/; Secure`], "script");
    expect([await thief.who(), thief.header, await thief.who()]).toEqual(["revoked", undefined, "nobody"]);
    await guarded.visit((session) => session.login("7"));
    expect([await guarded.who(), await guarded.who()]).toEqual(["7", "7"]);
    if (kind === "flask") continue;
    // One session alone, however its cookie is spelled and however often it was written since.
    const ended = new Set<string>();
    const listed = await loggedIn(kind, time, { isRevoked: ({ id }) => ended.has(id!) });
    const first = listed.header;
    await listed.visit((session) => (session.data["a"] = 1));
    await listed.visit((session) => (ended.add(session.id!), session.logout()));
    expect([await outcomeOf(listed.manager, first), await listed.who()]).toEqual(["revoked", "nobody"]);
  }
});

/** `revokeAll` ends all sessions of one user at once, and leaves those of others. */
test("ASVS 7.4.2: an account is closed while its sessions are open", async () => {
  for (const kind of STORE_KINDS) {
    const manager = makeManager(kind, new Time(), { keys: KEY });
    const visitors = Array.from({ length: 4 }, () => new Visitor(manager));
    for (const [index, visitor] of visitors.entries())
      await visitor.visit((session) => session.login(index < 3 ? "7" : "8"));
    expect(await manager.revokeAll("7")).toBe(3);
    const outcomes = await Promise.all(visitors.map(async ({ header }) => await outcomeOf(manager, header)));
    expect(outcomes).toEqual(["unknown", "unknown", "unknown", "8"]);
  }
});

/** With `except`, all other sessions of the user end: what belongs after a changed password. */
test("ASVS 7.4.3: a password was changed, and anyone who knew the old one is still logged in", async () => {
  for (const kind of STORE_KINDS) {
    const manager = makeManager(kind, new Time(), { keys: KEY });
    const [own, thief] = [new Visitor(manager), new Visitor(manager)];
    for (const visitor of [own, thief]) await visitor.visit((session) => session.login("7"));
    const id = await own.visit((session) => session.id);
    expect(await manager.revokeAll("7", { except: id })).toBe(1);
    expect([await outcomeOf(manager, own.header), await outcomeOf(manager, thief.header)]).toEqual(["7", "unknown"]);
    expect([await thief.who(), await own.who(), await own.who()]).toEqual(["unknown", "7", "7"]);
  }
});

/**
 * An operator ends one user's sessions by `revokeAll`, one session by `revoke`, and everybody's by
 * a new key without a fallback.
 */
test("ASVS 7.4.5: something has happened, and all sessions have to end now", async () => {
  for (const kind of ALL_KINDS) {
    const ring = new KeyRing(KEY);
    const manager = makeManager(kind, new Time(), { keys: ring });
    const visitors = ["7", "8"].map((subject) => ({ subject, visitor: new Visitor(manager) }));
    for (const { subject, visitor } of visitors) await visitor.visit((session) => session.login(subject));
    ring.replace("lk1_Nb5Wq8TzYk2RmXcJ7vLpHs4DfGe0Ua9iOyQt3ZxVr6Dn1Pum");
    for (const { visitor } of visitors) expect(await outcomeOf(manager, visitor.header)).toBe("bad_signature");
  }
});

/** `list` shows a user's sessions by ids that open nothing, and `revoke` ends one of them. */
test("ASVS 7.5.2: a user cannot see or end a session that another person uses", async () => {
  for (const kind of STORE_KINDS) {
    const time = new Time();
    const manager = makeManager(kind, time, { keys: KEY });
    const [phone, thief] = [new Visitor(manager), new Visitor(manager)];
    for (const visitor of [phone, thief]) {
      time.now += 100;
      await visitor.visit((session) => session.login("7"));
    }
    const list = await manager.list("7");
    expect(list.map(({ createdAt, persistent }) => [time.now - createdAt, persistent])).toEqual([
      [0, false],
      [100, false],
    ]);
    const tokens = [phone, thief].map(({ value }) => value.split(".")[0]!);
    for (const token of tokens) expect(JSON.stringify(list)).not.toContain(token);
    expect(await outcomeOf(manager, `__Host-Http-session=${list[0]!.id}`)).toBe("malformed");
    await manager.revoke(list[0]!.id);
    expect([await outcomeOf(manager, thief.header), await outcomeOf(manager, phone.header)]).toEqual(["unknown", "7"]);
    expect([await thief.who(), await phone.who(), (await manager.list("7")).length]).toEqual(["unknown", "7", 1]);
  }
});

/** A session that was ended is not written again by a request that was already running. */
test("ATK-logout-race: a slow request writes a session back that a logout has ended", async () => {
  for (const kind of STORE_KINDS) {
    for (const change of ["data", "renew", "touch"] as const) {
      const time = new Time();
      const visitor = await loggedIn(kind, time, { idleTimeout: 10 * DAY });
      const copy = visitor.header;
      time.now += 6 * DAY;
      const slow = await visitor.begin();
      if (change === "data") slow.session.data["late"] = true;
      if (change === "renew") slow.session.renew();
      void slow.session.subject;
      await visitor.visit((session) => session.logout());
      expect([change, await slow.finish()]).toEqual([change, []]);
      expect([change, visitor.header, await visitor.who()]).toEqual([change, undefined, "nobody"]);
      expect([change, await outcomeOf(visitor.manager, copy)]).toEqual([change, "unknown"]);
      expect(await visitor.manager.list("7")).toEqual([]);
    }
  }
});

/**
 * Before anything is sent it is looked up whether it still holds: an answer that was begun before a
 * login, a renewal or a logout sends no cookie, and the next request is what the login, the renewal
 * or the logout has left.
 */
test("ATK-late-answer: an answer that was begun before a login brings the old session back", async () => {
  for (const kind of STORE_KINDS) {
    for (const act of ["login", "renew", "logout"] as const) {
      for (const looks of [true, false]) {
        const time = new Time();
        const visitor = await loggedIn(kind, time);
        // By now the end of the session is to be moved, and its cookie to be sent again.
        time.now += 8 * DAY;
        const late = await visitor.begin();
        if (looks) void late.session.subject;
        await visitor.visit((session) => (act === "login" ? session.login("8") : session[act]()));
        const [after, header] = [{ login: "8", renew: "7", logout: "nobody" }[act], visitor.header];
        expect([kind, act, await late.finish(), visitor.header]).toEqual([kind, act, [], header]);
        for (const wait of [0, 11, 61, DAY]) {
          time.now += wait;
          expect([kind, act, wait, await visitor.who()]).toEqual([kind, act, wait, after]);
        }
      }
    }
  }
});

/**
 * The answer to a request with an expired or unusable cookie sets nothing: a login that the browser
 * has made meanwhile stays.
 */
test("ATK-late-expiry: a late answer to an old cookie deletes a fresh login", async () => {
  for (const kind of ALL_KINDS) {
    const time = new Time();
    const visitor = await loggedIn(kind, time, { idleTimeout: 3600 });
    time.now += 4000;
    const late = await visitor.begin();
    expect(late.session.rejection?.reason).toMatch(/^(expired|unknown)$/);
    await visitor.visit((session) => session.login("7"));
    expect([kind, await late.finish(), await visitor.who()]).toEqual([kind, [], "7"]);
  }
});

/**
 * Ending a session follows every renewal of it: the victim's logout with the old token, `revoke`
 * with the old id, `revokeAll`, and in cookies that hold their session the list of ended ids, since
 * `renew` does not change the id there. Flask's format has no id: `validFrom` refuses what was
 * signed before.
 */
test("ATK-thief-renewal: a thief renews a copied session, so that ending the old one misses it", async () => {
  for (const kind of STORE_KINDS) {
    for (const end of ["logout", "late logout", "revoke", "revokeAll"] as const) {
      const time = new Time();
      const victim = await loggedIn(kind, time);
      const { manager } = victim;
      const [{ id } = { id: "" }] = await manager.list("7");
      const thief = new Visitor(manager, time);
      thief.take([`${victim.header!}; Path=/; Secure`], "script");
      for (let times = 0; times < 3; times++) await thief.visit((session) => session.renew());
      expect(await thief.who()).toBe("7");
      if (end === "late logout") time.now += 11;
      if (end === "revoke") expect(await manager.revoke(id, { subject: "7" })).toBe(true);
      else if (end === "revokeAll") expect(await manager.revokeAll("7")).toBe(1);
      else await victim.visit((session) => session.logout());
      expect([kind, end, await thief.who(), await manager.list("7")]).toEqual([kind, end, "unknown", []]);
      await thief.visit((session) => (session.data["a"] = 1));
      expect([kind, end, await thief.who(), await victim.who()]).toEqual([
        kind,
        end,
        "anonymous",
        expect.stringMatching(/^(nobody|unknown|moved)$/),
      ]);
    }
  }
  for (const kind of COOKIE_KINDS) {
    const time = new Time();
    const ended = new Set<string | undefined>();
    const from = new Map<string, number>();
    const hooks =
      kind === "flask"
        ? { validFrom: (subject: string) => from.get(subject) }
        : { isRevoked: ({ id }: { id: string | undefined }) => ended.has(id) };
    const victim = await loggedIn(kind, time, hooks);
    const thief = new Visitor(victim.manager, time);
    thief.take([`${victim.header!}; Path=/; Secure`], "script");
    for (let times = 0; times < 3; times++) {
      time.now += 1;
      await thief.visit((session) => (session.renew(), (session.data["times"] = times)));
    }
    time.now += 1;
    await victim.visit((session) => (ended.add(session.id), from.set("7", time.now), session.logout()));
    expect([kind, await thief.who(), await thief.who(), await victim.who()]).toEqual([
      kind,
      "revoked",
      "nobody",
      "nobody",
    ]);
  }
});

/**
 * When a session of a cookie moves into the store, the store remembers which: a copy of the old
 * cookie follows the session while it lives, and opens nothing after the logout or `revokeAll`.
 */
test("ATK-replay-before-store: a copy of a cookie from before the store is sent after the logout", async () => {
  for (const format of [sealed(), signed(), flask()]) {
    for (const kind of STORE_KINDS) {
      for (const end of ["logout", "logout with the old cookie", "revokeAll"] as const) {
        const time = new Time();
        const before = new SessionManager<Data>({ keys: KEY, clock: time.clock, format });
        const manager = makeManager(kind, time, { keys: KEY, fallbackFormats: [format] });
        const old = new Visitor(before, time);
        await old.visit((session) => session.login("7"));
        const [visitor, thief] = [new Visitor(manager, time), new Visitor(manager, time)];
        for (const each of [visitor, thief]) each.take([`${old.header!}; Path=/; Secure`], "script");
        if (end !== "logout with the old cookie") expect(await visitor.who()).toBe("7");
        if (end === "revokeAll") expect(await manager.revokeAll("7")).toBe(1);
        else await visitor.visit((session) => session.logout());
        for (const wait of [0, 11, 61, DAY]) {
          time.now += wait;
          expect([format.name, end, await thief.who(), await visitor.who()]).toEqual([
            format.name,
            end,
            expect.stringMatching(/^(unknown|moved)$/),
            expect.stringMatching(end === "revokeAll" ? /^unknown$/ : /^nobody$/),
          ]);
        }
        expect(await manager.list("7")).toEqual([]);
      }
    }
  }
});

/**
 * Two requests that renew one session at the same time leave one session behind, and a logout ends
 * it with any of its tokens.
 */
test("ATK-renewal-race: a token is renewed twice at the same time, and one copy of the session lives on", async () => {
  for (const kind of STORE_KINDS) {
    const visitor = await loggedIn(kind);
    const header = visitor.header;
    const [one, two] = [await visitor.manager.load(header), await visitor.manager.load(header)];
    one.renew();
    two.logout();
    await visitor.manager.commit(one);
    await visitor.manager.commit(two);
    expect(await visitor.manager.list("7")).toEqual([]);
    expect(await outcomeOf(visitor.manager, header)).toBe("unknown");
    // Two renewals: in either order of the answers, it is logged in, and one session is left to log
    // out of.
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const renewing = await loggedIn(kind);
      const both = [await renewing.begin(), await renewing.begin()];
      for (const { session } of both) session.renew();
      const answers = [];
      for (const { session } of both) answers.push(cookiesOf(await renewing.manager.commit(session)));
      for (const index of order) {
        renewing.take(answers[index]!);
        expect([kind, order, await outcomeOf(renewing.manager, renewing.header)]).toEqual([kind, order, "7"]);
      }
      expect([answers.flat().length, (await renewing.manager.list("7")).length]).toEqual([1, 1]);
      await renewing.visit((session) => session.logout());
      expect([await renewing.who(), await renewing.manager.list("7")]).toEqual(["nobody", []]);
    }
  }
});

/**
 * What two requests change at the same time is merged entry by entry: neither undoes what the other
 * has written.
 */
test("ATK-lost-update: a second request at the same time undoes what the first one has withdrawn", async () => {
  for (const kind of STORE_KINDS) {
    const visitor = await loggedIn(kind);
    await visitor.visit((session) => Object.assign(session.data, { isAdmin: true, clicks: 1 }));
    const [withdraw, click] = [await visitor.manager.load(visitor.header), await visitor.manager.load(visitor.header)];
    delete withdraw.data["isAdmin"];
    click.update((data) => void (data["clicks"] = Number(data["clicks"]) + 1));
    await visitor.manager.commit(withdraw);
    await visitor.manager.commit(click);
    const after = await visitor.visit((session) => session.data);
    expect([after["isAdmin"], after["clicks"], after["name"]]).toEqual([undefined, 2, "Ada Lovelace"]);
  }
});

/**
 * A change after the headers have left throws, where it would be lost: a withdrawn right is never
 * believed to be gone while it is not.
 */
test("ATK-late-change: a right is taken away after the answer has begun", async () => {
  for (const kind of ALL_KINDS) {
    const visitor = await loggedIn(kind);
    const session = await visitor.manager.load(visitor.header);
    void session.data;
    await visitor.manager.commit(session);
    for (const change of [
      () => session.logout(),
      () => delete session.data["name"],
      () => (session.data["isAdmin"] = false),
      () => session.renew(),
    ])
      expect(change).toThrow();
    expect(() => session.logout()).toThrow(expect.objectContaining({ code: "session_closed" }));
    // Also if the application had not looked at the session before.
    const untouched = await visitor.manager.load(visitor.header);
    await visitor.manager.commit(untouched);
    expect(() => delete untouched.data["name"]).toThrow();
    for (const change of [
      () => (untouched.data["isAdmin"] = false),
      () => (untouched.data["cart"] as string[]).pop(),
      () => untouched.renew(),
    ])
      expect(change).toThrow(expect.objectContaining({ code: "session_closed" }));
    expect(untouched.data["name"]).toBe("Ada Lovelace");
  }
});

/** Any change of the JSON is saved, at any depth, even if it looks equal. */
test("ATK-unnoticed-change: a right that was taken away comes back, because the change was not noticed", async () => {
  const changes: readonly (readonly [before: unknown, after: unknown])[] = [
    [{ role: "admin" }, { role: "user" }],
    [{ roles: ["admin"] }, { roles: [] }],
    [{ admin: 1 }, { owner: 1 }],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, null]],
    [1, "1"],
    [0, false],
    [null, 0],
    [{}, []],
    [[], {}],
    ["", null],
    [true, { deep: [{ deep: true }] }],
    [{ deep: [{ deep: true }] }, { deep: [{ deep: false }] }],
    [2n ** 64n, 2n ** 64n + 1n],
    [9007199254740993n, 9007199254740992n],
    [new Date(1_000), new Date(2_000)],
    [new Uint8Array([1]), new Uint8Array([2])],
    ["\ud800", "\udbff"],
  ];
  for (const kind of ALL_KINDS) {
    for (const [before, after] of changes) {
      const visitor = new Visitor(makeManager(kind, new Time(), { keys: KEY }));
      await visitor.visit((session) => (session.data["value"] = before));
      // Once more, since what was verified is remembered.
      expect(await visitor.visit((session) => session.data["value"])).toEqual(before);
      await visitor.visit((session) => (session.data["value"] = after));
      expect(await visitor.visit((session) => session.data["value"])).toEqual(after);
      await visitor.visit((session) => delete session.data["value"]);
      expect(visitor.header).toBeUndefined();
    }
  }
});

/** A session of one process is the same in another: what ends in one has ended in all. */
test("ATK-second-process: a session that ended in one process continues in another", async () => {
  const time = new Time();
  const store = openSqlite(time.clock);
  const [one, two] = [await loggedIn("sqlite", time, { store }), makeManager("sqlite", time, { keys: KEY, store })];
  expect(await outcomeOf(two, one.header)).toBe("7");
  const copy = one.header;
  await one.visit((session) => session.logout());
  expect(await outcomeOf(two, copy)).toBe("unknown");
});
