/**
 * Whether these keys were pressed.
 *
 * @param shortcut "Shift+Alt+D", as the server has checked it; "" for none.
 */
export function isShortcut(event: KeyboardEvent, shortcut: string): boolean {
  const keys = shortcut.split("+");
  const key = keys.pop() ?? "";
  return (
    key !== "" &&
    event.code === (/^[A-Z]$/.test(key) ? `Key${key}` : /^\d$/.test(key) ? `Digit${key}` : key) &&
    event.altKey === keys.includes("Alt") &&
    event.shiftKey === keys.includes("Shift") &&
    event.ctrlKey === keys.includes("Ctrl") &&
    event.metaKey === keys.includes("Meta")
  );
}

/**
 * Whether the keys type a character into the field that has the focus. On a Mac, Alt with a letter
 * does.
 */
export function typesText(event: KeyboardEvent): boolean {
  const isLetter = event.code.startsWith("Key") && event.key.toLowerCase() !== event.code.slice(3).toLowerCase();
  return isLetter && !event.ctrlKey && !event.metaKey && isWriting(event.target);
}

/** Whether this element takes what is typed. */
export function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName))
  );
}
