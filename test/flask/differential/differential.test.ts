import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { flaskPython, FlaskSide } from "./flask-side.ts";
import { KINDS } from "./kinds.ts";
import { NAMES } from "./names.ts";
import { figuresOf, listOf, reportOf } from "./report.ts";
import { runConfiguration, runGenerated, type Outcome } from "./run.ts";

describe.skipIf(flaskPython === undefined)("the same requests to Flask and to latchkey/flask", () => {
  const outcomes: Outcome[] = [];
  let flask: FlaskSide;
  beforeAll(() => {
    flask = new FlaskSide(flaskPython!);
    // DEBUG takes effect in development alone.
    vi.stubEnv("NODE_ENV", "development");
    // Errors of views are written there; here they are meant.
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    flask.close();
    process.stdout.write(`\n${figuresOf(reportOf(outcomes))}\n`);
  });

  test.each(NAMES)("%s: every difference has a kind", { timeout: 300_000 }, async (name) => {
    const found = await runConfiguration(name, flask);
    outcomes.push(...found);
    expect(listOf(reportOf(found))).toBe("");
  });

  // More of them: generated/main.ts.
  test.each([1, 2, 3, 4])(
    "random applications, part %i: every difference has a kind",
    { timeout: 300_000 },
    async (part) => {
      for (let seed = part * 10; seed < part * 10 + 10; seed++) {
        const found = await runGenerated(seed, 8, flask);
        expect(listOf(reportOf(found))).toBe("");
      }
    },
  );

  test("there are at least 500 requests to 25 configurations", () => {
    expect(outcomes.length).toBeGreaterThanOrEqual(500);
    expect(NAMES.length).toBeGreaterThanOrEqual(25);
  });

  test("there are at most 30 kinds of differences, and each of them still occurs", () => {
    expect(KINDS.length).toBeLessThanOrEqual(30);
    const gone = [...reportOf(outcomes).kinds].filter(([, count]) => count === 0).map(([{ id }]) => id);
    expect(gone, "Take these kinds out of kinds.ts, and build the page again.").toEqual([]);
  });
});
