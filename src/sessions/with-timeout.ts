import { LatchkeyError, SessionError } from "../errors.ts";

/** Timeout and labels for calls into the application's own code. */
export interface TimeoutPolicy {
  /** What is asked, as the beginning of a sentence: "The session store". */
  readonly whom: string;
  /** The option that says how long, for the message. */
  readonly option: string;
  /** In seconds. */
  readonly timeout: number;
}

/**
 * The answer of the application's own code, such as its store, which may be slow or broken.
 *
 * @throws SessionError `store_failed` when it fails, with its own error as the cause, or has not
 *   answered in time.
 */
export function withTimeout<Answer>(
  { whom, option, timeout }: TimeoutPolicy,
  doing: string,
  question: () => Answer | Promise<Answer>,
): Promise<Answer> {
  // One promise and no async function: each store is asked so for each request.
  return new Promise((resolve, reject) => {
    const giveUp = (): void =>
      reject(new SessionError("store_failed", `${whom} has not answered within ${timeout} s while ${doing} (${option}).`));
    const timer = setTimeout(giveUp, timeout * 1000);
    const succeed = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    const fail = (cause: unknown): void => {
      clearTimeout(timer);
      if (cause instanceof LatchkeyError) return reject(cause);
      reject(new SessionError("store_failed", `${whom} failed while ${doing}. Its own error is the cause of this one.`, { cause }));
    };
    try {
      Promise.resolve(question()).then(succeed, fail);
    } catch (error) {
      fail(error);
    }
  });
}
