/**
 * Returns the time in whole seconds since 1970-01-01T00:00:00Z, the only unit of time in this
 * package. A test passes its own function.
 */
export type Clock = () => number;

/** The machine's clock, in whole Unix seconds. */
export const unixNow: Clock = () => Math.floor(Date.now() / 1000);

/** The machine's clock in Unix milliseconds, for what has to be in order within a second. */
export const unixMilliseconds = (): number => Date.now();
