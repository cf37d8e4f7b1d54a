import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { gradeSecretKey, parseKeyList } from "latchkey/keys";
import { afterAll, describe, expect, test } from "vitest";
import { requirement } from "../support/requirements.ts";

const list = requirement("the list of published keys (LATCHKEY_PUBLISHED_KEYS)", () => {
  const path = process.env["LATCHKEY_PUBLISHED_KEYS"];
  return path !== undefined && existsSync(path) ? path : undefined;
});
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "latchkey-published-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(list !== undefined)("the whole list of published keys", () => {
  test("holds no key, as text or as bytes, that production would take", () => {
    const keys = parseKeyList(gunzipSync(readFileSync(list!)));
    expect(keys.length).toBeGreaterThan(50_000);
    const taken: string[] = [];
    for (const key of keys) {
      const text = Buffer.from(key).toString("utf8");
      const twin = /^[\0-\u00ff]*$/.test(text) ? Buffer.from(text, "latin1") : key;
      // A text of ASCII and its bytes are graded alike: a test of grade.test.ts.
      // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
      for (const spelling of /^[\0-\x7f]*$/.test(text) ? [text] : [key, text, twin])
        if (!/^(?:refused|weak)/.test(gradeSecretKey(spelling).summary)) taken.push(JSON.stringify(text));
    }
    expect(taken).toEqual([]);
  }, 300_000);

  test("makes the filter that is in the package, byte for byte", () => {
    const target = join(folder, "built.ts");
    execFileSync(process.execPath, [join(root, "scripts/build-published-keys.ts"), list!, target], { stdio: "ignore" });
    expect(readFileSync(target).equals(readFileSync(join(root, "src/keys/grading/known/published-keys.ts")))).toBe(
      true,
    );
    expect(readFileSync(target).length).toBeLessThanOrEqual(215_000);
  }, 300_000);
});
