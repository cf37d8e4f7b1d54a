import { InvalidOptionError } from "../../errors.ts";
import { kindOf } from "../../options.ts";

/**
 * Refuses what cannot be the arguments of `withSession` and `withToolbar`.
 *
 * @param place the function that the reader has called.
 * @throws InvalidOptionError that says what it got, and the fix.
 */
export function checkArguments(place: string, request: unknown, handler: unknown, visitor: unknown): void {
  const fix = `Fix: await ${place}(request, () => new Response("hello"))`;
  const { url, headers } = (request ?? {}) as { readonly url?: unknown; readonly headers?: unknown };
  if (typeof url !== "string" || typeof (headers as Partial<Headers> | undefined)?.get !== "function")
    throw new InvalidOptionError(
      `${place} needs the web's Request as its first argument. It got ${kindOf(request)}. ${fix}, with the request of the server.`,
    );
  if (typeof handler !== "function")
    throw new InvalidOptionError(
      `${place} needs a function that answers as its second argument. It got ${kindOf(handler)}. ${fix}.`,
    );
  if (visitor === undefined || visitor === null) return;
  const { address } = visitor as { readonly address?: unknown };
  if (typeof visitor !== "object" || (address !== undefined && typeof address !== "string"))
    throw new InvalidOptionError(
      `${place} takes { address } as its third argument, and the address is a string. ` +
        `It got ${typeof visitor === "object" ? `${kindOf(address)} as the address` : kindOf(visitor)}. ` +
        "Fix: on Bun server.requestIP(request), on Deno { address: info.remoteAddr.hostname }.",
    );
}
