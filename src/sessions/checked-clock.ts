import type { Clock } from "../clock.ts";
import { InvalidOptionError } from "../errors.ts";
import { LAST_SECOND } from "./data/lifetime.ts";

/**
 * A clock of the application's own that gives what sessions can hold: otherwise what is written
 * could not be read again.
 */
export function checkedClock(clock: Clock): Clock {
  if (typeof clock !== "function")
    throw new InvalidOptionError("The option clock is a function that gives whole Unix seconds.");
  return () => {
    const now = clock();
    if (Number.isSafeInteger(now) && now >= 0 && now <= LAST_SECOND) return now;
    throw new InvalidOptionError(
      `The option clock gives whole Unix seconds, such as 1800000000; it gave ${String(now)}.`,
    );
  };
}
