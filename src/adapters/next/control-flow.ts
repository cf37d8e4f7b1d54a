/* What `redirect()`, `notFound()`, `forbidden()` and `unauthorized()` of Next.js throw. */

/** The status of the answer that `notFound()` and the like ask for. Undefined for other errors. */
export function statusAskedFor(error: unknown): number | undefined {
  const [, status] = /^NEXT_HTTP_ERROR_FALLBACK;(\d{3})$/.exec(digestOf(error)) ?? [];
  return status === undefined ? undefined : Number(status);
}

/** Whether an error is Next.js's own, and must get to Next.js. */
export function isOfNext(error: unknown): boolean {
  return /^(?:NEXT_|DYNAMIC_SERVER_USAGE|BAILOUT_TO_CLIENT_SIDE_RENDERING|HANGING_PROMISE_REJECTION)/.test(
    digestOf(error),
  );
}

function digestOf(error: unknown): string {
  const { digest } = (error ?? {}) as { readonly digest?: unknown };
  return typeof digest === "string" ? digest : "";
}
