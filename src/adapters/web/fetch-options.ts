import { InvalidOptionError } from "../../errors.ts";
import { checkOptions, kindOf } from "../../options.ts";

/** Options of `session` where an application answers a Request with a Response. */
export interface FetchOptions {
  readonly trustProxy?: boolean | undefined;
  readonly onError?: ((error: unknown, request: Request) => Response | Promise<Response>) | undefined;
}

/** @throws InvalidOptionError for options that cannot be. */
export function checkedFetchOptions(options: FetchOptions): {
  readonly trustProxy: boolean;
  readonly onError: FetchOptions["onError"];
} {
  checkOptions("session", options, ["trustProxy", "onError"]);
  const { trustProxy = false, onError } = options;
  if (typeof trustProxy !== "boolean")
    throw new InvalidOptionError(
      `The option trustProxy of session is true or false. It got ${kindOf(trustProxy)}. Fix: trustProxy: true, if the proxy sets X-Forwarded-Proto itself.`,
    );
  if (onError !== undefined && typeof onError !== "function")
    throw new InvalidOptionError(
      `The option onError of session is a function. It got ${kindOf(onError)}. Fix: onError: (error) => new Response("Something went wrong", { status: 500 }).`,
    );
  return { trustProxy, onError };
}

/** What the proxy nearest to the visitor has said in a header. Undefined if it said nothing. */
export function forwardedBy(headers: Headers, name: string): string | undefined {
  const [first = ""] = (headers.get(name) ?? "").split(",", 1);
  return first.trim() === "" ? undefined : first.trim();
}
