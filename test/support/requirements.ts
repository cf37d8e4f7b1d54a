import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Something outside of the project that a test needs. Where it is missing the test is skipped and
 * named at the end of the run; with LATCHKEY_REQUIRE_ALL=1 (as in continuous integration) its
 * absence is a failure.
 */
export function requirement<Found>(name: string, find: () => Found | undefined): Found | undefined {
  const found = find();
  if (found !== undefined) return found;
  if (process.env["LATCHKEY_REQUIRE_ALL"] === "1")
    throw new Error(`${name} is needed, and LATCHKEY_REQUIRE_ALL=1 forbids to go on without it.`);
  const report = process.env["LATCHKEY_SKIPS_FILE"];
  if (report !== undefined) appendFileSync(report, `${name}\n`);
  return undefined;
}

/** Where an executable of one of these names stands on the PATH. */
export function executable(...names: readonly string[]): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/sbin", "/usr/local/bin"];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/** A Python that can import all of these modules: the one on the PATH, or the system's. */
export function pythonWith(...modules: readonly string[]): string | undefined {
  const candidates = [executable("python3"), "/usr/bin/python3"].filter(
    (path) => path !== undefined && existsSync(path),
  ) as string[];
  return candidates.find((python) => {
    try {
      execFileSync(python, ["-c", modules.map((module) => `import ${module}`).join("\n")], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

/** The system's Chromium, for playwright-core. */
export function chromium(): string | undefined {
  return executable("chromium", "chromium-browser", "google-chrome");
}
