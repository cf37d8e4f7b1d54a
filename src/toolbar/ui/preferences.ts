/** The settings that the toolbar stores in this browser. */
export interface Preferences {
  readonly open: boolean;
  /** Pixels. */
  readonly height: number;
  readonly panel: string;
}

const NAME = "latchkey-toolbar";

/** The stored settings, or the defaults. A page may forbid storage. */
export function readPreferences(): Preferences {
  const standard = { open: false, height: Math.round(innerHeight * 0.45), panel: "session" };
  try {
    const saved = JSON.parse(localStorage.getItem(NAME) ?? "{}") as Partial<Preferences>;
    return {
      open: saved.open === true,
      height: typeof saved.height === "number" ? saved.height : standard.height,
      panel: typeof saved.panel === "string" ? saved.panel : standard.panel,
    };
  } catch {
    return standard;
  }
}

/** Stores the settings. */
export function writePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(preferences));
  } catch {
    // Without storage, the toolbar starts with the defaults on each page.
  }
}
