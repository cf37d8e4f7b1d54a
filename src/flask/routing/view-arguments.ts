/**
 * The arguments of a view, from the variables of its rule: `{ id: number; name: string }` for the
 * rule `/user/<int:id>/<name>`. For `<any(en, de):lang>` it is one of the words. For a converter of
 * the application's own it is `any`, because the rule does not say what it gives.
 */
export type ViewArguments<Text extends string> = string extends Text
  ? // A rule that is not known before it runs.
    // oxlint-disable-next-line typescript/no-explicit-any
    Readonly<Record<string, any>>
  : Text extends `${string}<${infer Variable}>${infer Rest}`
    ? ArgumentOf<Variable> & ViewArguments<Rest>
    : object;

type ArgumentOf<Variable extends string> = Variable extends `any(${infer Words}):${infer Name}`
  ? { readonly [Key in Name]: WordOf<Words> }
  : Variable extends `${infer Converter}(${string}):${infer Name}`
    ? { readonly [Key in Name]: ValueOf<Converter> }
    : Variable extends `${infer Converter}:${infer Name}`
      ? { readonly [Key in Name]: ValueOf<Converter> }
      : { readonly [Key in Variable]: string };

type ValueOf<Converter extends string> = Converter extends "int" | "float"
  ? number
  : Converter extends "string" | "path" | "uuid" | "default" | "any"
    ? string
    : // oxlint-disable-next-line typescript/no-explicit-any
      any;

type WordOf<Words extends string> = Words extends `${infer First},${infer Rest}`
  ? Trimmed<First> | WordOf<Rest>
  : Trimmed<Words>;

type Trimmed<Word extends string> = Word extends ` ${infer Rest}` | `${infer Rest} `
  ? Trimmed<Rest>
  : Word extends `"${infer Inner}"` | `'${infer Inner}'`
    ? Inner
    : Word;
