import { InvalidOptionError } from "../errors.ts";
import { checkText, kindOf, nameOrKind } from "../options.ts";
import type { Panel } from "./panel.ts";

/**
 * Checks a panel, and gives its functions the type of its figures.
 *
 * A panel that is passed to `new Toolbar({ panels })` without this function is checked as well. But
 * TypeScript then does not know that `view` gets what `collect` returns.
 *
 * @param panel see `Panel`.
 * @returns the same object.
 * @throws InvalidOptionError for a panel without an id, a title or one of the functions, and for
 *   listeners that are not functions.
 * @example
 * ```ts
 * const flags = definePanel({
 *   id: "flags",
 *   title: "Feature flags",
 *   channels: {
 *     "app:flag": (name, recording) =>
 *       recording.slot("flags", () => [] as string[]).push(recording.redactText(String(name))),
 *   },
 *   collect: (recording) => ({ asked: recording.slot("flags", () => [] as string[]).slice(0, 100) }),
 *   subtitle: ({ asked }) => String(asked.length),
 *   view: ({ asked }) => [
 *     { kind: "table", columns: [{ title: "Flag" }], rows: asked.map((name) => [name]), empty: "No flag was asked." },
 *   ],
 * });
 * ```
 */
export function definePanel<Stats>(panel: Panel<Stats>): Panel<Stats> {
  checkPanel(panel);
  return panel;
}

/** @throws InvalidOptionError as `definePanel` does. */
export function checkPanel(panel: unknown): asserts panel is Panel {
  if (typeof panel !== "object" || panel === null)
    throw new InvalidOptionError(
      `A panel must be an object. It got ${kindOf(panel)}. Fix: definePanel({ id: "my-panel", … }).`,
    );
  const { id, title, channels = {}, collect, view, ...optional } = panel as Partial<Panel>;
  const { subtitle, findings, numbers, overview, begin, close } = optional;
  if (typeof id !== "string" || !/^[a-z][a-z0-9-]*$/.test(id))
    throw new InvalidOptionError(
      `A panel's id is made of lower-case letters, digits and hyphens. It got ${nameOrKind(id)}. Fix: id: "my-panel".`,
    );
  checkText(`The title of the panel "${id}"`, title);
  for (const [name, value] of Object.entries({ collect, view })) checkFunction(id, name, value);
  for (const [name, value] of Object.entries({ subtitle, findings, numbers, overview, begin, close }))
    if (value !== undefined) checkFunction(id, name, value);
  for (const [name, listener] of Object.entries(channels)) {
    const parts: Readonly<Record<string, unknown>> =
      typeof listener === "object" && listener !== null
        ? { [`channels["${name}"].key`]: listener.key, [`channels["${name}"].listener`]: listener.listener }
        : { [`channels["${name}"]`]: listener };
    for (const [part, value] of Object.entries(parts)) checkFunction(id, part, value);
  }
}

function checkFunction(id: string, name: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new InvalidOptionError(
    `${name} of the panel "${id}" must be a function. It got ${kindOf(value)}. Fix: ${name.startsWith("channels") ? '"app:event": (message, recording) => …' : `${name}: (${name === "collect" ? "recording" : "stats"}) => …`}.`,
  );
}
