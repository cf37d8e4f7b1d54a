import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";
import { FULL, ownTime, storeSuite } from "../contracts/store-suite.ts";

const time = ownTime();
storeSuite("MemoryStore", FULL, () => ({ store: new MemoryStore({ clock: time.now }) }), time);

describe("MemoryStore", () => {
  test("is bounded: what nobody has asked for the longest goes first", async () => {
    const store = new MemoryStore({ maxSessions: 3 });
    for (const id of ["a", "b", "c"]) await store.set(id, id, 4_000_000_000);
    await store.get("a");
    await store.set("d", "d", 4_000_000_000);
    expect([await store.get("a"), await store.get("b"), await store.get("c"), await store.get("d")]).toEqual(["a", undefined, "c", "d"]);
  });

  test("is refused in production, unless asked for twice", () => {
    expect(() => new MemoryStore({ mode: "production" })).toThrow(/not for production/);
    expect(new MemoryStore({ mode: "production", production: true })).toBeInstanceOf(MemoryStore);
    expect(new MemoryStore({ mode: "development" })).toBeInstanceOf(MemoryStore);
  });

  test("takes no bound that cannot be one", () => {
    for (const maxSessions of [0, -1, 1.5, Number.NaN]) expect(() => new MemoryStore({ maxSessions })).toThrow(RangeError);
  });
});
