import { currentContext } from "./context/context.ts";
import { session } from "./context/globals.ts";
import { checkOptions, checkText } from "../options.ts";
import { publish } from "./signals.ts";

/**
 * Saves a message in the session, for the visitor's next page.
 *
 * @param category a word for the template, `message` unless given.
 */
export function flash(message: string, category = "message"): void {
  checkText("flash(message)", message);
  checkText("flash(message, category): category", category);
  const { session: current, sessionUse, app } = currentContext();
  // The facade throws Flask's message when there is no secret key.
  if (current === undefined) void session.data;
  else current.flash(message, category);
  Object.assign(sessionUse, { isAccessed: true, isModified: true });
  publish("messageFlashed", { app, message, category });
}

/** Options of `getFlashedMessages`. */
export interface FlashedMessagesOptions {
  /** Returns pairs of category and message, instead of messages alone. */
  readonly withCategories?: boolean;
  /** Only messages of these categories; all of them when empty. */
  readonly categoryFilter?: readonly string[];
}

/**
 * Returns the messages from `flash` and removes them from the session. A second call in the same
 * request returns the same messages.
 */
export function getFlashedMessages(
  options: FlashedMessagesOptions & { readonly withCategories: true },
): readonly (readonly [category: string, message: string])[];
export function getFlashedMessages(options?: FlashedMessagesOptions): readonly string[];
export function getFlashedMessages(options: FlashedMessagesOptions = {}): readonly unknown[] {
  checkOptions("getFlashedMessages", options, ["withCategories", "categoryFilter"]);
  const { withCategories = false, categoryFilter = [] } = options;
  const context = currentContext();
  if (context.session === undefined) return [];
  const flashes = (context.flashes ??= context.session.flashes());
  const wanted = flashes.filter(({ category }) => categoryFilter.length === 0 || categoryFilter.includes(category));
  return wanted.map(({ category, message }) => (withCategories ? [category, message] : message));
}
