/** A command was called in a wrong way. The message says what to do instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
