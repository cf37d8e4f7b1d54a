import { beforeAll, describe, expect, test } from "vitest";

// A run of every outcome, for test/support/contract-table.test.ts.
describe("A store", () => {
  describe("with a client", () => {
    describe("keeps the contract of SessionStore", () => {
      test("one case", () => {});
      test("another case", () => {});
    });
    describe("keeps the contract of IndexedStore", () => {
      test("one case", () => {});
      test("a case that fails", () => expect(1).toBe(2));
    });
  });
  describe.skipIf(true)("with another client", () => {
    describe("keeps the contract of SessionStore", () => {
      test("one case", () => {});
    });
  });
  describe("on a server that does not start", () => {
    beforeAll(() => {
      throw new Error("no server");
    });
    describe("keeps the contract of SessionStore", () => {
      test("one case", () => {});
      test("another case", () => {});
    });
  });
  describe("cut short", () => {
    describe("keeps the contract of SessionStore", () => {
      test("one case", () => {});
      test.skipIf(true)("another case", () => {});
    });
  });
  test("is no contract", () => {});
});

describe("A framework keeps the contract of adapters", () => {
  test("one case", () => {});
});
