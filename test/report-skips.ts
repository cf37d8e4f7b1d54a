import { mkdtempSync, existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Names at the end of a run what was skipped for want of something on this machine (see
 * test/support/requirements.ts).
 */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-skips-"));
  const file = join(folder, "skips.txt");
  process.env["LATCHKEY_SKIPS_FILE"] = file;
  return () => {
    if (existsSync(file)) {
      const names = [...new Set(readFileSync(file, "utf8").trim().split("\n"))];
      process.stdout.write(
        `Skipped for want of: ${names.join(", ")}. In continuous integration this would be a failure.\n`,
      );
    }
    rmSync(folder, { recursive: true });
  };
}
