import type { Exports, Signature } from "../language/exports.ts";

/** What a name stands for at a place of a template. */
export type Binding =
  | { readonly kind: "value"; readonly emit: string }
  | { readonly kind: "macro"; readonly emit: string; readonly signature: Signature | undefined }
  | { readonly kind: "module"; readonly emit: string; readonly prefix: string; readonly exports: Exports | undefined }
  | {
      readonly kind: "loop";
      readonly emit: string;
      readonly recursive: boolean;
      /** The names that an item is unpacked into; empty if it is not unpacked. */
      readonly pattern: string;
    };

/** The names that a part of a template binds. */
export class Scope {
  readonly #bindings = new Map<string, Binding>();
  readonly parent: Scope | undefined;
  /** Added to the engine's names of variables, so that blocks inside do not see them. */
  readonly suffix: string;

  constructor(parent: Scope | undefined, suffix: string = parent?.suffix ?? "") {
    this.parent = parent;
    this.suffix = suffix;
  }

  find(name: string): Binding | undefined {
    return this.#bindings.get(name) ?? this.parent?.find(name);
  }

  bind(name: string, binding: Binding): void {
    this.#bindings.set(name, binding);
  }

  get root(): Scope {
    return this.parent?.root ?? this;
  }
}
