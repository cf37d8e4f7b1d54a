import type { Block, Cell } from "../blocks.ts";
import type { Applications } from "../applications.ts";
import { environmentVariables } from "../../mode.ts";
import { counted, formatThrownName } from "../format.ts";
import type { Panel } from "../panel.ts";
import type { HeaderEntry, Recording } from "../recording.ts";
import { configValues } from "./application/config-values.ts";
import { onceASecond } from "./application/once-a-second.ts";

/** Variables that hold no secret and change what a server does. */
const PLAIN_VARIABLES = [
  "NODE_ENV",
  "LATCHKEY_ENV",
  "TZ",
  "LANG",
  "LC_ALL",
  "HOST",
  "PORT",
  "CI",
  "DEBUG",
  "LOG_LEVEL",
  "FORCE_COLOR",
  "NO_COLOR",
  "UV_THREADPOOL_SIZE",
];

/** The data of the panel Config. All values are masked. */
export interface ConfigStats {
  readonly sections: readonly {
    /** "Application", or the name of the framework. */
    readonly title: string;
    readonly values: Readonly<Record<string, unknown>>;
  }[];
  readonly environment: readonly HeaderEntry[];
  /** What could not be read: a sentence each. */
  readonly failures: readonly string[];
}

/** What the panel shows. */
export interface ConfigPanelOptions {
  readonly applications: Applications;
  readonly config?: (() => object) | undefined;
  /** Names of more environment variables. */
  readonly environment: readonly string[];
}

/**
 * Shows the settings of the application and of its framework, masked by name, by form and by value,
 * and a few environment variables.
 */
export function configPanel({ applications, config, environment }: ConfigPanelOptions): Panel<ConfigStats> {
  const read = onceASecond((recording: Recording): ConfigStats => {
    const failures: string[] = [];
    const sources = [
      ...(config === undefined ? [] : [{ title: "Application", read: config }]),
      ...applications.list.flatMap(({ name, config: own }) => (own === undefined ? [] : [{ title: name, read: own }])),
    ];
    const sections = sources.flatMap(({ title, read: ask }) => {
      try {
        return [{ title, values: recording.redactData(configValues(ask())) as Record<string, unknown> }];
      } catch (error) {
        failures.push(`The settings of ${title} could not be read: ${formatThrownName(error)}.`);
        return [];
      }
    });
    return { sections, environment: variables(environment, recording), failures };
  });
  return {
    id: "config",
    title: "Config",
    collect: read,
    subtitle: ({ sections }) => {
      const count = sections.reduce((sum, { values }) => sum + Object.keys(values).length, 0);
      return count === 0 ? undefined : String(count);
    },
    view: viewConfig,
  };
}

function variables(more: readonly string[], recording: Recording): HeaderEntry[] {
  // By name too: the list of the application may name a secret by mistake.
  const found = recording.redactData(environmentVariables([...new Set([...PLAIN_VARIABLES, ...more])]));
  return Object.entries(found as Readonly<Record<string, string>>);
}

function viewConfig({ sections, environment, failures }: ConfigStats): Block[] {
  const blocks: Block[] = failures.map((text) => ({ kind: "note", tone: "warn", text }));
  for (const { title, values } of sections)
    blocks.push({
      kind: "pairs",
      title: `${title}: ${counted(Object.keys(values).length, "setting")}`,
      rows: Object.entries(values).map(([name, value]) => ({ name, value: valueCell(value) })),
    });
  if (sections.length === 0)
    blocks.push({
      kind: "text",
      text: "No settings are known. Hand them over with new Toolbar({ keys, config: () => settings }).",
    });
  blocks.push({
    kind: "pairs",
    title: "Environment",
    rows: environment.map(([name, value]) => ({ name, value: { text: value, mono: true } })),
  });
  return blocks;
}

function valueCell(value: unknown): Cell {
  return { text: typeof value === "string" ? value : JSON.stringify(value), mono: true };
}
