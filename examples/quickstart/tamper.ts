/**
 * A cookie's value with one character changed, in the middle, to another that such a value may
 * hold.
 */
export function changeOneCharacter(value: string): { value: string; at: number; from: string; to: string } {
  const at = Math.floor(value.length / 2);
  const from = value.charAt(at);
  const to = from === "A" ? "B" : "A";
  return { value: value.slice(0, at) + to + value.slice(at + 1), at: at + 1, from, to };
}
