import { KeyRing, SecretKey, SessionManager, type Session, type SessionManagerOptions } from "latchkey";
import { announceKey, generateSecretKey, promoteKey, readKeysText, retireKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";
import { readPage } from "../support/docs/pages.ts";
import { RoamingVisitor } from "../support/roaming-visitor.ts";

/* What docs/scale.md says of one request, and of a rotation over many servers. */

const page = readPage("docs/scale.md");

interface Data {
  visits: number;
}

const KINDS: Readonly<Record<string, "reads" | "writes" | "messages">> = {
  get: "reads",
  listBySubject: "reads",
  set: "writes",
  delete: "writes",
  deleteBySubject: "writes",
  announce: "messages",
};

/** What one request asks of the store, after the requests before it. */
const REQUESTS: Readonly<
  Record<
    string,
    {
      readonly before?: (session: Session<Data>) => unknown;
      readonly handle: (session: Session<Data>, manager: SessionManager<Data>) => unknown;
      readonly later?: number;
      readonly options?: Partial<SessionManagerOptions<Data>>;
    }
  >
> = {
  "without a session, and none begins": { handle: (session) => session.data.visits },
  "with a session, read or not looked at": { before: login, handle: (session) => session.data.visits },
  "that changes the session": { before: login, handle: (session) => (session.data.visits = 2) },
  "the first visit in the second half of `idleTimeout`": { before: login, handle: () => undefined, later: 8 * 86_400 },
  "that begins a session, or logs in without one": { handle: login },
  "that logs in, renews or confirms a session": { before: login, handle: (session) => session.renew() },
  "that logs out": { before: login, handle: (session) => session.logout() },
  "that logs in without a session, with `maxSessions`": {
    handle: login,
    options: { maxSessions: { perSubject: 5, then: "end_oldest" } },
  },
  "`manager.revokeAll`": { before: login, handle: async (_, manager) => await manager.revokeAll("ada") },
};

function login(session: Session<Data>): void {
  session.login("ada");
}

describe("what a request asks of the store", () => {
  const rows = new Map(
    [...page.matchAll(/^\| ([^|]+?) \| (\d) \| (\d) \| (\d) \|$/gm)].map(([, request, ...counts]) => [
      request!,
      counts.map(Number),
    ]),
  );

  test("has a row for each of these requests, and no other", () => {
    expect([...rows.keys()].toSorted()).toEqual(Object.keys(REQUESTS).toSorted());
  });

  test.each(Object.entries(REQUESTS))("a request %s", async (name, { before, handle, later = 0, options }) => {
    const counts = { reads: 0, writes: 0, messages: 0 };
    let now = 1_800_000_000;
    const clock = (): number => now;
    const store = new Proxy(new MemoryStore({ production: true, clock }), {
      get: (target, method) => {
        const member: unknown = Reflect.get(target, method);
        if (typeof member !== "function") return member;
        return (...args: unknown[]): unknown => {
          counts[KINDS[String(method)]!]++;
          return Reflect.apply(member, target, args);
        };
      },
    });
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), store, clock, ...options });
    const browser = new RoamingVisitor<Data>();
    if (before !== undefined) await browser.visit(manager, before);
    now += later;
    for (const kind of ["reads", "writes", "messages"] as const) counts[kind] = 0;
    if (name.includes("revokeAll")) await handle(await manager.load(undefined), manager);
    else await browser.visit(manager, async (session) => await handle(session, manager));
    expect([counts.reads, counts.writes, counts.messages]).toEqual(rows.get(name));
  });
});

