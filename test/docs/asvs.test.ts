import { describe, expect, test } from "vitest";
import { ASVS, NIST } from "../../scripts/asvs-items.ts";
import { buildAsvs, readTests, testsOf } from "../../scripts/build-asvs.ts";
import { readPage } from "../support/docs/pages.ts";

/**
 * The sections of OWASP ASVS 5.0.0, with the level of each of their requirements. These are
 * numbered from 1.
 */
const SECTIONS = {
  "3.3": "12223",
  "3.5": "11122333",
  "7.1": "222",
  "7.2": "1111",
  "7.3": "22",
  "7.4": "11222",
  "7.5": "223",
  "7.6": "22",
  "9.1": "111",
  "9.2": "1222",
  "11.1": "2233",
  "11.2": "22233",
  "11.3": "11233",
  "11.4": "1222",
  "11.5": "23",
  "11.6": "23",
  "11.7": "33",
};
/** The sections of NIST SP 800-63B-4 on sessions. */
const NIST_SECTIONS = ["5.1", "5.1.1", "5.1.2", "5.1.3", "5.2", "5.3"];

const asvs = ASVS.flatMap(({ items }) => items);
const nist = NIST.flatMap(({ items }) => items);

describe("docs/asvs.md", () => {
  test("is what scripts/build-asvs.ts makes of the list and the tests now", () => {
    expect(readPage("docs/asvs.md")).toBe(buildAsvs());
  });

  test("has every requirement of OWASP ASVS 5.0.0 in these chapters once, and no other", () => {
    const official = Object.entries(SECTIONS).flatMap(([section, levels]) =>
      [...levels].map((level, index) => `${section}.${index + 1} of level ${level}`),
    );
    expect(official).toHaveLength(63);
    expect(asvs.map(({ id, level }) => `${id} of level ${level}`)).toEqual(official);
  });

  test("has every section of NIST SP 800-63B-4 on sessions, and no id twice", () => {
    const ids = nist.map(({ id }) => id);
    expect([...new Set(ids.map((id) => id.split(" ")[0]))]).toEqual(NIST_SECTIONS);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("names a test for all that is met, and each of them exists", () => {
    const all = readTests();
    expect(all.length).toBeGreaterThan(1000);
    for (const [standard, items] of [
      ["ASVS", asvs],
      ["NIST", nist],
    ] as const) {
      const withoutTest = items.filter((item) => item.status === "met" && testsOf(standard, item, all).length === 0);
      expect(withoutTest.map(({ id }) => id)).toEqual([]);
    }
    const invented = { ...asvs[0]!, tests: ["ATK-invented"] };
    expect(() => testsOf("ASVS", invented, all)).toThrow(/names "ATK-invented", and no test is called so/);
  });

  test("leaves out no test that names one of its requirements", () => {
    const ids = new Set(asvs.map(({ id }) => id));
    const page = readPage("docs/asvs.md");
    const named = readTests().filter(({ title }) => ids.has(/^ASVS (\d+\.\d+\.\d+)/.exec(title)?.[1] ?? ""));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ title }) => !page.includes(title)).map(({ title }) => title)).toEqual([]);
  });
});
