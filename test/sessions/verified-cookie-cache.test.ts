import { flask, KeyRing, sealed, SessionManager, signed, type SessionManagerOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";

const [OLD, NEW] = [generateSecretKey(), generateSecretKey()];
const KINDS = {
  sealed: () => ({ format: sealed() }),
  signed: () => ({ format: signed() }),
  flask: () => ({ format: flask() }),
  store: () => ({ store: new MemoryStore() }),
};

/** A manager, and the Cookie header of a visitor it has given a session to and has seen again. */
async function visited(kind: keyof typeof KINDS, options: Partial<SessionManagerOptions> = {}) {
  const keys = new KeyRing(OLD);
  const manager = new SessionManager<Record<string, unknown>>({ keys, ...KINDS[kind](), ...options });
  const session = await manager.load(undefined);
  Object.assign(session.data, { name: "Ada", list: [1, { deep: true }] });
  const [[, cookie]] = (await manager.commit(session)) as [readonly [string, string]];
  const header = cookie.split(";")[0]!;
  for (let visit = 0; visit < 3; visit++)
    expect((await manager.load(header)).data).toEqual({ name: "Ada", list: [1, { deep: true }] });
  return { keys, manager, header };
}

describe.each(Object.keys(KINDS) as (keyof typeof KINDS)[])("a cookie that was verified before, %s", (kind) => {
  test("is refused as soon as its key has left the ring", async () => {
    const { keys, manager, header } = await visited(kind);
    keys.replace(NEW, [OLD]);
    expect((await manager.load(header)).data).toHaveProperty("name", "Ada");
    keys.replace(NEW);
    expect((await manager.load(header)).rejection?.reason).toBe("bad_signature");
    keys.replace(OLD);
    expect((await manager.load(header)).data).toHaveProperty("name", "Ada");
  });

  test("counts as a use of its key each time", async () => {
    const { keys, manager, header } = await visited(kind);
    const [before] = keys.usage();
    void (await manager.load(header)).data;
    expect(keys.usage()[0]!.verified).toBe(before!.verified + 1);
  });

  test("gives each request data of its own", async () => {
    const { manager, header } = await visited(kind);
    const [one, two] = await Promise.all([manager.load(header), manager.load(header)]);
    (one.data["list"] as { deep: boolean }[])[1]!.deep = false;
    one.data["name"] = "Grace";
    expect(two.data).toEqual({ name: "Ada", list: [1, { deep: true }] });
    await manager.commit(two);
    if (kind !== "store") await manager.commit(one);
    expect((await manager.load(header)).data).toEqual({ name: "Ada", list: [1, { deep: true }] });
  });

  test("expires all the same", async () => {
    let now = 1_800_000_000;
    const { manager, header } = await visited(kind, { clock: () => now, lifetime: 100, idleTimeout: 100 });
    now += 1000;
    expect((await manager.load(header)).rejection?.reason).toBe("expired");
  });

  test("is revoked all the same", async () => {
    let isRevoked = false;
    const { manager, header } = await visited(kind, { isRevoked: () => isRevoked });
    isRevoked = true;
    expect((await manager.load(header)).rejection?.reason).toBe("revoked");
  });

  test("is not found by a text that is nearly the same", async () => {
    const { manager, header } = await visited(kind);
    for (const place of [header.length - 3, Math.floor(header.length / 2)]) {
      const changed = header.slice(0, place) + (header[place] === "A" ? "B" : "A") + header.slice(place + 1);
      expect((await manager.load(changed)).isNew).toBe(true);
    }
  });

  test("is still told from others after thousands of them", async () => {
    const { manager, header } = await visited(kind);
    for (let visitor = 0; visitor < 1100; visitor++) {
      const session = await manager.load(undefined);
      session.data["visitor"] = visitor;
      const [[, cookie]] = (await manager.commit(session)) as [readonly [string, string]];
      expect((await manager.load(cookie.split(";")[0])).data).toEqual({ visitor });
    }
    expect((await manager.load(header)).data).toHaveProperty("name", "Ada");
  });
});

test.each([
  ["a member that is undefined is none", (data: Record<string, unknown>) => (data["fresh"] = undefined), false],
  [
    "the order of members is nothing",
    (data: Record<string, unknown>) => {
      delete data["a"];
      data["a"] = 1;
    },
    false,
  ],
  ["a text in place of a number", (data: Record<string, unknown>) => (data["a"] = "1"), true],
  ["minus zero, which is written as zero", (data: Record<string, unknown>) => (data["zero"] = -0), false],
  ["a Date in place of its text", (data: Record<string, unknown>) => (data["b"] = new Date("2020-01-01")), true],
  ["an entry deep inside", (data: Record<string, unknown>) => ((data["deep"] as { list: number[] }).list[1] = 3), true],
  ["a shorter list", (data: Record<string, unknown>) => (data["deep"] as { list: number[] }).list.pop(), true],
  [
    "a member named __proto__",
    (data: Record<string, unknown>) =>
      Object.defineProperty(data, "__proto__", { value: 1, enumerable: true, configurable: true }),
    true,
  ],
])("what is a change of the data: %s", async (_, change, isChange) => {
  const manager = new SessionManager({ keys: generateSecretKey() });
  const session = await manager.load(undefined);
  Object.assign(session.data, { a: 1, b: "2020-01-01T00:00:00.000Z", zero: 0, deep: { list: [1, 2], none: null } });
  const [[, cookie]] = (await manager.commit(session)) as [readonly [string, string]];
  const again = await manager.load(cookie.split(";")[0]);
  change(again.data as Record<string, unknown>);
  expect((await manager.commit(again)).some(([name]) => name === "Set-Cookie")).toBe(isChange);
});
