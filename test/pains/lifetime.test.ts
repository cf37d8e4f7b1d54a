import express, { type Express } from "express";
import { sealed, SessionManager, signed, type SessionManagerOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf } from "latchkey/express";
import { MemoryStore } from "latchkey/stores/memory";
import { RedisStore } from "latchkey/stores/redis";
import { expect, test } from "vitest";
import { redisPrograms } from "../support/services.ts";
import { serve, useRedis, Visitor } from "./support.ts";

interface Data {
  visits: number;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const redis = useRedis();

/** A server with a clock to turn. */
async function site(
  options: (clock: () => number) => Partial<SessionManagerOptions<Data>> = () => ({}),
): Promise<{ readonly time: { now: number }; readonly manager: SessionManager<Data>; readonly address: string }> {
  const time = { now: 1_800_000_000 };
  const clock = (): number => time.now;
  const manager = new SessionManager<Data>({ keys: generateSecretKey(), clock, ...options(clock) });
  return { time, manager, address: await serve(application(manager)) };
}

function application(manager: SessionManager<Data>): Express {
  const app = express().use(session(manager));
  app.get("/login/:device", (request, response) => {
    sessionOf(manager, request).login("7", {
      label: request.params.device,
      persistent: request.query["remember"] === "me",
    });
    response.end();
  });
  app.get("/me", (request, response) => response.send(sessionOf(manager, request).subject ?? "nobody"));
  app.get("/visit", (request, response) => {
    const { data } = sessionOf(manager, request);
    response.send(String((data.visits = (data.visits ?? 0) + 1)));
  });
  app.get("/devices", async (request, response) => {
    const { subject, id } = sessionOf(manager, request);
    const sessions = await manager.list(subject ?? "");
    response.json(
      sessions.map((each) => ({
        label: each.label,
        createdAt: each.createdAt,
        lastSeenAt: each.lastSeenAt,
        isThis: each.id === id,
      })),
    );
  });
  app.get("/end/:device", async (request, response) => {
    const { subject } = sessionOf(manager, request);
    // Only out of the user's own list.
    const found = (await manager.list(subject ?? "")).find(({ label }) => label === request.params.device);
    if (found !== undefined) await manager.revoke(found.id);
    response.end();
  });
  app.get("/end-others", async (request, response) => {
    const { subject, id } = sessionOf(manager, request);
    response.send(String(await manager.revokeAll(subject ?? "", { except: id })));
  });
  return app;
}

test.skipIf(redisPrograms === undefined)(
  "pain 17, logging out everywhere needs a search through all sessions (expressjs/session#865)",
  async () => {
    const { time, address } = await site(() => ({ store: new RedisStore(redis().client, { prefix: "pain17:" }) }));
    const devices = { phone: new Visitor(address), laptop: new Visitor(address), "a café": new Visitor(address) };
    for (const [name, device] of Object.entries(devices)) {
      time.now += HOUR;
      await device.visit(`/login/${encodeURIComponent(name)}`);
    }
    const { phone, laptop, "a café": cafe } = devices;
    const began = time.now;
    expect(JSON.parse(await laptop.read("/devices"))).toEqual([
      { label: "a café", createdAt: began, lastSeenAt: began, isThis: false },
      { label: "laptop", createdAt: began - HOUR, lastSeenAt: began - HOUR, isThis: true },
      { label: "phone", createdAt: began - 2 * HOUR, lastSeenAt: began - 2 * HOUR, isThis: false },
    ]);
    await laptop.visit(`/end/${encodeURIComponent("a café")}`);
    expect([await phone.read("/me"), await laptop.read("/me"), await cafe.read("/me")]).toEqual(["7", "7", "nobody"]);
    // The password was changed on the laptop.
    expect(await laptop.read("/end-others")).toBe("1");
    expect([await phone.read("/me"), await laptop.read("/me")]).toEqual(["nobody", "7"]);
  },
);

test.each([
  ["sealed", sealed],
  ["signed", signed],
])(
  "pain 18, a cookie-held session cannot be revoked, or only minutes later (better-auth/better-auth#6893): %s",
  async (_, format) => {
    const time = { now: 1_800_000_000 };
    /** What the application's database knows. */
    const users = { sessionsValidFrom: new Map<string, number>(), ended: new Set<string>() };
    const manager: SessionManager<Data> = new SessionManager<Data>({
      keys: generateSecretKey(),
      format: format(),
      clock: () => time.now,
      validFrom: async (subject) => await Promise.resolve(users.sessionsValidFrom.get(subject)),
      isRevoked: ({ id }) => id !== undefined && users.ended.has(id),
    });
    const app = application(manager);
    app.get("/change-password", (request, response) => {
      const current = sessionOf(manager, request);
      users.sessionsValidFrom.set(current.subject!, time.now);
      current.login(current.subject!);
      response.end();
    });
    app.get("/logout", (request, response) => {
      const current = sessionOf(manager, request);
      users.ended.add(current.id!);
      current.logout();
      response.end();
    });
    const address = await serve(app);
    const [phone, laptop, other] = [new Visitor(address), new Visitor(address), new Visitor(address)];
    await phone.visit("/login/phone");
    await laptop.visit("/login/laptop");
    await other.visit("/login/other");
    const everybody = async (): Promise<readonly string[]> =>
      await Promise.all([phone, laptop, other].map(async (one) => await one.read("/me")));

    // One session, and every copy of its cookie.
    const thief = other.copy();
    await other.visit("/logout");
    expect([await thief.read("/me"), ...(await everybody())]).toEqual(["nobody", "7", "7", "nobody"]);
    // All sessions of a user but the one that has just changed the password: at their next request,
    // and not when some cache has expired.
    time.now += 1;
    const copy = laptop.copy();
    await laptop.visit("/change-password");
    expect([await copy.read("/me"), ...(await everybody())]).toEqual(["nobody", "nobody", "7", "nobody"]);
    expect((await phone.visit("/login/phone")).status).toBe(200);
    expect(await phone.read("/me")).toBe("7");
  },
);

test.each([
  ["in the cookie", () => ({})],
  ["in a store", (clock: () => number) => ({ store: new MemoryStore({ clock }) })],
] as const)(
  "pain 19, a session that is used lives for ever (expressjs/session#557): 15 minutes idle and 24 hours altogether, %s",
  async (_, place) => {
    const { time, address } = await site((clock) => ({ ...place(clock), idleTimeout: 15 * MINUTE, lifetime: DAY }));
    const visitor = new Visitor(address);
    await visitor.visit("/login/laptop");
    const idle = visitor.copy();
    // A thief of the cookie sends a request every ten minutes, and changes something each time.
    for (let asked = 0; asked < DAY; asked += 10 * MINUTE) {
      time.now += 10 * MINUTE;
      expect(await visitor.read(asked % HOUR === 0 ? "/visit" : "/me")).not.toBe("nobody");
    }
    time.now += 1;
    expect(await visitor.read("/me")).toBe("nobody");
    expect(await idle.read("/me")).toBe("nobody");
    // And the idle time holds by itself.
    await visitor.visit("/login/laptop");
    time.now += 15 * MINUTE;
    expect(await visitor.read("/me")).toBe("7");
    time.now += 15 * MINUTE + 1;
    expect(await visitor.read("/me")).toBe("nobody");
  },
);

test("pain 20, rolling, maxAge and expires do not mean what they seem to (expressjs/session#718)", async () => {
  const { time, address } = await site(() => ({ idleTimeout: 10 * DAY, lifetime: 30 * DAY }));
  const maxAge = (answer: Response): number | undefined => {
    const found = /; Max-Age=(\d+)/.exec(answer.headers.getSetCookie()[0] ?? "")?.[1];
    return found === undefined ? undefined : Number(found);
  };
  // Without "remember me" the cookie ends with the browser's window, and the server's two clocks
  // run anyway.
  const [guest, user] = [new Visitor(address), new Visitor(address)];
  expect(maxAge(await guest.visit("/login/a"))).toBeUndefined();
  expect(maxAge(await user.visit("/login/a?remember=me"))).toBe(10 * DAY);

  // A change moves the idle end, and never the other: the browser's end is what the server
  // will do.
  time.now += 4 * DAY;
  expect(maxAge(await user.visit("/visit"))).toBe(10 * DAY);
  expect(maxAge(await guest.visit("/visit"))).toBeUndefined();
  // A visit alone moves it once more than half of the idle time is used, and not at each request.
  time.now += 5 * DAY;
  expect((await user.visit("/me")).headers.getSetCookie()).toEqual([]);
  time.now += 1;
  expect(maxAge(await user.visit("/me"))).toBe(10 * DAY);
  time.now += 9 * DAY;
  await user.visit("/visit");
  time.now += 6 * DAY - 1;
  // Day 24: of the ten idle days only six are left of the lifetime.
  expect(maxAge(await user.visit("/visit"))).toBe(6 * DAY);
  const late = user.copy();
  time.now += 6 * DAY;
  expect(await late.read("/me")).toBe("7");
  time.now += 1;
  expect(await late.read("/me")).toBe("nobody");
  // The window was never closed, and the cookie went on being sent: the server had ended it long
  // ago.
  expect(await guest.read("/me")).toBe("nobody");
});
