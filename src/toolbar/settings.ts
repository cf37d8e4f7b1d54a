import type { Clock } from "../clock.ts";
import { InvalidOptionError, SecretKeyError } from "../errors.ts";
import { KeyRing } from "../keys/key-ring.ts";
import { lazyRing } from "../keys/lazy-ring.ts";
import type { SecretKeyInput } from "../keys/secret-key.ts";
import { judgedMode, type Mode } from "../mode.ts";
import { checkOptions, kindOf } from "../options.ts";
import { checkPanel } from "./define-panel.ts";
import { editorLinks } from "./editor-links.ts";
import type { EditorLinks } from "./exchange-page.ts";
import type { Panel } from "./panel.ts";
import { shortcutOf } from "./shortcut.ts";
import type { RedactionOptions } from "./capture/redact.ts";
import { checkRedaction } from "./check-redaction.ts";
import { diskPlaces, type DiskPlaces } from "./disk/disk-places.ts";
import { judge } from "./switch.ts";
import type { ToolbarOptions } from "./toolbar-options.ts";

const OPTIONS = [
  "keys",
  "panels",
  "history",
  "historyBytes",
  "historyFile",
  "hosts",
  "allow",
  "prefix",
  "base",
  "slowMs",
  "mode",
  "production",
  "authorize",
  "directory",
  "editor",
  "editorPaths",
  "shortcut",
  "redactNames",
  "redactPatterns",
  "redactPaths",
  "config",
  "environment",
  "clock",
] as const satisfies readonly (keyof ToolbarOptions)[];

const BASE = /^(?:https?:\/\/[a-z0-9.:[\]-]+)?(?:\/[\w.~-]+)*$/i;

/** The name of the keys in messages. */
export const KEYS = 'option "keys" of Toolbar';
/** The options of a toolbar, checked, with their defaults. */
export interface Settings {
  /** The ring. Where the application has given a function, the first call opens it. */
  readonly keys: () => KeyRing;
  /** Whether `keys` is opened by the first request. */
  readonly isLazy: boolean;
  readonly mode: Mode;
  readonly isOn: boolean;
  readonly panels: readonly Panel[];
  readonly history: number;
  readonly historyBytes: number;
  readonly disk: DiskPlaces;
  readonly hosts: readonly string[];
  readonly allow: readonly string[];
  readonly prefix: string;
  readonly base: string | undefined;
  readonly slowMs: number;
  readonly authorize: ToolbarOptions["authorize"];
  readonly directory: string;
  readonly editor: EditorLinks | undefined;
  readonly shortcut: string;
  readonly redaction: RedactionOptions;
  readonly config: ToolbarOptions["config"];
  readonly environment: readonly string[];
  readonly clock: Clock | undefined;
}

/**
 * @param refuse is called where keys that a request has opened say production, and the toolbar must
 *   not run there.
 * @throws InvalidOptionError for options that cannot be, SecretKeyError without a key.
 */
export function settingsOf(options: ToolbarOptions, refuse: () => void = () => {}): Settings {
  checkOptions("Toolbar", options, OPTIONS);
  const given = requiredKeys(options);
  const { prefix = "/_latchkey", slowMs = 500, history = 100, authorize, clock, directory = process.cwd() } = options;
  const { hosts = [], allow = [], panels = [], historyBytes = 20_000_000, config, environment = [] } = options;
  if (!/^(?:\/[\w.~-]+)+$/.test(prefix)) {
    throw new InvalidOptionError(
      `Toolbar's option prefix is a path that starts with a slash and does not end with one. It got ${JSON.stringify(prefix)}. Fix: prefix: "/_latchkey".`,
    );
  }
  const { base } = options;
  if (base !== undefined && (typeof base !== "string" || !BASE.test(base))) {
    throw new InvalidOptionError(
      `Toolbar's option base is a path that starts with a slash, or an address with http: or https:, without a slash at the end. It got ${JSON.stringify(base)}. Fix: base: "/shop".`,
    );
  }
  for (const [name, list] of Object.entries({ hosts, allow, panels, environment })) {
    if (!Array.isArray(list))
      throw new InvalidOptionError(`Toolbar's option ${name} is a list. It got ${kindOf(list)}. Fix: put it in [ ].`);
  }
  if (authorize !== undefined && typeof authorize !== "function") {
    throw new InvalidOptionError(
      `Toolbar's option authorize is a function. It got ${kindOf(authorize)}. Fix: authorize: (request) => true.`,
    );
  }
  if (config !== undefined && typeof config !== "function") {
    throw new InvalidOptionError(
      `Toolbar's option config is a function. It got ${kindOf(config)}. Fix: config: () => settings.`,
    );
  }
  if (!(slowMs > 0))
    throw new InvalidOptionError(
      `Toolbar's option slowMs is a number of milliseconds above 0. It got ${String(slowMs)}. Fix: leave it out for 500.`,
    );
  const isLazy = typeof given === "function";
  const { isOn, mode } = judge(options, isLazy ? undefined : given.saidMode);
  const keys = lazyRing(isLazy ? given : () => given, KEYS, (ring) => {
    ring.admit(KEYS, judgedMode(mode, ring.saidMode));
    const isAllowed = options.production === true && authorize !== undefined;
    if (isOn && !isAllowed && ring.saidMode === "production") refuse();
  });
  if (!isLazy) keys();
  return {
    isOn,
    mode,
    keys,
    isLazy,
    prefix,
    base,
    slowMs,
    history,
    historyBytes,
    disk: diskPlaces(options, { isOn, mode }),
    hosts,
    allow,
    panels,
    directory,
    editor: editorLinks({ editor: options.editor, editorPaths: options.editorPaths, directory }),
    shortcut: shortcutOf(options.shortcut),
    authorize,
    config,
    environment,
    redaction: checkRedaction(options),
    clock,
  };
}

function requiredKeys({ keys }: ToolbarOptions): KeyRing | (() => KeyRing | SecretKeyInput) {
  if (keys === undefined || keys === null || keys === "") {
    throw new SecretKeyError(
      "key_missing",
      "The debug toolbar requires a secret key. It derives from it the key that signs its tokens, " +
        "so that only a page that this server sent can read a record. Fix: new Toolbar({ keys }), with a key from `npx latchkey key generate`.",
    );
  }
  return typeof keys === "function" ? keys : KeyRing.from(keys, KEYS);
}

/** Refuses panels that cannot be, and ids that are not different. */
export function checkPanels(panels: readonly Panel[]): void {
  // The first tab is made of all panels, so it is not a panel itself.
  const seen = new Set<string>(["overview"]);
  for (const panel of panels) {
    checkPanel(panel);
    if (seen.has(panel.id))
      throw new InvalidOptionError(`There are two panels with the id "${panel.id}". Fix: give one of them another id.`);
    seen.add(panel.id);
  }
}
