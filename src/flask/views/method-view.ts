import { HTTPException } from "../errors/http-exception.ts";
import { currentContext } from "../context/context.ts";
import type { ViewResult } from "../response/make-response.ts";
import { View } from "./view.ts";

const METHODS = ["get", "post", "head", "options", "delete", "put", "trace", "patch"];

/**
 * A view as a class with a function for each method. HEAD is answered by `get`.
 *
 * @example
 * ```ts
 * class UserApi extends MethodView {
 *   get({ id }: { id: number }) {
 *     return { id };
 *   }
 *   delete({ id }: { id: number }) {
 *     return ["", 204] as const;
 *   }
 * }
 * app.addUrlRule("/users/<int:id>", { viewFunc: UserApi.asView("user_api") });
 * ```
 */
export class MethodView extends View {
  protected static override methodNames(): readonly string[] {
    if (this.methods !== undefined) return this.methods;
    const prototype = this.prototype as unknown as Readonly<Record<string, unknown>>;
    return METHODS.filter((name) => typeof prototype[name] === "function").map((name) => name.toUpperCase());
  }

  override dispatchRequest(values: Readonly<Record<string, unknown>>): ViewResult | Promise<ViewResult> {
    const { method } = currentContext().request;
    const own = this as unknown as Readonly<Record<string, unknown>>;
    const run = own[method.toLowerCase()] ?? (method === "HEAD" ? own["get"] : undefined);
    if (typeof run !== "function") throw new HTTPException(405);
    return (run as (given: typeof values) => ViewResult).call(this, values);
  }
}
