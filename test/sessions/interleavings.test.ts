import { AsyncLocalStorage } from "node:async_hooks";
import { SessionManager, type HeaderPair, type Session } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";
import { Time, type Data } from "./support.ts";

/**
 * So many calls of the store are put into every order; no two requests here make more in all that
 * matter.
 */
const CALLS = 7;

/** Whose turn it is at each call of the store, and afterwards whoever comes. */
const ORDERS = Array.from({ length: 2 ** CALLS }, (_, bits) =>
  Array.from({ length: CALLS }, (_, call) => (bits & (1 << call)) !== 0),
);

const who = new AsyncLocalStorage<boolean>();

/**
 * A store that lets its calls through one at a time, in a given order of the two who call. Calls of
 * nobody go straight through.
 */
class OrderedStore extends MemoryStore {
  readonly #order: boolean[];
  readonly #waiting = new Map<boolean, () => void>();
  #isRunning = false;

  constructor(time: Time, order: readonly boolean[]) {
    super({ clock: time.clock });
    this.#order = [...order];
    for (const name of ["get", "set", "delete", "deleteBySubject"] as const) {
      const method = this[name].bind(this) as (...args: unknown[]) => Promise<never>;
      Object.assign(this, {
        [name]: async (...args: unknown[]) => {
          await this.#turn();
          return await method(...args);
        },
      });
    }
  }

  async #turn(): Promise<void> {
    const me = who.getStore();
    if (me === undefined) return;
    await new Promise<void>((resolve) => {
      this.#waiting.set(me, resolve);
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.size > 0) {
      // Long enough for the other one to come to its next call as well, if it does not pause.
      for (let tick = 0; tick < 3; tick++) await new Promise((resolve) => setImmediate(resolve));
      const wanted = this.#order[0];
      const next = wanted !== undefined && this.#waiting.has(wanted) ? wanted : [...this.#waiting.keys()][0]!;
      this.#order.shift();
      const go = this.#waiting.get(next)!;
      this.#waiting.delete(next);
      go();
      for (let tick = 0; tick < 3; tick++) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isRunning = false;
  }
}

interface World {
  readonly time: Time;
  readonly store: OrderedStore;
  /** Of two processes. */
  readonly managers: readonly [SessionManager<Data>, SessionManager<Data>];
  readonly cookie: string;
}

async function begin(order: readonly boolean[]): Promise<World> {
  const time = new Time();
  const store = new OrderedStore(time, order);
  const keys = generateSecretKey();
  const make = (): SessionManager<Data> => new SessionManager<Data>({ keys, store, clock: time.clock });
  const managers = [make(), make()] as const;
  const first = await managers[0].load(undefined);
  first.login("7");
  first.data["a"] = 1;
  return { time, store, managers, cookie: cookieOf(await managers[0].commit(first))! };
}

function cookieOf(headers: readonly HeaderPair[]): string | undefined {
  const line = headers.find(([name]) => name === "Set-Cookie")?.[1];
  return line === undefined || line.includes("Max-Age=0") ? undefined : line.split(";")[0];
}

/**
 * Two requests that have loaded the same session, and end at the same time; the cookies that they
 * send.
 */
async function both({ managers, cookie }: World, ...acts: readonly [Act, Act]): Promise<(string | undefined)[]> {
  const sessions = await Promise.all(managers.map(async (manager) => await manager.load(cookie)));
  acts.forEach((act, index) => act(sessions[index]!));
  return await Promise.all(
    sessions.map(
      async (session, index) =>
        await who.run(index === 1, async () => cookieOf(await managers[index]!.commit(session))),
    ),
  );
}
type Act = (session: Session<Data>) => unknown;

const renew: Act = (session) => session.renew();
const write =
  (key: string): Act =>
  (session) =>
    (session.data[key] = true);
const leave: Act = (session) => session.logout();

/** Whom all cookies that anybody ever had open, now and later. */
async function visitors(
  { managers, time, cookie }: World,
  sent: readonly (string | undefined)[],
): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for (const later of [0, 5, 3600]) {
    time.now += later;
    for (const one of [cookie, ...sent]) if (one !== undefined) found.push((await managers[0].load(one)).subject);
  }
  return found;
}

describe("in every order of their calls to the store", () => {
  test.each([
    ["a change", write("b")],
    ["a renewal", renew],
    ["a renewal with a change", (session: Session<Data>) => (renew(session), write("b")(session))],
  ])("a logout beside %s is a logout", async (_, act) => {
    for (const order of ORDERS) {
      const world = await begin(order);
      const sent = await both(world, act, leave);
      expect([order, await world.managers[0].list("7"), new Set(await visitors(world, sent))]).toEqual([
        order,
        [],
        new Set([undefined]),
      ]);
    }
  });

  test.each([
    ["a change", write("b")],
    ["a renewal", renew],
  ])("what revokeAll ends stays ended beside %s", async (_, act) => {
    for (const order of ORDERS) {
      const world = await begin(order);
      const session = await world.managers[0].load(world.cookie);
      act(session);
      const [sent] = await Promise.all([
        who.run(false, async () => cookieOf(await world.managers[0].commit(session))),
        who.run(true, async () => await world.managers[1].revokeAll("7")),
      ]);
      expect([order, await world.managers[0].list("7"), new Set(await visitors(world, [sent]))]).toEqual([
        order,
        [],
        new Set([undefined]),
      ]);
    }
  });

  test("two changes are both kept", async () => {
    for (const order of ORDERS) {
      const world = await begin(order);
      await both(world, write("b"), write("c"));
      expect([order, (await world.managers[0].load(world.cookie)).data]).toEqual([order, { a: 1, b: true, c: true }]);
    }
  });

  test("a renewal and a change are both kept, in one session, and one cookie is sent", async () => {
    for (const order of ORDERS) {
      const world = await begin(order);
      const [sent, ...others] = (await both(world, renew, write("b"))).filter((cookie) => cookie !== undefined);
      expect([order, others, await world.managers[0].list("7")]).toEqual([order, [], [expect.anything()]]);
      world.time.now += 3600;
      expect([order, (await world.managers[0].load(sent)).data]).toEqual([order, { a: 1, b: true }]);
    }
  });

  test("of two renewals one counts, both changes are kept, and the one cookie that is sent is good for long", async () => {
    for (const order of ORDERS) {
      const world = await begin(order);
      const renewing =
        (key: string): Act =>
        (session) => (renew(session), write(key)(session));
      const [sent, ...others] = (await both(world, renewing("b"), renewing("c"))).filter(
        (cookie) => cookie !== undefined,
      );
      expect([order, others, await world.managers[0].list("7")]).toEqual([order, [], [expect.anything()]]);
      world.time.now += 3600;
      expect([order, (await world.managers[0].load(sent)).data]).toEqual([order, { a: 1, b: true, c: true }]);
    }
  });
});
