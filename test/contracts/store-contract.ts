import type { Clock, IndexedStore, SessionStore, SweepableStore } from "latchkey";
import { beforeEach, describe, expect, test } from "vitest";

/** Makes an empty store that tells the time by this clock. */
export type MakeStore<Store extends SessionStore> = (clock: Clock) => Store | Promise<Store>;

/** What every store does; call it in the store's own test file. */
export function storeContract(name: string, make: MakeStore<SessionStore & Partial<IndexedStore & SweepableStore>>): void {
  describe(`${name}: what every store does`, () => {
    let now: number;
    let store: SessionStore & Partial<IndexedStore & SweepableStore>;
    beforeEach(async () => {
      now = 1_800_000_000;
      store = await make(() => now);
    });

    test("keeps a text under an id until it expires, that second included", async () => {
      expect(await store.get("a")).toBeUndefined();
      expect(await store.set("a", "one", now + 10)).toBe(true);
      now += 10;
      expect(await store.get("a")).toBe("one");
      now += 1;
      expect(await store.get("a")).toBeUndefined();
    });

    test("keeps any text", async () => {
      const text = `{"a":"'\\"; DROP TABLE x; -- \\u0000 é 日本 😀${"x".repeat(100_000)}"}`;
      await store.set("a", text, now + 10);
      expect(await store.get("a")).toBe(text);
    });

    test("an id is written anew once: without `replaces` nothing is written over", async () => {
      expect(await store.set("a", "one", now + 10)).toBe(true);
      expect(await store.set("a", "two", now + 10)).toBe(false);
      expect(await store.get("a")).toBe("one");
    });

    test("what has expired counts as absent for writing, too", async () => {
      await store.set("a", "one", now + 10);
      now += 11;
      expect(await store.set("a", "two", now + 10, { replaces: "one" })).toBe(false);
      expect(await store.set("a", "three", now + 10)).toBe(true);
      expect(await store.get("a")).toBe("three");
    });

    test("`replaces` writes only over that very text", async () => {
      await store.set("a", "one", now + 10);
      expect(await store.set("a", "two", now + 10, { replaces: "zero" })).toBe(false);
      expect(await store.set("a", "two", now + 20, { replaces: "one" })).toBe(true);
      expect(await store.set("a", "three", now + 10, { replaces: "one" })).toBe(false);
      expect(await store.get("a")).toBe("two");
      now += 15;
      expect(await store.get("a")).toBe("two");
    });

    test("an id that is gone is not written again by `replaces`", async () => {
      await store.set("a", "one", now + 10);
      await store.delete("a");
      expect(await store.set("a", "two", now + 10, { replaces: "one" })).toBe(false);
      expect(await store.get("a")).toBeUndefined();
    });

    test("of many who replace the same text at once, one succeeds", async () => {
      await store.set("a", "start", now + 10);
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, index) => store.set("a", `by ${index}`, now + 10, { replaces: "start" })),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
      expect(await store.get("a")).toBe(`by ${results.indexOf(true)}`);
    });

    test("of many who create the same id at once, one succeeds", async () => {
      const results = await Promise.all(Array.from({ length: 50 }, (_, index) => store.set("a", `by ${index}`, now + 10)));
      expect(results.filter(Boolean)).toHaveLength(1);
    });

    test("touch moves the end, and makes nothing", async () => {
      await store.set("a", "one", now + 10);
      await store.touch("a", now + 100);
      await store.touch("b", now + 100);
      now += 50;
      expect(await store.get("a")).toBe("one");
      expect(await store.get("b")).toBeUndefined();
    });

    test("touch does not wake what has expired", async () => {
      await store.set("a", "one", now + 10);
      now += 11;
      await store.touch("a", now + 100);
      expect(await store.get("a")).toBeUndefined();
    });

    test("deleting is final, and deleting nothing is fine", async () => {
      await store.set("a", "one", now + 10);
      await store.set("b", "two", now + 10);
      await store.delete("a");
      await store.delete("a");
      expect([await store.get("a"), await store.get("b")]).toEqual([undefined, "two"]);
    });

    test("deleteExpired, where there is one, removes what has expired and no more than it is told", async () => {
      if (store.deleteExpired === undefined) return;
      for (const id of ["a", "b", "c"]) await store.set(id, "old", now + 10);
      await store.set("d", "new", now + 100);
      expect(await store.deleteExpired()).toBe(0);
      now += 11;
      expect(await store.deleteExpired(2)).toBe(2);
      expect(await store.deleteExpired()).toBe(1);
      expect(await store.get("d")).toBe("new");
    });

    test("sessions of a subject, where they can be found, are listed and ended together", async () => {
      if (store.listBySubject === undefined || store.deleteBySubject === undefined) return;
      await store.set("a", "one", now + 10, { subject: "ada" });
      await store.set("b", "two", now + 20, { subject: "ada" });
      await store.set("c", "three", now + 20, { subject: "grace" });
      await store.set("d", "four", now + 20);
      const byId = async (subject: string): Promise<unknown> =>
        (await store.listBySubject!(subject)).toSorted((x, y) => x.id.localeCompare(y.id));
      expect(await byId("ada")).toEqual([
        { id: "a", payload: "one", expiresAt: now + 10 },
        { id: "b", payload: "two", expiresAt: now + 20 },
      ]);
      now += 11;
      expect(await byId("ada")).toEqual([{ id: "b", payload: "two", expiresAt: now + 9 }]);
      expect(await store.deleteBySubject("ada", "b")).toBe(0);
      expect(await store.deleteBySubject("ada")).toBe(1);
      expect([await byId("ada"), await store.get("c"), await store.get("d")]).toEqual([[], "three", "four"]);
    });

    test("a session that changes hands is found under its new subject alone", async () => {
      if (store.listBySubject === undefined) return;
      await store.set("a", "one", now + 10, { subject: "ada" });
      await store.set("a", "two", now + 10, { replaces: "one", subject: "grace" });
      expect([(await store.listBySubject("ada")).length, (await store.listBySubject("grace")).length]).toEqual([0, 1]);
      await store.set("a", "three", now + 10, { replaces: "two" });
      expect(await store.listBySubject("grace")).toEqual([]);
    });
  });
}
