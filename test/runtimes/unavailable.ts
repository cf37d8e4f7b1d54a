/** Something that this runtime does not have, or that this file does not have of vitest. */
export class Unavailable extends Error {
  /** Why the present test cannot pass. The code under test may wrap the error. */
  static reason: string | undefined;

  constructor(message: string) {
    super(message);
    Unavailable.reason = message;
  }
}
