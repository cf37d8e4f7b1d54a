/** What a view, a hook or a handler does: steps, and then a result. As JSON, for both sides. */
export interface Body {
  readonly steps: readonly (readonly [what: string, argument: unknown])[];
  /** Null for nothing, as hooks return it. */
  readonly result: readonly [what: string, argument: unknown] | null;
}

export interface RuleSpec {
  /** The name of a blueprint; "" is the application. */
  readonly place: string;
  readonly rule: string;
  readonly endpoint: string;
  readonly methods: readonly string[] | null;
  readonly defaults: Readonly<Record<string, unknown>> | null;
  readonly strict_slashes: boolean | null;
  readonly provide_automatic_options: boolean | null;
  readonly body: Body;
}

export interface HookSpec {
  readonly place: string;
  readonly kind: "before" | "after" | "values" | "context";
  readonly name: string;
  readonly body: Body;
}

export interface HandlerSpec {
  readonly place: string;
  readonly name: string;
  readonly what: number | string;
  readonly status: number;
  /** Null returns the error itself. */
  readonly body: Body | null;
}

/** A blueprint; those inside of it come after it. */
export interface BlueprintSpec {
  readonly name: string;
  readonly prefix: string | null;
  readonly parent: string;
}

/** An application of random pieces. */
export interface AppSpec {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly blueprints: readonly BlueprintSpec[];
  readonly rules: readonly RuleSpec[];
  readonly hooks: readonly HookSpec[];
  readonly handlers: readonly HandlerSpec[];
}
