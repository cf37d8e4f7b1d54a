import { beforeAll, describe, test } from "vitest";

beforeAll(() => {
  throw new Error("nothing is ready");
});
describe("A store of a file that is not ready", () => {
  describe("keeps the contract of SessionStore", () => {
    test("one case", () => {});
  });
});
describe.skipIf(true)("A store of that file, left out", () => {
  describe("keeps the contract of SessionStore", () => {
    test("one case", () => {});
  });
});
