/**
 * Whether a value is a Response. It is known by its members, because servers and frameworks have
 * classes of their own for it.
 */
export function isResponse(value: unknown): value is Response {
  const { status, headers } = (value ?? {}) as { readonly status?: unknown; readonly headers?: unknown };
  return typeof status === "number" && typeof (headers as Partial<Headers> | undefined)?.getSetCookie === "function";
}
