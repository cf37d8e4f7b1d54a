import { textOf } from "./message.ts";
import type { Source } from "./source.ts";
import { traced } from "./traced.ts";

/** The most names of a template's context that are recorded. */
const MOST_NAMES = 50;

/** Templates of Express and of latchkey/flask. Values of their context are never read. */
export function templates(): Source {
  return {
    id: "template",
    channels: traced("latchkey:template", (message) => {
      const label = textOf(message["name"]);
      const names = message["names"];
      if (label === undefined || !Array.isArray(names)) return undefined;
      return { kind: "template", label, detail: { names: names.slice(0, MOST_NAMES) } };
    }),
  };
}
