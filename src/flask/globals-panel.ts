import { definePanel, type Panel } from "../toolbar/index.ts";
import { contextOrNone, isOfRequest } from "./context/context.ts";

/** What the panel shows of a request: texts, without secrets. */
interface GlobalsStats {
  readonly endpoint: string | undefined;
  readonly blueprint: string | undefined;
  readonly values: readonly { readonly name: string; readonly value: string }[];
}

const MOST = { values: 50, letters: 500 };

/** Shows `g` at the end of a request, and which endpoint and blueprint have answered. */
export function globalsPanel(): Panel<GlobalsStats> {
  return definePanel<GlobalsStats>({
    id: "flask",
    title: "Flask",
    channels: {
      "latchkey:flask.request_finished": (_, recording) => {
        const context = contextOrNone();
        if (!isOfRequest(context)) return;
        const { request, g } = context;
        const stats = recording.slot("flask", () => ({ found: undefined as GlobalsStats | undefined }));
        const values = Object.fromEntries(
          Object.entries(g)
            .slice(0, MOST.values)
            .map(([name, value]) => [name, plain(value)]),
        );
        const shown = recording.redactData(values) as Readonly<Record<string, unknown>>;
        stats.found = {
          endpoint: request.endpoint,
          blueprint: request.blueprint,
          values: Object.entries(shown).map(([name, value]) => ({
            name: recording.redactText(name),
            value: recording.redactText(textOf(value)).slice(0, MOST.letters),
          })),
        };
      },
    },
    collect: (recording) => {
      const { found } = recording.slot("flask", () => ({ found: undefined as GlobalsStats | undefined }));
      return found ?? { endpoint: undefined, blueprint: undefined, values: [] };
    },
    subtitle: ({ endpoint }) => endpoint,
    view: ({ endpoint, blueprint, values }) => [
      {
        kind: "pairs",
        title: "Answered by",
        rows: [
          { name: "endpoint", value: endpoint ?? "none" },
          ...(blueprint === undefined ? [] : [{ name: "blueprint", value: blueprint }]),
        ],
      },
      {
        kind: "table",
        title: "g",
        columns: [{ title: "Name" }, { title: "Value", grow: true }],
        rows: values.map(({ name, value }) => [name, value]),
        empty: "Nothing was put into g.",
      },
    ],
  });
}

/** Only plain data is opened: an object of a class may hold a connection, and that a password. */
function plain(value: unknown): unknown {
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? String(value) : value;
  if (Array.isArray(value)) return value.slice(0, MOST.values).map(plain);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype)
    return `[${(prototype as { readonly constructor?: { readonly name?: string } }).constructor?.name ?? "object"}]`;
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST.values)
      .map(([name, inner]) => [name, typeof inner === "object" && inner !== null ? "[object]" : plain(inner)]),
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");
}
