import { SessionManager, type Session, type SetOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";

interface Data {
  cart: string;
}

/**
 * A store that does what it is asked, and whose answer is lost once: as when a connection is cut.
 */
class LossyStore extends MemoryStore {
  /** Which `set` loses its answer, counted from 1. */
  losesAnswer = 0;

  override async set(id: string, payload: string, expiresAt: number, options?: SetOptions): Promise<boolean> {
    const answer = await super.set(id, payload, expiresAt, options);
    if (--this.losesAnswer === 0) throw new Error("The connection was cut.");
    return answer;
  }
}

const cookieIn = (headers: readonly (readonly [string, string])[]): string =>
  headers.find(([name]) => name === "Set-Cookie")![1].split(";")[0]!;

describe("a store that has moved a session, and whose answer is lost", () => {
  test.each<[string, (session: Session<Data>) => void]>([
    ["a renewal", (session) => session.renew()],
    ["a login", (session) => session.login("7")],
  ])("loses no session: %s", async (_, move) => {
    const store = new LossyStore();
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), store });
    const first = await manager.load(undefined);
    first.login("7");
    first.data.cart = "tea";
    const before = cookieIn(await manager.commit(first));

    const session = await manager.load(before);
    move(session);
    // The new session is the first write, and the mark that leads to it is the second.
    store.losesAnswer = 2;
    const after = cookieIn(await manager.commit(session));

    expect((await manager.load(after)).data).toEqual({ cart: "tea" });
    expect(await manager.list("7")).toHaveLength(1);
  });
});
