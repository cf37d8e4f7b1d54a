import type { IndexedStore, SetOptions, StoredSession, SweepableStore } from "latchkey";
import { MemoryStore } from "latchkey/stores/memory";
import {
  indexedStoreContract,
  storeContract,
  sweepableStoreContract,
  type ContractCase,
  type ContractTime,
} from "latchkey/testing";
import { describe, expect, test } from "vitest";

type FullStore = IndexedStore & SweepableStore;

let now = 1_800_000_000;
const time: ContractTime = { now: () => now, pass: (seconds) => void (now += seconds) };

function casesFor(open: () => FullStore): readonly ContractCase[] {
  return [...storeContract(open, time), ...indexedStoreContract(open, time), ...sweepableStoreContract(open, time)];
}

/** Passes all on to a store that fulfils the contract. Each store below breaks it at one place. */
class Faithful implements FullStore {
  readonly inner: FullStore = new MemoryStore({ clock: time.now });
  async get(id: string): Promise<string | undefined> {
    return await this.inner.get(id);
  }
  async set(id: string, payload: string, expiresAt: number, options?: SetOptions): Promise<boolean> {
    return await this.inner.set(id, payload, expiresAt, options);
  }
  async delete(id: string): Promise<void> {
    await this.inner.delete(id);
  }
  async deleteExpired(limit?: number): Promise<number> {
    return await this.inner.deleteExpired(limit);
  }
  async listBySubject(subject: string): Promise<readonly StoredSession[]> {
    return await this.inner.listBySubject(subject);
  }
  async deleteBySubject(subject: string, except?: string): Promise<number> {
    return await this.inner.deleteBySubject(subject, except);
  }
}

