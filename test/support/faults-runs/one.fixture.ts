import { expect, test } from "vitest";

// A run of every outcome, for test/support/faults-reporter.test.ts.
test("C1: a repair that holds", () => {});
test("C1, S9: a repair of two", () => {});
test("C2: a repair that is lost", () => expect(process.env["REPAIR_IS_LOST"]).toBeUndefined());
test("no fault, though it ends with C3", () => {});
test.skipIf(true)("C4: a repair that did not run", () => {});
