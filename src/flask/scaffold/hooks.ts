import { InvalidOptionError } from "../../index.ts";
import { kindOf } from "../../options.ts";
import { HTTPException } from "../errors/http-exception.ts";
import type { ViewResult } from "../response/make-response.ts";

/** Makes the page for an error. */
export type ErrorHandler<Failure = HTTPException> = (error: Failure) => ViewResult | Promise<ViewResult>;
/** Runs before each view. If it returns anything, that is the answer and the view does not run. */
export type BeforeRequest = () => ViewResult | undefined | void | Promise<ViewResult | undefined | void>;
/** Runs after each view with its answer. Returns that answer, or another one. */
export type AfterRequest = (response: Response) => Response | Promise<Response>;
/** Runs when all is done, with the error that no handler has answered. */
export type Teardown = (error: unknown) => unknown;
/** Gives variables for all templates. */
export type ContextProcessor = () => Readonly<Record<string, unknown>>;
/** May change the values that `urlFor` is given. */
export type UrlDefaults = (endpoint: string, values: Record<string, unknown>) => void;
/** May change the arguments of the view; undefined where no rule matched. */
export type UrlValuePreprocessor = (endpoint: string | undefined, values: Record<string, unknown> | undefined) => void;
/** The class of an error. */
// oxlint-disable-next-line typescript/no-explicit-any -- a constructor with any parameters
export type ErrorClass<Failure = unknown> = abstract new (...args: any[]) => Failure;

/** What runs around the views of an application, or of one blueprint. */
export class Hooks {
  readonly before: BeforeRequest[] = [];
  readonly after: AfterRequest[] = [];
  readonly teardown: Teardown[] = [];
  readonly contextProcessors: ContextProcessor[] = [];
  readonly urlDefaults: UrlDefaults[] = [];
  readonly urlValuePreprocessors: UrlValuePreprocessor[] = [];
  readonly #byStatus = new Map<number, ErrorHandler<never>>();
  readonly #byClass = new Map<unknown, ErrorHandler<never>>();

  /** Whether anything runs for each request. */
  get hasAny(): boolean {
    return (
      [this.before, this.after, this.teardown, this.urlValuePreprocessors].some((list) => list.length > 0) ||
      this.#byStatus.size + this.#byClass.size > 0
    );
  }

  addErrorHandler(what: unknown, handler: ErrorHandler<never>): void {
    if (typeof what === "function") this.#byClass.set(what, handler);
    else if (Number.isInteger(what) && (what as number) >= 400 && (what as number) <= 599)
      this.#byStatus.set(what as number, handler);
    else
      throw new InvalidOptionError(
        `app.errorHandler(error, handler): the first argument is a status from 400 to 599, or the class of an error. It got ${typeof what === "number" ? what : kindOf(what)}. Fix: app.errorHandler(404, handler).`,
      );
  }

  /** The handler for the status of an error. */
  handlerByStatus(error: unknown): ErrorHandler<never> | undefined {
    return error instanceof HTTPException ? this.#byStatus.get(error.status) : undefined;
  }

  /** The handler for the class of an error, or for the nearest class above it. */
  handlerByClass(error: unknown): ErrorHandler<never> | undefined {
    if (typeof error !== "object" || error === null) return undefined;
    for (let each: object | null = error; each !== null; each = Object.getPrototypeOf(each) as object | null) {
      const handler = Object.hasOwn(each, "constructor") ? this.#byClass.get(each.constructor) : undefined;
      if (handler !== undefined) return handler;
    }
    return undefined;
  }

  /** Adds all that another one has. */
  addAll(other: Hooks): void {
    this.before.push(...other.before);
    this.after.push(...other.after);
    this.teardown.push(...other.teardown);
    this.contextProcessors.push(...other.contextProcessors);
    this.urlDefaults.push(...other.urlDefaults);
    this.urlValuePreprocessors.push(...other.urlValuePreprocessors);
    for (const [status, handler] of other.#byStatus) this.#byStatus.set(status, handler);
    for (const [failure, handler] of other.#byClass) this.#byClass.set(failure, handler);
  }
}

/**
 * The hooks of an application and of its blueprints, by the blueprints' names; "" is the
 * application.
 */
export class AllHooks {
  readonly #byName = new Map<string, Hooks>();

  of(name: string): Hooks {
    const known = this.#byName.get(name) ?? new Hooks();
    this.#byName.set(name, known);
    return known;
  }

  get hasAny(): boolean {
    return [...this.#byName.values()].some((hooks) => hooks.hasAny);
  }

  /** Those of the application, then of the outer blueprint, then of the inner one. */
  inwards(blueprints: readonly string[]): readonly Hooks[] {
    return ["", ...blueprints.toReversed()].flatMap((name) => this.#byName.get(name) ?? []);
  }

  /** Those of the inner blueprint first. */
  outwards(blueprints: readonly string[]): readonly Hooks[] {
    return this.inwards(blueprints).toReversed();
  }

  /** The handler of an error, by Flask's order: its status first, and the inner blueprint first. */
  handlerOf(error: unknown, blueprints: readonly string[]): ErrorHandler<never> | undefined {
    const all = this.outwards(blueprints);
    for (const hooks of all) {
      const handler = hooks.handlerByStatus(error);
      if (handler !== undefined) return handler;
    }
    for (const hooks of all) {
      const handler = hooks.handlerByClass(error);
      if (handler !== undefined) return handler;
    }
    return undefined;
  }
}
