import { Tracer, type Outcome } from "./tracer.ts";

/**
 * The message of one statement, on the tracing channel `latchkey:query`. It is the same object from
 * `start` to `asyncEnd`.
 */
export interface QueryMessage extends Outcome {
  /** "postgresql", "sqlite", "mysql" or another database. */
  readonly system: string;
  /** The name of the database, or the file. */
  database?: string | undefined;
  /** The statement, with placeholders as the application wrote them. */
  text: string;
  /** The values of the placeholders, unredacted. */
  readonly params?: readonly unknown[] | undefined;
  /** Rows that were returned, or else changed. Known at the end. */
  rows?: number | undefined;
  /**
   * Asks the database how it runs this statement, without running it. The lines of the plan.
   * Absent for statements that do more than read.
   */
  readonly explain?: (() => Promise<readonly string[]>) | undefined;
}

/** Publishes the statements of all clients. */
export const queries: Tracer<QueryMessage> = new Tracer<QueryMessage>("latchkey:query");
