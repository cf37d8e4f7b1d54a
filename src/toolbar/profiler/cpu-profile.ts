/** One function of a profile, at one place of the call tree. As V8 writes it. */
export interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    /** Counts from 0. */
    readonly lineNumber: number;
  };
  readonly children?: readonly number[] | undefined;
}

/**
 * A profile of the CPU, as V8 writes it and as a `.cpuprofile` file holds it. Times in
 * microseconds.
 */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  readonly endTime: number;
  /** The id of the function that ran at each sample. */
  readonly samples?: readonly number[] | undefined;
  /** The time between a sample and the one before it. */
  readonly timeDeltas?: readonly number[] | undefined;
}

/** One call: as long as the samples in a row that saw it. Times in milliseconds. */
export interface FlameRow {
  readonly label: string;
  readonly start: number;
  readonly duration: number;
  readonly depth: number;
  readonly where?: string;
}

/** A function with the time in which it ran itself, without what it called. Milliseconds. */
export interface HotFunction {
  readonly label: string;
  readonly where: string;
  readonly self: number;
}
