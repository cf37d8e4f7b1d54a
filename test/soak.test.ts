import { describe, expect, test } from "vitest";
import { judgeHeap } from "../soak/judge.ts";
import type { Measured } from "../soak/server.ts";

/** Samples of the heap, in megabytes. */
const samplesOf = (megabytes: readonly number[]): readonly Measured[] =>
  megabytes.map((heap) => ({ heap: heap * 1e6, resident: 0, descriptors: undefined }));

describe("the soak test's judgement of memory", () => {
  test.each<[string, readonly number[]]>([
    ["that stays", [40, 41, 40, 41, 40, 41]],
    ["that has one peak at the end", [40, 41, 40, 40, 40, 41, 40, 90, 40]],
    ["that grows within the allowance", [40, 40, 40, 42, 44, 46, 48, 48, 48]],
    ["that shrinks", [60, 60, 50, 50, 40, 40]],
    ["that was looked at once", [40]],
  ])("accepts a heap %s", (_, megabytes) => {
    expect(judgeHeap(samplesOf(megabytes)).broken).toBeUndefined();
  });

  test("names both medians of a heap that grows, and what is allowed", () => {
    const growing = Array.from({ length: 30 }, (_, number) => 40 + number);
    expect(judgeHeap(samplesOf(growing)).broken).toBe("Its heap grew from 45.0 MB to 65.0 MB; 55.5 MB are allowed.");
  });
});
