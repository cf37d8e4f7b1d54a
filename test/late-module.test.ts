import { afterEach, expect, test, vi } from "vitest";
import { lateModule } from "../src/late-module.ts";

afterEach(() => vi.restoreAllMocks());

test("a module of Node is loaded when it is used, and once", () => {
  const load = vi.spyOn(process, "getBuiltinModule");
  const types = lateModule("node:util/types");
  expect(load).not.toHaveBeenCalled();
  expect(types().isPromise(Promise.resolve())).toBe(true);
  expect(types()).toBe(types());
  expect(load.mock.calls).toEqual([["node:util/types"]]);
});

test("a runtime that cannot load it is refused by one sentence, each time", () => {
  vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
  const crypto = lateModule("node:crypto");
  for (const _ of [1, 2])
    expect(crypto).toThrow(
      expect.objectContaining({
        code: "node_version",
        message: expect.stringMatching(/node:crypto\. Fix: .*nodejs_compat and a compatibility date/) as string,
      }),
    );
});
