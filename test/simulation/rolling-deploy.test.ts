import { KeyRing, SecretKey, SessionManager, signed } from "latchkey";
import { announceKey, generateSecretKey, promoteKey, readKeysText, retireKey, verificationShare } from "latchkey/keys";
import { describe, expect, test } from "vitest";

const PROCESSES = 100;
const VISITORS = 300;

/** A repeatable source of randomness (mulberry32), so that a failure can be seen again. */
function randomness(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * One object for each key: all the fleet's processes are in this one, and a fingerprint is slow to
 * make.
 */
const keys = new Map<string, SecretKey>();
function keyOf(text: string): SecretKey {
  const known = keys.get(text) ?? SecretKey.from(text);
  keys.set(text, known);
  return known;
}

/**
 * Many server processes behind one address, each with the keys that it loaded when it last started,
 * and visitors who come all the while.
 */
class Fleet {
  readonly #random: () => number;
  readonly #processes: { ring: KeyRing; manager: SessionManager<{ visits: number }> }[];
  readonly #cookies: (string | undefined)[] = Array.from({ length: VISITORS }, () => undefined);
  readonly #visits: number[] = Array.from({ length: VISITORS }, () => 0);
  lost = 0;
  requests = 0;

  constructor(text: string, seed: number) {
    this.#random = randomness(seed);
    this.#processes = Array.from({ length: PROCESSES }, () => this.#start(text));
  }

  /**
   * Restarts all processes with this key file, in random order, while visitors come between any two
   * of them.
   */
  async deploy(text: string): Promise<void> {
    const order = this.#processes
      .map((_, index) => ({ index, place: this.#random() }))
      .sort((a, b) => a.place - b.place);
    for (const { index } of order) {
      this.#processes[index] = this.#start(text);
      await this.visit(5);
    }
  }

  /** Random visitors each come to a random process, and write one visit into their session. */
  async visit(times: number): Promise<void> {
    for (let count = 0; count < times; count++) {
      const visitor = Math.floor(this.#random() * VISITORS);
      const { manager } = this.#processes[Math.floor(this.#random() * PROCESSES)]!;
      const session = await manager.load(this.#cookies[visitor]);
      this.requests++;
      if ((session.data.visits ?? 0) !== this.#visits[visitor]) this.lost++;
      // Half of the visits only look.
      if (this.#cookies[visitor] === undefined || this.#random() < 0.5)
        session.data.visits = (session.data.visits ?? 0) + 1;
      this.#visits[visitor] = session.data.visits!;
      for (const [name, value] of await manager.commit(session))
        if (name === "Set-Cookie") this.#cookies[visitor] = value.split(";")[0]!;
    }
  }

  /** Every visitor comes once. */
  async everybody(): Promise<void> {
    for (let visitor = 0; visitor < VISITORS; visitor++) await this.visit(3);
  }

  /** How much of the verifying a key does, over all processes since they started. */
  share(fingerprint: string): number {
    return verificationShare(
      this.#processes.flatMap(({ ring }) => ring.usage()),
      fingerprint,
    );
  }

  #start(text: string): { ring: KeyRing; manager: SessionManager<{ visits: number }> } {
    const { current, fallbacks } = readKeysText(text, "file");
    const ring = new KeyRing(
      keyOf(current),
      fallbacks.map((fallback) => keyOf(fallback)),
    );
    return { ring, manager: new SessionManager<{ visits: number }>({ keys: ring, format: signed() }) };
  }
}

describe("a key rotation over 100 processes that restart one after the other", () => {
  test("in three phases loses no session; in one step it loses some", { timeout: 300_000 }, async () => {
    const seed = Number(process.env["SEED"] ?? 20261123);
    const [oldKey, nextKey] = [generateSecretKey(), generateSecretKey()];
    const oldPrint = SecretKey.from(oldKey).fingerprint;

    const phased = new Fleet(`${oldKey}\n`, seed);
    await phased.everybody();
    const announced = announceKey(`${oldKey}\n`, nextKey, "file");
    await phased.deploy(announced.text);
    const promoted = promoteKey(announced.text, SecretKey.from(nextKey).fingerprint, "file");
    await phased.deploy(promoted.text);
    // Retiring is refused as long as the counters say that visitors still come with the old key.
    let waited = 0;
    let retired: string | undefined;
    while (retired === undefined) {
      try {
        retired = retireKey(promoted.text, oldPrint, "file", { share: phased.share(oldPrint), atMost: 0.0001 }).text;
      } catch (error) {
        expect(error).toMatchObject({ code: "key_refused" });
        // The counters are a process's own since its start: a restart with the same keys begins
        // them again.
        await phased.everybody();
        await phased.deploy(promoted.text);
        waited++;
      }
    }
    await phased.deploy(retired);
    await phased.everybody();

    const naive = new Fleet(`${oldKey}\n`, seed);
    await naive.everybody();
    await naive.deploy(`${nextKey}\n${oldKey}\n`);
    await naive.everybody();

    console.log(
      `Rolling deploy of ${PROCESSES} processes, seed ${seed}: in three phases ${phased.lost} sessions lost in ${phased.requests} requests ` +
        `(retired after ${waited} rounds of waiting); in one step ${naive.lost} lost in ${naive.requests}.`,
    );
    expect(waited).toBeGreaterThan(0);
    expect(phased.lost).toBe(0);
    expect(naive.lost).toBeGreaterThan(0);
  });
});
