/** Says how an application gets its key. */
export function generateKeyHint(): string {
  return (
    " * The application has no secret key, so it has no sessions. " +
    'Fix: make one with "npx latchkey key generate", and set app.config["SECRET_KEY"], for example with loadKeyRing.\n'
  );
}
