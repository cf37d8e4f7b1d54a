/**
 * Returns the time in whole seconds since 1970-01-01T00:00:00Z, the only unit of time in this
 * package. A test passes its own function.
 */
export type Clock = () => number;

/** The machine's clock, in whole Unix seconds. */
export const unixNow: Clock = () => Math.floor(Date.now() / 1000);
