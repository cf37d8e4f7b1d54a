/** A command was called in a way that it cannot answer; the message says what to do instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
