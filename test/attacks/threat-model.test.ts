import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildThreatModel, readFamilies } from "../../scripts/build-threat-model.ts";

const families = readFamilies();
const threats = families.flatMap((family) => family.threats.map((threat) => ({ ...threat, file: family.file })));

describe("docs/threat-model.md", () => {
  test("is what scripts/build-threat-model.ts makes of the tests now", () => {
    const page = readFileSync(new URL("../../docs/threat-model.md", import.meta.url), "utf8");
    expect(page, "Run: npm exec -- node scripts/build-threat-model.ts").toBe(buildThreatModel());
  });

  test("has every family that the design names", () => {
    const files = families.map(({ file }) => file.replace(".test.ts", ""));
    expect(files).toEqual([
      "signature",
      "encoding",
      "time",
      "payload",
      "cookie-header",
      "cookie-attributes",
      "session-life",
      "keys",
      "logging",
      "toolbar",
      "primitives",
    ]);
  });

  test("has every attack and every requirement at least once, with a threat and a sentence on what is done", () => {
    expect(threats.length).toBeGreaterThan(100);
    for (const { id, threat, defence } of threats) {
      expect([id, threat]).toEqual([id, expect.stringMatching(/^[a-z].{10,}[^.]$/)]);
      expect([id, defence]).toEqual([id, expect.stringMatching(/^[A-Z`_].{30,}\.$/)]);
    }
  });

  test("says nothing that a table or a reader would stumble over", () => {
    const rows = buildThreatModel()
      .split("\n")
      .filter((line) => line.startsWith("| ") && !line.startsWith("| id |"));
    expect(rows).toHaveLength(threats.length);
    for (const row of rows) expect(row.replaceAll("\\|", "").split("|")).toHaveLength(5);
  });
});
