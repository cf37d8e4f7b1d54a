const numbered = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

/**
 * Every known fault by its id: cookies and sessions (C), keys (K), stores (S), adapters (A), what
 * tests did not see (T), and of `latchkey/flask` the faults (F), the names of Flask (G) and the
 * templates (J). A test that holds the repair of one names it in its title: "C4: …", or
 * "C4, S1: …".
 */
export const KNOWN_FAULTS: readonly string[] = [
  ...numbered("C", 21),
  ...numbered("K", 16),
  ...numbered("S", 9),
  ...numbered("A", 18),
  ...numbered("T", 16),
  ...numbered("F", 22),
  ...numbered("G", 36),
  ...numbered("J", 65),
];

/** Those that are left as they are, and why. */
export const LEFT: Readonly<Record<string, string>> = {
  C6: "Cross-site requests are decided separately.",
  C21: "The tables of the threat model grow together with the decision on cross-site requests.",
  A6: "Which versions of Express are supported is decided separately.",
};
