/** A header of the answer, to be appended to those of the same name. */
export type HeaderPair = readonly [name: string, value: string];
