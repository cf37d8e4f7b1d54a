import type { Expression } from "../language/ast.ts";
import type { Code, Running } from "./code.ts";
import type { Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";

/** An operation on its operands. */
export type Many = (values: readonly unknown[], running: Running) => unknown;

/** Compiles operations with their operands. */
export interface Operands {
  readonly scope: Scope;
  readonly state: TranslationState;
  /** A value that the engine passes. A variable is passed once. */
  input(text: string): Code;
  /** An operation on one operand. */
  one(line: number, operand: Expression, run: (value: unknown) => unknown): Code;
  /** An operation on several operands. */
  many(line: number, nodes: readonly Expression[], run: Many): Code;
}
