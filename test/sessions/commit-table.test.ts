import { KeyRing, SessionManager, type Session, type SessionStore } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SessionCommitted } from "../../src/diagnostics.ts";
import { decide, type CommitFacts } from "../../src/sessions/request/decide.ts";
import type { Intent } from "../../src/sessions/request/intent.ts";
import { KINDS, Time, Visitor, type Data } from "./support.ts";

const messages: SessionCommitted[] = [];
const listen = (message: unknown): void => void messages.push(message as SessionCommitted);
beforeEach(() => {
  messages.length = 0;
  subscribe("latchkey:session.commit", listen);
});
afterEach(() => void unsubscribe("latchkey:session.commit", listen));

/** Writes down what a store is asked to do. */
function watch(store: SessionStore | undefined, calls: string[]): SessionStore | undefined {
  if (store === undefined) return undefined;
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        // What is told of an end is no write, and SqliteStore tells nothing.
        if (name !== "announce") calls.push(String(name));
        return Reflect.apply(member, target, args);
      };
    },
  });
}

interface Row {
  readonly state: string;
  /** What came in: nothing, a good cookie, or one that cannot be used. */
  readonly comes: "nothing" | "good" | "bad";
  readonly handle: (session: Session<Data>) => unknown;
  readonly before?: (world: { readonly time: Time; readonly ring: KeyRing }) => void;
  readonly action: string;
  /** Calls of the store beside the reading of the session. */
  readonly store: readonly string[];
  readonly cookie: "none" | "set" | "expired";
  /** Where a store makes a difference: the browser has its token already. */
  readonly cookieWithStore?: "none";
  readonly vary: boolean;
}

