import { Undefined } from "../values/kinds.ts";
import type { Code } from "./code.ts";

/** The value of `{{ a if b }}` where `b` is false. */
export function missingElse(line: number): Code {
  const value = new Undefined(
    `the inline if-expression on line ${line} evaluated to false and no else section was defined.`,
  );
  return () => value;
}
