import type { Clock } from "../clock.ts";
import { InvalidOptionError } from "../errors.ts";
import { kindOf, numberOrKind } from "../options.ts";
import { LAST_SECOND } from "./data/lifetime.ts";

/**
 * A clock of the application's own that gives what sessions can hold: otherwise what is written
 * could not be read again.
 */
export function checkedClock(clock: Clock): Clock {
  if (typeof clock !== "function")
    throw new InvalidOptionError(
      `The option clock must be a function that returns whole Unix seconds. It got ${kindOf(clock)}. Fix: clock: () => seconds.`,
    );
  return () => {
    const now = clock();
    if (Number.isSafeInteger(now) && now >= 0 && now <= LAST_SECOND) return now;
    throw new InvalidOptionError(
      `The option clock must return whole Unix seconds. It returned ${numberOrKind(now)}. Fix: round it down with Math.floor.`,
    );
  };
}