const DAY = 86_400;
const nothing = (): void => undefined;
const write = (session: Session<Data>): void => void (session.data["a"] = 2);
const ROWS: readonly Row[] = [
  {
    state: "no cookie came in, nobody looked",
    comes: "nothing",
    handle: nothing,
    action: "none",
    store: [],
    cookie: "none",
    vary: false,
  },
  {
    state: "no cookie came in, data looked at and empty",
    comes: "nothing",
    handle: (s) => s.data,
    action: "none",
    store: [],
    cookie: "none",
    vary: true,
  },
  {
    state: "no cookie came in, data written",
    comes: "nothing",
    handle: write,
    action: "save",
    store: ["set"],
    cookie: "set",
    vary: true,
  },
  {
    state: "no cookie came in, login without data",
    comes: "nothing",
    handle: (s) => s.login("7"),
    action: "save",
    store: ["set"],
    cookie: "set",
    vary: true,
  },
  {
    state: "no cookie came in, destroyed",
    comes: "nothing",
    handle: (s) => s.destroy(),
    action: "none",
    store: [],
    cookie: "none",
    vary: true,
  },
  {
    state: "no cookie came in, only `persistent` set",
    comes: "nothing",
    handle: (s) => void (s.persistent = true),
    action: "none",
    store: [],
    cookie: "none",
    vary: true,
  },
  { state: "unchanged", comes: "good", handle: (s) => s.data, action: "none", store: [], cookie: "none", vary: true },
  { state: "nobody looked", comes: "good", handle: nothing, action: "none", store: [], cookie: "none", vary: false },
  {
    state: "changed and changed back",
    comes: "good",
    handle: (s) => (write(s), (s.data["a"] = 1)),
    action: "none",
    store: [],
    cookie: "none",
    vary: true,
  },
  {
    state: "data changed",
    comes: "good",
    handle: write,
    action: "save",
    store: ["set"],
    cookie: "set",
    cookieWithStore: "none",
    vary: true,
  },
  {
    state: "data changed, more than half of the idle time used",
    comes: "good",
    before: ({ time }) => void (time.now += 8 * DAY),
    handle: write,
    action: "save",
    store: ["set"],
    cookie: "set",
    vary: true,
  },
  {
    state: "data changed, verified by a fallback key",
    comes: "good",
    before: ({ ring }) => ring.replace(generateSecretKey(), [ring.current]),
    handle: write,
    action: "save",
    store: ["set"],
    cookie: "set",
    vary: true,
  },
  {
    state: "data changed deep inside",
    comes: "good",
    handle: (s) => (s.data["list"] as number[]).push(2),
    action: "save",
    store: ["set"],
    cookie: "set",
    cookieWithStore: "none",
    vary: true,
  },
  {
    state: "`persistent` changed",
    comes: "good",
    handle: (s) => void (s.persistent = true),
    action: "save",
    store: ["set"],
    cookie: "set",
    vary: true,
  },
  {
    state: "renewed",
    comes: "good",
    handle: (s) => s.renew(),
    action: "renew",
    store: ["set", "set"],
    cookie: "set",
    vary: true,
  },
  {
    state: "logged in",
    comes: "good",
    handle: (s) => s.login("7"),
    action: "renew",
    store: ["set", "set"],
    cookie: "set",
    vary: true,
  },
  {
    state: "emptied",
    comes: "good",
    handle: (s) => Object.keys(s.data).forEach((key) => delete s.data[key]),
    action: "remove",
    store: ["set", "delete"],
    cookie: "expired",
    vary: true,
  },
  {
    state: "logged out",
    comes: "good",
    handle: (s) => s.logout(),
    action: "remove",
    store: ["set", "delete"],
    cookie: "expired",
    vary: true,
  },
  {
    state: "destroyed",
    comes: "good",
    handle: (s) => s.destroy(),
    action: "remove",
    store: ["set", "delete"],
    cookie: "expired",
    vary: true,
  },
  {
    state: "logged out, then used",
    comes: "good",
    handle: (s) => (s.logout(), s.flash("bye")),
    action: "renew",
    store: ["set", "delete", "set"],
    cookie: "set",
    vary: true,
  },
  {
    state: "unchanged, verified by a fallback key",
    comes: "good",
    handle: (s) => s.data,
    before: ({ ring }) => ring.replace(generateSecretKey(), [ring.current]),
    action: "resign",
    store: ["set"],
    cookie: "set",
    vary: true,
  },
  {
    state: "unchanged, more than half of the idle time used",
    comes: "good",
    handle: (s) => s.data,
    before: ({ time }) => void (time.now += 7 * DAY + 1),
    action: "touch",
    store: ["set"],
    cookie: "set",
    vary: true,
  },
  {
    state: "unchanged, half of the idle time used",
    comes: "good",
    handle: (s) => s.data,
    before: ({ time }) => void (time.now += 7 * DAY),
    action: "none",
    store: [],
    cookie: "none",
    vary: true,
  },
  {
    state: "a cookie came in that cannot be used",
    comes: "bad",
    handle: (s) => s.data,
    action: "none",
    store: [],
    cookie: "none",
    vary: true,
  },
  {
    state: "a cookie came in that cannot be used, data written",
    comes: "bad",
    handle: write,
    action: "save",
    store: ["set"],
    cookie: "set",
    vary: true,
  },
];

describe.each(Object.keys(KINDS))("%s: what the end of a request does", (kind) => {
  test.each(ROWS)(
    "$state",
    async ({ comes, handle, before, action, store, cookie: inCookie, cookieWithStore, vary }) => {
      const time = new Time();
      const ring = new KeyRing(generateSecretKey());
      const calls: string[] = [];
      const options = KINDS[kind]!(time);
      const isStore = options.store !== undefined;
      const cookie = isStore ? (cookieWithStore ?? inCookie) : inCookie;
      const manager = new SessionManager<Data>({
        keys: ring,
        clock: time.clock,
        lifetime: 30 * DAY,
        idleTimeout: 14 * DAY,
        ...options,
        store: watch(options.store, calls),
      });
      const visitor = new Visitor(manager);
      if (comes === "good") await visitor.visit((session) => Object.assign(session.data, { a: 1, list: [1] }));
      if (comes === "bad") visitor.jar.take([`${kind === "flask" ? "session" : "__Host-Http-session"}=forged; Path=/`]);
      before?.({ time, ring });
      messages.length = 0;

      // Opening is not part of the table: the store is asked once for a token that verifies, and
      // never for anything else.
      const session = await manager.load(visitor.jar.header);
      expect(calls.splice(0).filter((call) => call === "get")).toHaveLength(isStore && comes === "good" ? 1 : 0);
      await handle(session);
      const headers = await manager.commit(session);

      expect(isStore ? calls : store).toEqual(store);
      const setCookies = headers.filter(([name]) => name === "Set-Cookie").map(([, value]) => value);
      expect(setCookies.map((line) => (line.includes("Max-Age=0") ? "expired" : "set"))).toEqual(
        cookie === "none" ? [] : [cookie],
      );
      // A store is asked before anybody looks, so only a cookie that nobody opened leaves no trace.
      expect(headers.some(([name, value]) => name === "Vary" && value === "Cookie")).toBe(vary);
      expect(headers.some(([name]) => name === "Cache-Control")).toBe(setCookies.length > 0);
      expect(messages).toHaveLength(1);
      expect(messages[0]).toMatchObject({ action, accessed: vary });
      expect(messages[0]!.explanation).toMatch(/^[A-Z].*\.$/);
    },
  );
});