test("a forged cookie, and a request of another origin, ask the store nothing", async () => {
  const asked: string[] = [];
  const store = new Proxy(new MemoryStore({ production: true }), {
    get: (target, method) => {
      const member: unknown = Reflect.get(target, method);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        asked.push(String(method));
        return Reflect.apply(member, target, args);
      };
    },
  });
  const manager = new SessionManager<Data>({ keys: generateSecretKey(), store });
  const browser = new RoamingVisitor<Data>();
  await browser.visit(manager, login);
  const cookie = browser.jar.header!;
  asked.length = 0;
  const last = cookie.at(-5)!;
  const forged = `${cookie.slice(0, -5)}${last === "A" ? "B" : "A"}${cookie.slice(-4)}`;
  for (const header of [forged, `${cookie.split("=")[0]}=x`, "theme=dark"])
    expect((await manager.load(header)).subject).toBeUndefined();
  const headers = { cookie, host: "shop.example", origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  const facts = { method: "POST", secure: true, host: "shop.example", headers: new Headers(headers) };
  expect((await manager.load(cookie, facts)).subject).toBeUndefined();
  expect(asked).toEqual([]);
  expect((await manager.load(cookie)).subject).toBe("ada");
  expect(asked).toEqual(["get"]);
});

describe("a rotation over 1,000 servers", { timeout: 120_000 }, () => {
  const [old, next] = [generateSecretKey(), generateSecretKey()];
  const fingerprint = (key: string): string => SecretKey.from(key).fingerprint;

  /** Visitors go to servers in no order while these get the texts, one after the other. */
  async function lostDuring(texts: readonly string[]): Promise<number> {
    const managerOf = (text: string): SessionManager<Data> => {
      const { current, fallbacks } = readKeysText(text, "file");
      return new SessionManager<Data>({ keys: new KeyRing(current, fallbacks) });
    };
    const [first, ...steps] = texts.map(managerOf);
    const servers = Array.from({ length: 1000 }, () => first!);
    const browsers = Array.from({ length: 50 }, () => new RoamingVisitor<Data>());
    const anywhere = (): SessionManager<Data> => servers[Math.floor(Math.random() * servers.length)]!;
    for (const browser of browsers) await browser.visit(anywhere(), login);
    let lost = 0;
    const visit = async (browser: RoamingVisitor<Data>, visits: number): Promise<void> =>
      await browser.visit(anywhere(), (session) => {
        if (session.subject !== "ada") {
          lost++;
          session.login("ada");
        } else session.data.visits = visits;
      });
    for (const step of steps) {
      for (const at of servers.keys()) {
        servers[at] = step;
        await visit(browsers[at % browsers.length]!, at);
      }
      // A key is retired when nobody has come with it for a while: until then everybody came again.
      for (const browser of browsers) await visit(browser, servers.length);
    }
    return lost;
  }

  const announced = announceKey(`${old}\n`, next, "file");
  const promoted = promoteKey(announced.text, fingerprint(next), "file");
  const retired = retireKey(promoted.text, fingerprint(old), "file", { share: 0 });

  test("loses no session in its three steps", async () => {
    expect(await lostDuring([`${old}\n`, announced.text, promoted.text, retired.text])).toBe(0);
  });

  test("loses many if the step that announces the key is left out", async () => {
    expect(await lostDuring([`${old}\n`, promoted.text])).toBeGreaterThan(50);
  });
});

test("the money for a million sessions is what bytes, commands and prices make", () => {
  const gigabytes = Number(/^\| Redis \| \d+ \| ([\d.]+) GB of memory \|$/m.exec(page)![1]);
  const commands = Number(/is [\d.]+ GB and (\d+) million commands/.exec(page)![1]);
  expect(commands).toBe(100 + 100 / 10);
  const offers = [...page.matchAll(/^\| (\w+[^|]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| (\d+) \|$/gm)];
  expect(offers).toHaveLength(3);
  for (const [, offer, paid, perGigabyte, perMillion, sum] of offers) {
    expect(Math.round(Number(paid) * Number(perGigabyte) + commands * Number(perMillion)), offer).toBe(Number(sum));
    expect([0, gigabytes, Math.ceil(gigabytes)], offer).toContain(Number(paid));
  }
  for (const perHour of [0.084, 0.125]) expect(page).toContain(`| ${(perHour * 730).toFixed(2)} |`);
});
