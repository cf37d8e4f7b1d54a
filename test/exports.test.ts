import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { exports: Record<string, unknown> };
const doors = Object.keys(manifest.exports).filter((door) => door !== "./package.json");

/**
 * What each door hands out. A name that comes, goes or changes shows in the difference of these
 * files.
 */
describe("the doors", () => {
  test.each(doors)("%s", async (door) => {
    const names = Object.keys((await import(`latchkey${door.slice(1)}`)) as object).sort();
    const file = door === "." ? "latchkey" : door.slice(2).replaceAll("/", "-");
    await expect(`${names.join("\n")}\n`).toMatchFileSnapshot(`exports/${file}.txt`);
  });
});