describe("with a store, where the session is opened although nobody looks at it", () => {
  const world = async (): Promise<{ time: Time; visitor: Visitor }> => {
    const time = new Time();
    const visitor = new Visitor(
      new SessionManager<Data>({ keys: generateSecretKey(), clock: time.clock, ...KINDS["memory"]!(time) }),
    );
    await visitor.visit(write);
    return { time, visitor };
  };

  test("a visit moves the idle end", async () => {
    const { time, visitor } = await world();
    time.now += 8 * DAY;
    await visitor.visit(nothing);
    expect(visitor.headers.map(([name]) => name)).toEqual(["Set-Cookie", "Vary", "Cache-Control"]);
    time.now += 8 * DAY;
    expect(await visitor.visit((session) => session.data)).toEqual({ a: 2 });
  });

  test("a persistent cookie outlives its first end although each day's change sends none", async () => {
    const { time, visitor } = await world();
    await visitor.visit((session) => (session.persistent = true));
    const sent: number[] = [];
    for (let day = 1; day <= 29; day++) {
      time.now += DAY;
      await visitor.visit((session) => (session.data["day"] = day));
      if (visitor.setCookies.length > 0) sent.push(day);
    }
    // Each time half of the fourteen days is over. From the sixteenth day on the cookie ends with
    // the thirty days, and nothing moves that.
    expect(sent).toEqual([8, 16]);
    expect(await visitor.visit((session) => session.data["day"])).toBe(29);
  });

  test("a cookie that cannot be used is left alone", async () => {
    const { visitor } = await world();
    visitor.jar.take(["__Host-Http-session=forged; Path=/"]);
    await visitor.visit(nothing);
    expect(visitor.jar.header).toBe("__Host-Http-session=forged");
  });
});

const VERDICTS = [
  ["none", undefined],
  ["valid", undefined],
  ["rejected", "malformed"],
  ["rejected", "moved"],
  ["rejected", "revoked"],
  ["rejected", "store_failed"],
  ["rejected", "cross_origin"],
] as const;

test("the table in docs/sessions.md names every sentence that a decision gives, and no other", async () => {
  const page = readFileSync(new URL("../../docs/sessions.md", import.meta.url), "utf8");
  const inPage = new Set([...page.matchAll(/^\|.*\| “([^”]+)” \|$/gm)].map(([, why]) => why));
  const flags = [
    "isOpened",
    "isAmbiguous",
    "isEndable",
    "isAccessed",
    "isEmpty",
    "isChanged",
    "isOldKey",
    "isOldFormat",
    "isTouchDue",
  ] as const;
  const intents: readonly Intent[] = ["none", "renew", "login", "end", "end and login"];
  const given = new Set<string>();
  for (let bits = 0; bits < 2 ** flags.length; bits++) {
    for (const [verdict, reason] of VERDICTS) {
      for (const intent of intents) {
        const facts = {
          verdict,
          reason,
          intent,
          ...Object.fromEntries(flags.map((flag, index) => [flag, (bits & (1 << index)) !== 0])),
        } as unknown as CommitFacts;
        given.add(decide(facts).explanation);
      }
    }
  }
  // The one that is given before anything is decided.
  const manager = new SessionManager({ keys: generateSecretKey() });
  const read = await manager.loadReadOnly(undefined);
  expect(read.data).toEqual({});
  await manager.commit(read);
  given.add(messages.at(-1)!.explanation);
  expect(inPage).toEqual(given);
});
