import { SessionError } from "../../errors.ts";
import { withTimeout, type TimeoutPolicy } from "../with-timeout.ts";
import type { SessionRecord } from "../data/session-record.ts";
import { largestEntries } from "../data/session-size.ts";
import { payloadOf } from "./session-payload.ts";
import type { IndexedStore, SessionStore, SetOptions, StoredSession } from "./session-store.ts";

interface StoreClientContext {
  /** Seconds that the store may take for one answer. */
  readonly timeout: number;
  readonly maxPayloadBytes: number;
}

/**
 * Asks an application's store, which may be slow or broken: it waits so long and no longer, and
 * takes only the answers of the contract. What is too large is not handed over.
 */
export class StoreClient {
  readonly #store: SessionStore & Partial<IndexedStore>;
  readonly #timeoutPolicy: TimeoutPolicy;
  readonly #maxPayloadBytes: number;

  constructor(store: SessionStore, { timeout, maxPayloadBytes }: StoreClientContext) {
    this.#store = store;
    this.#timeoutPolicy = { whom: "The session store", option: "storeTimeout", timeout };
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  get(id: string): Promise<string | undefined> {
    return withTimeout(this.#timeoutPolicy, "reading a session", () => this.#store.get(id));
  }

  /** Whether the store finds sessions by their subject. */
  get isIndexed(): boolean {
    return isIndexed(this.#store);
  }

  /** Only of a store that is indexed. */
  listBySubject(subject: string): Promise<readonly StoredSession[]> {
    return withTimeout(this.#timeoutPolicy, "listing a user's sessions", () => this.#store.listBySubject!(subject));
  }

  async delete(id: string): Promise<void> {
    await withTimeout(this.#timeoutPolicy, "ending a session", () => this.#store.delete(id));
  }

  /** True alone is a yes: a store of an application's own may answer anything. */
  async set(doing: string, id: string, payload: string, expiresAt: number, options: SetOptions): Promise<boolean> {
    const answer: unknown = await withTimeout(this.#timeoutPolicy, doing, () =>
      this.#store.set(id, payload, expiresAt, options),
    );
    if (typeof answer === "boolean") return answer;
    throw new SessionError(
      "store_failed",
      `The session store's set answered neither true nor false while ${doing}. It does not keep its contract.`,
    );
  }

  /**
   * What the store is to have of a session.
   *
   * @throws SessionError `session_too_large`, which names the largest entries.
   */
  payloadOf(record: SessionRecord, text: string): string {
    const payload = payloadOf(record, text);
    // A UTF-16 unit is three bytes of UTF-8 at most: short texts need no counting.
    const bytes = payload.length * 3 <= this.#maxPayloadBytes ? 0 : Buffer.byteLength(payload, "utf8");
    if (bytes <= this.#maxPayloadBytes) return payload;
    throw new SessionError(
      "session_too_large",
      `The session would have ${bytes.toLocaleString("en")} bytes in the store, and the option maxPayloadBytes allows ${this.#maxPayloadBytes.toLocaleString("en")}. ` +
        `Its largest entries: ${largestEntries(text)}. Fix: keep large data in a database of its own, or raise maxPayloadBytes.`,
    );
  }
}

/** Whether a store finds sessions by their subject. */
export function isIndexed(store: SessionStore & Partial<IndexedStore>): store is IndexedStore {
  return typeof store.listBySubject === "function" && typeof store.deleteBySubject === "function";
}
