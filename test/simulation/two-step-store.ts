import type { StoredSession } from "../../src/sessions/store/session-store.ts";
import { MemoryStore } from "../../src/stores/memory.ts";

/**
 * A store that lists a subject's sessions in one step and removes them in another, as stores on a
 * network do. Between the two it can be held, so that other requests run at that moment.
 */
export class TwoStepStore extends MemoryStore {
  #gate: { readonly open: Promise<void>; readonly release: () => void } | undefined;

  /** Holds the next listing after it was made. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = { open: promise, release: resolve };
  }

  /** Lets it go on. */
  release(): void {
    this.#gate?.release();
    this.#gate = undefined;
  }

  override async listBySubject(subject: string): Promise<readonly StoredSession[]> {
    const listed = await super.listBySubject(subject);
    await this.#gate?.open;
    return listed;
  }

  override async deleteBySubject(subject: string, except?: string): Promise<number> {
    const listed = await super.listBySubject(subject);
    await this.#gate?.open;
    let removed = 0;
    for (const { id } of listed) {
      if (id === except || !(await super.listBySubject(subject)).some((session) => session.id === id)) continue;
      await this.delete(id);
      removed++;
    }
    return removed;
  }
}
