import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../src", import.meta.url));

test("a message that advises to rotate a key names the step, because the command without one only asks for it", () => {
  const advice = globSync("**/*.ts", { cwd: root }).flatMap((file) => [
    ...readFileSync(`${root}/${file}`, "utf8").matchAll(/npx latchkey key rotate.*/g),
  ]);
  expect(advice.length).toBeGreaterThan(5);
  const without = /^npx latchkey key rotate(?! (?:\$\{\w+\} )?--(?:announce|revoke-all))/;
  expect(advice.map(([text]) => text).filter((text) => without.test(text))).toEqual([]);
});