const FOREVER = 4_000_000_000;
const breaches: Readonly<Record<string, () => FullStore>> = {
  "takes an empty payload for none": () =>
    new (class extends Faithful {
      override async get(id: string): Promise<string | undefined> {
        return (await this.inner.get(id)) || undefined;
      }
    })(),
  "takes an empty `replaces` for none": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        return await this.inner.set(id, payload, expiresAt, { ...options, replaces: options.replaces || undefined });
      }
    })(),
  "reads and writes in two steps": () =>
    new (class extends Faithful {
      override async set(
        id: string,
        payload: string,
        expiresAt: number,
        { replaces, subject }: SetOptions = {},
      ): Promise<boolean> {
        if ((await this.inner.get(id)) !== replaces) return false;
        await new Promise((resolve) => setImmediate(resolve));
        await this.inner.delete(id);
        return await this.inner.set(id, payload, expiresAt, { subject });
      }
    })(),
  "brings a deleted session back": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        if ((await this.inner.get(id)) === undefined)
          return await this.inner.set(id, payload, expiresAt, { subject: options.subject });
        return await this.inner.set(id, payload, expiresAt, options);
      }
    })(),
  "writes new sessions over old ones": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        if (options.replaces === undefined) await this.inner.delete(id);
        return await this.inner.set(id, payload, expiresAt, options);
      }
    })(),
  "never lets a session expire": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, _expiresAt: number, options?: SetOptions): Promise<boolean> {
        return await this.inner.set(id, payload, FOREVER, options);
      }
    })(),
  "takes milliseconds for seconds": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        return await this.inner.set(
          id,
          payload,
          options.replaces === payload ? Math.floor(expiresAt / 1000) : expiresAt,
          options,
        );
      }
    })(),
  "does not extend": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        if (options.replaces === payload) return (await this.inner.get(id)) === payload;
        return await this.inner.set(id, payload, expiresAt, options);
      }
    })(),
  "refuses to replace a payload by itself": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        return options.replaces !== payload && (await this.inner.set(id, payload, expiresAt, options));
      }
    })(),
  "makes a session out of an extension": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        const { replaces, subject } = options;
        if (replaces === payload && (await this.inner.get(id)) === undefined)
          return await this.inner.set(id, payload, expiresAt, { subject });
        return await this.inner.set(id, payload, expiresAt, options);
      }
    })(),
  "extends without looking at the payload": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        const kept = await this.inner.get(id);
        if (options.replaces !== payload || kept === undefined)
          return await this.inner.set(id, payload, expiresAt, options);
        return await this.inner.set(id, kept, expiresAt, { ...options, replaces: kept });
      }
    })(),
  "leaves the subject as it was when it extends": () =>
    new (class extends Faithful {
      readonly #subjects = new Map<string, string | undefined>();
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        const subject = options.replaces === payload ? this.#subjects.get(id) : options.subject;
        this.#subjects.set(id, subject);
        return await this.inner.set(id, payload, expiresAt, { ...options, subject });
      }
    })(),
  // T13
  "ends a session at the beginning of the second of its expiry": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        return await this.inner.set(id, payload, expiresAt - 1, options);
      }
    })(),
  "keeps a session for a second too long": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        return await this.inner.set(id, payload, expiresAt + 1, options);
      }
    })(),
  "does not tell capitals from small letters": () =>
    new (class extends Faithful {
      override async get(id: string): Promise<string | undefined> {
        return await this.inner.get(id.toLowerCase());
      }
      override async set(id: string, payload: string, expiresAt: number, options?: SetOptions): Promise<boolean> {
        return await this.inner.set(id.toLowerCase(), payload, expiresAt, options);
      }
    })(),
  "cuts payloads off": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options?: SetOptions): Promise<boolean> {
        return await this.inner.set(id, payload.slice(0, 65_535), expiresAt, options);
      }
    })(),
  "throws for what it does not have": () =>
    new (class extends Faithful {
      override async delete(id: string): Promise<void> {
        if ((await this.inner.get(id)) === undefined) throw new Error("not found");
        await this.inner.delete(id);
      }
    })(),
  "forgets the subject when it saves": () =>
    new (class extends Faithful {
      override async set(id: string, payload: string, expiresAt: number, options: SetOptions = {}): Promise<boolean> {
        return await this.inner.set(
          id,
          payload,
          expiresAt,
          options.replaces === undefined ? options : { replaces: options.replaces },
        );
      }
    })(),
  "ends the session that was to be spared": () =>
    new (class extends Faithful {
      override async deleteBySubject(subject: string): Promise<number> {
        return await this.inner.deleteBySubject(subject);
      }
    })(),
  "lists by the beginning of a subject": () =>
    new (class extends Faithful {
      readonly #subjects = new Map<string, string>();
      override async set(id: string, payload: string, expiresAt: number, options?: SetOptions): Promise<boolean> {
        if (options?.subject !== undefined) this.#subjects.set(options.subject, id);
        return await this.inner.set(id, payload, expiresAt, options);
      }
      override async listBySubject(subject: string): Promise<readonly StoredSession[]> {
        const subjects = [...this.#subjects.keys()].filter((other) => other.startsWith(subject));
        return (await Promise.all(subjects.map(async (other) => await this.inner.listBySubject(other)))).flat();
      }
    })(),
  "sweeps more than it was told to": () =>
    new (class extends Faithful {
      override async deleteExpired(): Promise<number> {
        return await this.inner.deleteExpired();
      }
    })(),
};

test("a store that keeps the contract passes", async () => {
  const store = new Faithful();
  for (const { run } of casesFor(() => store)) await run();
});

test("A17: a contract without a store is refused, with the fix", () => {
  for (const contract of [storeContract, indexedStoreContract, sweepableStoreContract]) {
    for (const nothing of [undefined, new MemoryStore()])
      expect(() => contract(nothing as unknown as () => FullStore)).toThrow(
        /takes a function that returns the store.*Fix:/,
      );
  }
});

test("a store that is so slow that no second can be told is told so", async () => {
  const slow = new (class extends Faithful {
    override async get(id: string): Promise<string | undefined> {
      now += 2;
      return await this.inner.get(id);
    }
  })();
  const last = storeContract(() => slow, time).find(({ name }) => name.includes("alive in the second of its expiry"))!;
  await expect(last.run()).rejects.toThrow(/too slow/);
});

describe("a store breaks the contract that", () => {
  test.each(Object.keys(breaches))("%s", async (name) => {
    const store = breaches[name]!();
    const failed: string[] = [];
    for (const { name, run } of casesFor(() => store)) await run().catch(() => failed.push(name));
    expect(failed).not.toEqual([]);
  });
});
