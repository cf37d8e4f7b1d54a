import { describe, expect, test } from "vitest";
import { readPublished, readPublishedConstants, readPublishedKeys } from "../../scripts/published/read-published.ts";

const keys = readPublishedKeys();
const constants = readPublishedConstants();

describe("the published keys that the filter is built from", () => {
  test("K1: come from at least 100 different repositories", () => {
    expect(new Set(keys.map(({ place }) => place.split(" ")[0])).size).toBeGreaterThanOrEqual(100);
  });

  test("K1: each names its project, its variable, and the repository and path", () => {
    const bad = keys.filter(
      ({ project, variable, place }) => project === "" || variable === "" || !/^[\w.-]+\/[\w.-]+ \S.*$/.test(place),
    );
    expect(bad).toEqual([]);
  });

  test("K1: each stands once", () => {
    const values = keys.map(({ key }) => key);
    expect(values.filter((value, index) => values.indexOf(value) !== index)).toEqual([]);
  });

  test("K1: each has at least 8 characters, and no white space at its edges", () => {
    expect(keys.filter(({ key }) => key.length < 8 || key.trim() !== key)).toEqual([]);
  });

  test.each([
    ["FastAPI's documentation", "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"],
    ["Supabase's .env.example", "UpNVntn3cDxHJpq99YMc1T1AQgQpc8kfYTuRgBiYa15BLrx8etQoXz3gZv1/u2oq"],
    ["Laravel's documentation", "base64:J63qRTDLub5NuZvP+kb8YIorGS6qFYHKVo6u7179stY="],
    ["Laravel's documentation, without the prefix", "J63qRTDLub5NuZvP+kb8YIorGS6qFYHKVo6u7179stY="],
  ])("K1: hold the key of %s", (_place, key) => {
    expect(readPublished()).toContain(key);
  });
});

describe("the constants that the filter is built from", () => {
  test("K1: each has a value, a name and a place, and stands once", () => {
    expect(constants.filter(({ value, name, place }) => value.length < 8 || name === "" || place === "")).toEqual([]);
    expect(new Set(constants.map(({ value }) => value)).size).toBe(constants.length);
  });

  test.each([
    "2b7e151628aed2a6abf7158809cf4f3c",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "6ba7b8109dad11d180b400c04fd430c8",
  ])("K2: hold %s", (value) => {
    expect(readPublished()).toContain(value);
  });
});
