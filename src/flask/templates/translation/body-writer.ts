import type { Body } from "../language/ast.ts";
import type { Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";

/** What the translation of a tag needs of that of its template. */
export interface BodyWriter {
  readonly state: TranslationState;
  /** Whether a loop or a block is open with names that an included template could not see. */
  readonly isRenaming: boolean;
  /** The statements inside of the tag. */
  body(body: Body, scope: Scope): string;
  /** Begins a tag, with line breaks in it, so that the engine's lines are those of the template. */
  tag(line: number): string;
  /** The engine's variable for a name that is assigned here. */
  bindValue(name: string, scope: Scope): string;
  /** A scope with names of its own, if a block in the body must not see them. */
  innerScope(body: Body, scope: Scope): Scope;
}
