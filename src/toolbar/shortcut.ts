import { InvalidOptionError } from "../errors.ts";
import { nameOrKind } from "../options.ts";

/** Shift alone would take letters from people who are writing. */
const SHORTCUT = /^(?=.*(?:Ctrl|Alt|Meta)\+)(?:(?:Ctrl|Alt|Shift|Meta)\+)+(?:[A-Z]|\d|F\d{1,2})$/;

/**
 * The keys that open and close the toolbar, in the spelling that the browser's half knows.
 *
 * @throws InvalidOptionError for keys that cannot be.
 */
export function shortcutOf(shortcut: unknown = "Shift+Alt+D"): string {
  if (shortcut === "") return "";
  const spelled =
    typeof shortcut === "string"
      ? shortcut
          .split("+")
          .map((key) => key.trim().replace(/^./, (first) => first.toUpperCase()))
          .join("+")
          .replace(/\bControl\b/, "Ctrl")
          .replace(/\b(?:Option|Opt)\b/, "Alt")
          .replace(/\b(?:Cmd|Command)\b/, "Meta")
      : undefined;
  if (spelled === undefined || !SHORTCUT.test(spelled)) {
    throw new InvalidOptionError(
      `Toolbar's option shortcut is keys such as "Shift+Alt+D": Ctrl, Alt or Meta, perhaps with Shift, and then a letter, a digit or F1 to F12. "" is for none. It got ${nameOrKind(shortcut)}. Fix: shortcut: "Shift+Alt+D".`,
    );
  }
  return spelled;
}
