import { InvalidOptionError } from "../errors.ts";
import { kindOf } from "../options.ts";

/**
 * Refuses what is not a SessionManager where an adapter is given one. It is known by its methods,
 * since an application may have two copies of the package.
 *
 * @param place the function that the reader has called: "session".
 * @throws InvalidOptionError that says what it got, and the fix.
 */
export function checkManager(place: string, manager: unknown): void {
  const { load, commit } = (manager ?? {}) as { readonly load?: unknown; readonly commit?: unknown };
  if (typeof load === "function" && typeof commit === "function") return;
  throw new InvalidOptionError(
    `${place} needs a SessionManager as its first argument. It got ${kindOf(manager)}. ` +
      "Fix: const manager = new SessionManager({ keys }), and mount session(manager).",
  );
}

/**
 * Refuses what is not a Toolbar where an adapter is given one.
 *
 * @throws InvalidOptionError that says what it got, and the fix.
 */
export function checkToolbar(toolbar: unknown): void {
  const { begin, enabled } = (toolbar ?? {}) as { readonly begin?: unknown; readonly enabled?: unknown };
  if (typeof begin === "function" && typeof enabled === "boolean") return;
  throw new InvalidOptionError(
    `debugToolbar(toolbar) needs a Toolbar. It got ${kindOf(toolbar)}. Fix: debugToolbar(new Toolbar({ keys })).`,
  );
}
