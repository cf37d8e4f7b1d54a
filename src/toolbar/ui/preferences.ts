import type { RequestKind } from "../exchange-page.ts";

/** A corner of the page, where the closed toolbar stands. */
export type Corner = "bottom-right" | "bottom-left" | "top-right" | "top-left";

/** All corners. */
export const CORNERS: readonly Corner[] = ["bottom-right", "bottom-left", "top-right", "top-left"];

/** The settings that the toolbar stores in this browser. */
export interface Preferences {
  readonly open: boolean;
  /** Pixels. */
  readonly height: number;
  readonly panel: string;
  readonly corner: Corner;
  /** Whether the newest request is shown as it ends. */
  readonly follow: boolean;
  /** The kinds of requests that the list leaves out. */
  readonly without: readonly RequestKind[];
  /** The ids of pinned requests, the newest first. */
  readonly pins: readonly string[];
}

const NAME = "latchkey-toolbar";
const HIDDEN = "latchkey-toolbar-hidden";
const CLEARED = "latchkey-toolbar-cleared";
const MOST_PINS = 50;

/** The stored settings, or the defaults. A page may forbid storage. */
export function readPreferences(): Preferences {
  const standard: Preferences = {
    open: false,
    height: standardHeight(),
    panel: "",
    corner: "bottom-right",
    follow: false,
    without: ["asset"],
    pins: [],
  };
  try {
    const saved = JSON.parse(localStorage.getItem(NAME) ?? "{}") as Partial<Preferences>;
    return {
      open: saved.open === true,
      height: typeof saved.height === "number" ? saved.height : standard.height,
      panel: typeof saved.panel === "string" ? saved.panel : standard.panel,
      corner: CORNERS.find((corner) => corner === saved.corner) ?? standard.corner,
      follow: saved.follow === true,
      without: Array.isArray(saved.without) ? saved.without : standard.without,
      pins: Array.isArray(saved.pins) ? saved.pins.slice(0, MOST_PINS) : standard.pins,
    };
  } catch {
    return standard;
  }
}

/** Less than half of a large window. A small one shows little in a half. */
function standardHeight(): number {
  return Math.round(innerHeight < 560 ? innerHeight * 0.85 : innerHeight * (innerWidth < 720 ? 0.62 : 0.45));
}

/** Stores some settings. The others stay as they are: another tab may have changed them. */
export function writePreferences(changes: Partial<Preferences>): void {
  try {
    localStorage.setItem(NAME, JSON.stringify({ ...readPreferences(), ...changes }));
  } catch {
    // Without storage, the toolbar starts with the defaults on each page.
  }
}

/** Calls a function when another tab has changed the stored settings. */
export function onOtherPreferences(listener: (preferences: Preferences) => void): () => void {
  const onStorage = ({ key }: StorageEvent): void => {
    if (key === NAME) listener(readPreferences());
  };
  addEventListener("storage", onStorage);
  return () => removeEventListener("storage", onStorage);
}

/** With the pin added or removed. */
export function withPin(pins: readonly string[], id: string): readonly string[] {
  return (pins.includes(id) ? pins.filter((pin) => pin !== id) : [id, ...pins]).slice(0, MOST_PINS);
}

/** Whether the toolbar is hidden in this tab, until the tab is closed. */
export function isHidden(): boolean {
  return readTab(HIDDEN) === "1";
}

/** Hides the toolbar in this tab, or shows it again. */
export function setHidden(isHiddenNow: boolean): void {
  writeTab(HIDDEN, isHiddenNow ? "1" : "");
}

/** The number of the last request that was cleared away in this tab; 0 for none. */
export function readCleared(): number {
  return Number(readTab(CLEARED)) || 0;
}

/** Remembers the number of the last request that is cleared away. */
export function writeCleared(sequence: number): void {
  writeTab(CLEARED, String(sequence));
}

function readTab(name: string): string {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function writeTab(name: string, value: string): void {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // Without storage, it lasts until the page is left.
  }
}
