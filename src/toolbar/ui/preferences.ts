/** What the toolbar remembers in this browser. */
export interface Preferences {
  readonly open: boolean;
  /** Pixels. */
  readonly height: number;
  readonly panel: string;
}

const NAME = "latchkey-toolbar";

/** What was remembered; a page may forbid storage, then nothing is. */
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

/** Remembers. */
export function writePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(preferences));
  } catch {
    // Without storage the toolbar starts as new on each page.
  }
}
