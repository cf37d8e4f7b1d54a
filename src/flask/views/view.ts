import type { ViewResult } from "../response/make-response.ts";
import { InvalidOptionError } from "../../index.ts";
import { checkText } from "../../options.ts";

/** The view of a class, for `addUrlRule`. */
export interface ClassView {
  (values: Readonly<Record<string, unknown>>): ViewResult | Promise<ViewResult>;
  readonly methods: readonly string[] | undefined;
  readonly provideAutomaticOptions: boolean | undefined;
  readonly viewClass: typeof View;
}

type ViewFunction = (values: Readonly<Record<string, unknown>>) => ViewResult | Promise<ViewResult>;

/**
 * A view as a class: `dispatchRequest` answers. Each request has an object of its own, unless
 * `initEveryRequest` is false.
 *
 * @example
 * ```ts
 * class UserList extends View {
 *   override dispatchRequest() {
 *     return renderTemplate("users.html");
 *   }
 * }
 * app.addUrlRule("/users", { viewFunc: UserList.asView("user_list") });
 * ```
 */
export class View {
  static methods: readonly string[] | undefined = undefined;
  static provideAutomaticOptions: boolean | undefined = undefined;
  /** Functions around the view, the first one outermost. */
  static decorators: readonly ((view: ViewFunction) => ViewFunction)[] = [];
  static initEveryRequest = true;

  /** The view under a name for `urlFor`. More arguments go to the constructor. */
  static asView(name: string, ...args: readonly unknown[]): ClassView {
    checkText("View.asView(name)", name);
    // Subclasses may have parameters.
    const make = (): View => Reflect.construct(this, args) as View;
    const shared = this.initEveryRequest ? undefined : make();
    let view: ViewFunction = (values) => (shared ?? make()).dispatchRequest(values);
    for (const decorate of this.decorators.toReversed()) view = decorate(view);
    const named: ViewFunction = (values) => view(values);
    Object.defineProperty(named, "name", { value: name });
    return Object.assign(named, {
      methods: this.methodNames(),
      provideAutomaticOptions: this.provideAutomaticOptions,
      viewClass: this,
    }) as ClassView;
  }

  /** The methods that the view answers. */
  protected static methodNames(): readonly string[] | undefined {
    return this.methods;
  }

  dispatchRequest(_values: Readonly<Record<string, unknown>>): ViewResult | Promise<ViewResult> {
    throw new InvalidOptionError(
      `The class ${this.constructor.name} has no dispatchRequest. Fix: override dispatchRequest(values), or extend MethodView.`,
    );
  }
}
