import { TemplateError } from "../errors.ts";
import type { Exports } from "../language/exports.ts";
import type { Filter } from "../values/filter.ts";
import type { CallName, Code, NumberedCode } from "./code.ts";
import type { Expressions } from "./expressions.ts";

/** What a translation has to know about the application. */
export interface Surroundings {
  readonly filters: ReadonlyMap<string, Filter>;
  readonly tests: ReadonlyMap<string, Filter>;
  readonly isGlobal: (name: string) => boolean;
  /** The macros of another template; undefined if there is no such template, or it is not valid. */
  readonly exportsOf: (name: string) => Exports | undefined;
  /** Keeps code, and returns its number. */
  readonly addCode: (code: NumberedCode) => number;
}

/** A template in the engine's language. */
export interface Translated {
  readonly source: string;
  /** Variables that the context has to bind, without prefix. */
  readonly names: ReadonlySet<string>;
  /** Templates that this one mentions: `c:name` with the context, `n:name` without. */
  readonly references: ReadonlySet<string>;
  /** Whether a name of a template is computed. */
  readonly dynamic: boolean;
}

/** What one translation has collected so far. */
export class TranslationState {
  readonly template: string;
  readonly around: Surroundings;
  readonly expressions: Expressions;
  /** `v_` for templates with the context, `n_` for those that are imported without it. */
  readonly prefix: string;
  readonly names: Set<string> = new Set();
  readonly references: Set<string> = new Set();
  dynamic = false;
  /** Whether the template extends another one. */
  extending = false;
  /** Whether values are escaped at this place. */
  escape: boolean;
  #unique = 0;

  constructor(
    template: string,
    prefix: string,
    escape: boolean,
    around: Surroundings,
    expressions: (state: TranslationState) => Expressions,
  ) {
    this.template = template;
    this.prefix = prefix;
    this.escape = escape;
    this.around = around;
    this.expressions = expressions(this);
  }

  /** A call of code of ours in the engine's language. The inputs are in that language too. */
  call(name: CallName, line: number, run: Code, inputs: readonly string[] = []): string {
    const number = this.around.addCode({ template: this.template, line, run });
    return `${name}(${[number, ...inputs].join(", ")})`;
  }

  /** A number for a name that is used nowhere else in the template. */
  unique(): number {
    return ++this.#unique;
  }

  fail(line: number, message: string): never {
    throw new TemplateError("syntax", message, { template: this.template, line });
  }
}
