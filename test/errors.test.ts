import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as errors from "../src/errors.ts";

const codesInSource = [
  ...readFileSync(new URL("../src/errors.ts", import.meta.url), "utf8")
    .split("export type ErrorCode =")[1]!
    .split(";")[0]!
    .matchAll(/"(\w+)"/g),
].map((match) => match[1]);
const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| `(\w+)` \| `(\w+)` \|/gm)].map(([, code, name]) => ({ code: code!, name: name! }));

describe("errors", () => {
  test("the page lists the codes of the source, all and no others", () => {
    expect(rows.map(({ code }) => code)).toEqual(codesInSource);
  });

  test("every class on the page exists, and is a LatchkeyError", () => {
    for (const { name } of rows) {
      const type = errors[name as keyof typeof errors] as { prototype: unknown };
      const { prototype } = type;
      expect(prototype === errors.LatchkeyError.prototype || prototype instanceof errors.LatchkeyError, name).toBe(
        true,
      );
    }
  });

  test("the tree of signature errors is that of itsdangerous", () => {
    const expired = new errors.SignatureExpired("old", { payload: "p", dateSigned: new Date(0) });
    expect(expired).toBeInstanceOf(errors.BadTimeSignature);
    expect(expired).toBeInstanceOf(errors.BadSignature);
    expect(expired).toBeInstanceOf(errors.BadData);
    expect(expired).toMatchObject({
      name: "SignatureExpired",
      code: "signature_expired",
      payload: "p",
      dateSigned: new Date(0),
    });
    expect(new errors.BadPayload("bad")).not.toBeInstanceOf(errors.BadSignature);
  });
});
