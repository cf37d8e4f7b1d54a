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
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isAnswered = false;
    const giveUp = (): void =>
      reject(
        new SessionError("store_failed", `${whom} has not answered within ${timeout} s while ${doing} (${option}).`),
      );
    const startTimer = (): void => {
      if (!isAnswered) timer = setTimeout(giveUp, timeout * 1000);
    };
    const stopTimer = (): void => {
      isAnswered = true;
      if (timer !== undefined) clearTimeout(timer);
    };
    const succeed = (answer: Answer): void => {
      stopTimer();
      resolve(answer);
    };
    const fail = (cause: unknown): void => {
      stopTimer();
      if (cause instanceof LatchkeyError) return reject(cause);
      reject(
        new SessionError("store_failed", `${whom} failed while ${doing}. Its own error is the cause of this one.`, {
          cause,
        }),
      );
    };
    try {
      Promise.resolve(question()).then(succeed, fail);
      // In the next turn, because an answer from memory is here by then. A timer would cost more
      // than that answer.
      void Promise.resolve().then(startTimer);
    } catch (error) {
      fail(error);
    }
  });
}
