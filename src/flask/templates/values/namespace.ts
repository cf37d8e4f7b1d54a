import { ValueProblem } from "../errors.ts";
import { Member } from "./kinds.ts";

/** Jinja's `namespace`: the one thing whose members `{% set %}` can change. */
export class Namespace extends Member {
  readonly #values = new Map<string, unknown>();
  constructor(values: Iterable<readonly [string, unknown]>) {
    super();
    for (const [name, value] of values) this.#values.set(name, value);
  }
  member(name: string): unknown {
    return this.#values.get(name);
  }
  assign(name: string, value: unknown): void {
    this.#values.set(name, value);
  }
  print(): string {
    throw new ValueProblem("A namespace cannot be printed. Fix: print one of its members.");
  }
}
