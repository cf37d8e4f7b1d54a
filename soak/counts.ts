/** What one adapter's visitors have counted. */
export interface Counts {
  requests: number;
  sessions: number;
  acknowledged: number;
  reads: number;
  /** Changes without an answer that says whether they happened. */
  unknown: number;
  /** Answers with a status of 500 or more: in an outage of the store, and to other origins. */
  errors: number;
  /** Clients that closed the connection before the answer. */
  left: number;
  readonly refused: { tampered: number; expired: number; oversize: number; duplicate: number; crossOrigin: number };
  /** Promises that did not hold, in words. */
  readonly broken: string[];
}

export function newCounts(): Counts {
  return {
    requests: 0,
    sessions: 0,
    acknowledged: 0,
    reads: 0,
    unknown: 0,
    errors: 0,
    left: 0,
    refused: { tampered: 0, expired: 0, oversize: 0, duplicate: 0, crossOrigin: 0 },
    broken: [],
  };
}
