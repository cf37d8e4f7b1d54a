import type { Exports, Signature } from "../language/exports.ts";

/** What a name stands for at a place of a template. */
export type Binding = EngineBinding | LocalBinding;

/** A variable of the engine. */
export type EngineBinding =
  | {
      readonly kind: "value";
      readonly emit: string;
      /** Whether the name always has a value here, so that the context need not give one. */
      readonly isSet?: boolean;
    }
  | { readonly kind: "macro"; readonly emit: string; readonly signature: Signature | undefined }
  | { readonly kind: "module"; readonly emit: string; readonly prefix: string; readonly exports: Exports | undefined }
  | {
      readonly kind: "loop";
      readonly emit: string;
      readonly recursive: boolean;
      /** The names that an item is unpacked into; empty if it is not unpacked. */
      readonly pattern: string;
    };

/** A variable of a compiled loop, or its `loop`. The engine does not know them. */
export interface LocalBinding {
  readonly kind: "local" | "local-loop";
  readonly slot: number;
}

/** Whether a name is one that the engine knows. Tags that the engine runs see no others. */
export function isOfEngine(binding: Binding | undefined): binding is EngineBinding {
  return binding !== undefined && "emit" in binding;
}

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
