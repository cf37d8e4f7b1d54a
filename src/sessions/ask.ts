import { LatchkeyError, SessionError } from "../errors.ts";

/** How what the application has handed in is asked: whom, and how long. */
export interface Patience {
  /** What is asked, as the beginning of a sentence: "The session store". */
  readonly whom: string;
  /** The option that says how long, for the message. */
  readonly option: string;
  /** In seconds. */
  readonly timeout: number;
}

/**
 * The answer of something that the application has handed in, and that may be slow or broken.
 *
 * @throws SessionError `store_failed` when it fails, with its own error as the cause, or has not answered in time.
 */
export async function ask<Answer>(
  { whom, option, timeout }: Patience,
  doing: string,
  question: () => Answer | Promise<Answer>,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const giveUp = (): void =>
    reject(new SessionError("store_failed", `${whom} has not answered within ${timeout} s while ${doing} (${option}).`));
  const timer = setTimeout(giveUp, timeout * 1000);
  try {
    Promise.resolve(question()).then(resolve, reject);
    return await promise;
  } catch (cause) {
    if (cause instanceof LatchkeyError) throw cause;
    throw new SessionError("store_failed", `${whom} failed while ${doing}. Its own error is the cause of this one.`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
