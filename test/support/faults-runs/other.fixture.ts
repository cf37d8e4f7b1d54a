import { describe, test } from "vitest";

describe("A framework", () => {
  describe("A18: a suite", () => {
    test("with one case", () => {});
    test("with another case", () => {});
  });
});
