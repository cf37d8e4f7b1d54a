/** What a key does while the focus is in the toolbar. */
export type KeyAction = "search" | "older" | "newer" | "compare" | "copy" | "pin" | "help" | "back";

const KEYS: Readonly<Record<string, KeyAction>> = {
  "/": "search",
  "[": "older",
  "]": "newer",
  c: "compare",
  y: "copy",
  p: "pin",
  "?": "help",
};

/**
 * The action of a key; undefined for all others.
 *
 * @param isWriting whether a field has the focus. Then only Escape does something.
 */
export function keyAction(event: KeyboardEvent, isWriting: boolean): KeyAction | undefined {
  if (event.isComposing || event.metaKey) return undefined;
  if (event.key === "Escape") return "back";
  if (isWriting) return undefined;
  // Many keyboards write [ and ] with Alt, or with Ctrl and Alt.
  const isSign = /^[^a-z]$/i.test(event.key);
  return !isSign && (event.ctrlKey || event.altKey) ? undefined : KEYS[event.key];
}
