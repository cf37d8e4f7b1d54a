import type { Clock } from "../../clock.ts";
import type { StoreClient } from "./store-client.ts";
import { conflict, MAX_ATTEMPTS, pause } from "./stored-sessions.ts";
import { createNonce, loginsId } from "./token.ts";

/**
 * Seconds for which a login that is under way counts, if its process ends before it says that the
 * session is saved. Longer than the store may take, and than clocks may differ.
 */
const RESERVED_FOR = 180;
const SHAPE = /^logins [A-Za-z0-9_-]{22} (\[.*\])$/s;

/** A login that is under way: its seat's name, and when it began. */
type Reservation = readonly [name: string, at: number];

/**
 * The logins of one user that are under way, in the store. Each change compares first, and no two
 * states have the same text. So of two logins that count the same sessions only one is let in, and
 * the other counts again.
 */
export class LoginReservations {
  readonly #store: StoreClient;
  readonly #clock: Clock;

  constructor(store: StoreClient, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Notes a login, if there is room for it.
   *
   * @param mayEnter is given the names that are reserved, and looks at the sessions that are there.
   *   It throws if there is no room.
   */
  async add(subject: string, name: string, mayEnter: (reserved: readonly string[]) => Promise<void>): Promise<void> {
    await this.#change(subject, async (reservations) => {
      const others = reservations.filter(([other]) => other !== name);
      await mayEnter(others.map(([other]) => other));
      return [...others, [name, this.#clock()]];
    });
  }

  /** The login has ended: its session can be listed now, or it was not saved. */
  async remove(subject: string, name: string): Promise<void> {
    await this.#change(subject, async (reservations) => reservations.filter(([other]) => other !== name));
  }

  async #change(
    subject: string,
    change: (reservations: readonly Reservation[]) => Promise<readonly Reservation[]>,
  ): Promise<void> {
    const id = loginsId(subject);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      // Before the sessions are listed: a login that has ended since is in the list.
      const before = await this.#store.get(id);
      const now = this.#clock();
      const after = await change(readReservations(before).filter(([, at]) => at > now - RESERVED_FOR));
      const payload = `logins ${createNonce()} ${JSON.stringify(after)}`;
      const options = { replaces: before };
      if (await this.#store.set("counting logins", id, payload, now + RESERVED_FOR, options)) return;
      await pause(attempt);
    }
    throw conflict();
  }
}

function readReservations(payload: string | undefined): readonly Reservation[] {
  const [, list] = (payload === undefined ? undefined : SHAPE.exec(payload)) ?? [];
  return list === undefined ? [] : (JSON.parse(list) as readonly Reservation[]);
}
