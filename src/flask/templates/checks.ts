import { InvalidOptionError } from "../../index.ts";
import { kindOf } from "../../options.ts";

/** Checks the name of a filter, a test or a global. */
export function checkName(method: string, name: unknown): void {
  if (typeof name !== "string" || !/^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name))
    throw new InvalidOptionError(
      `app.templates.${method}(name): name is a word, such as "shout". It got ${typeof name === "string" ? JSON.stringify(name) : kindOf(name)}. Fix: use letters, digits and underscores.`,
    );
}

/** Checks a filter or a test, and its name. */
export function checkFunction(method: string, name: unknown, run: unknown): void {
  checkName(method, name);
  if (typeof run !== "function")
    throw new InvalidOptionError(
      `app.templates.${method}("${String(name)}", run): run is a function. It got ${kindOf(run)}. Fix: pass a function.`,
    );
}
