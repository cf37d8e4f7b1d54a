/** An expression of a template. `line` is where it begins. */
export type Expression =
  | { readonly is: "constant"; readonly value: string | number | bigint | boolean | null; readonly line: number }
  | { readonly is: "float"; readonly value: number; readonly line: number }
  | { readonly is: "name"; readonly name: string; readonly line: number }
  | { readonly is: "list" | "tuple"; readonly items: readonly Expression[]; readonly line: number }
  | { readonly is: "dict"; readonly pairs: readonly (readonly [Expression, Expression])[]; readonly line: number }
  | { readonly is: "attribute"; readonly of: Expression; readonly name: string; readonly line: number }
  | { readonly is: "item"; readonly of: Expression; readonly key: Expression; readonly line: number }
  | {
      readonly is: "slice";
      readonly of: Expression;
      readonly parts: readonly (Expression | undefined)[];
      readonly line: number;
    }
  | { readonly is: "call"; readonly of: Expression; readonly args: Arguments; readonly line: number }
  /** `of` is undefined in `{% filter upper %}` and `{% set x | upper %}`. */
  | {
      readonly is: "filter";
      readonly of: Expression | undefined;
      readonly name: string;
      readonly args: Arguments;
      readonly line: number;
    }
  | {
      readonly is: "test";
      readonly of: Expression;
      readonly name: string;
      readonly args: Arguments;
      readonly line: number;
    }
  | { readonly is: "not"; readonly of: Expression; readonly line: number }
  | { readonly is: "unary"; readonly operator: "+" | "-"; readonly of: Expression; readonly line: number }
  | {
      readonly is: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | { readonly is: "concat"; readonly items: readonly Expression[]; readonly line: number }
  | {
      readonly is: "and" | "or";
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | {
      readonly is: "compare";
      readonly first: Expression;
      readonly rest: readonly (readonly [operator: string, Expression])[];
      readonly line: number;
    }
  | {
      readonly is: "if";
      readonly test: Expression;
      readonly value: Expression;
      readonly otherwise: Expression | undefined;
      readonly line: number;
    };

/** The arguments of a call, a filter or a test. */
export interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [name: string, Expression])[];
  /** `*list` */
  readonly list: Expression | undefined;
  /** `**dict` */
  readonly dict: Expression | undefined;
}

/** What `for`, `set` and `with` assign to: a name, or names in parentheses. */
export type Target = string | readonly Target[];

/** A parameter of a macro or of a call block. */
export interface Parameter {
  readonly name: string;
  readonly fallback: Expression | undefined;
}

/** A statement of a template. */
export type Statement =
  | { readonly is: "text"; readonly text: string; readonly line: number }
  | { readonly is: "output"; readonly value: Expression; readonly line: number }
  | {
      readonly is: "if";
      readonly branches: readonly { readonly test: Expression; readonly body: Body; readonly line: number }[];
      readonly otherwise: Body | undefined;
      readonly line: number;
    }
  | {
      readonly is: "for";
      readonly target: Target;
      readonly of: Expression;
      readonly filter: Expression | undefined;
      readonly recursive: boolean;
      readonly body: Body;
      readonly otherwise: Body | undefined;
      readonly line: number;
    }
  | { readonly is: "set"; readonly target: Target; readonly value: Expression; readonly line: number }
  | {
      readonly is: "set-attribute";
      readonly of: string;
      readonly name: string;
      readonly value: Expression;
      readonly line: number;
    }
  | {
      readonly is: "set-block";
      readonly target: string;
      readonly filter: Expression | undefined;
      readonly body: Body;
      readonly line: number;
    }
  | {
      readonly is: "with";
      readonly values: readonly (readonly [Target, Expression])[];
      readonly body: Body;
      readonly line: number;
    }
  | {
      readonly is: "macro";
      readonly name: string;
      readonly parameters: readonly Parameter[];
      readonly body: Body;
      readonly line: number;
    }
  | {
      readonly is: "call";
      readonly parameters: readonly Parameter[];
      readonly call: Extract<Expression, { is: "call" }>;
      readonly body: Body;
      readonly line: number;
    }
  | { readonly is: "filter"; readonly filter: Expression; readonly body: Body; readonly line: number }
  | { readonly is: "autoescape"; readonly on: Expression; readonly body: Body; readonly line: number }
  | {
      readonly is: "block";
      readonly name: string;
      readonly scoped: boolean;
      readonly required: boolean;
      readonly body: Body;
      readonly line: number;
    }
  | { readonly is: "extends"; readonly name: Expression; readonly line: number }
  | {
      readonly is: "include";
      readonly name: Expression;
      readonly ignoreMissing: boolean;
      readonly context: boolean;
      readonly line: number;
    }
  | {
      readonly is: "import";
      readonly name: Expression;
      readonly as: string;
      readonly context: boolean;
      readonly line: number;
    }
  | {
      readonly is: "from";
      readonly name: Expression;
      readonly names: readonly (readonly [name: string, as: string])[];
      readonly context: boolean;
      readonly line: number;
    };

export type Body = readonly Statement[];

/** A parsed template. */
export interface Template {
  readonly body: Body;
}
