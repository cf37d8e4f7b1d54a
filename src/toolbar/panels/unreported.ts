/**
 * Says what this runtime does not report on the channels that Node has, so that an empty panel is
 * not taken for the truth. Undefined on Node, which reports all of it.
 *
 * @param what "what is written to console".
 * @param versions those of the runtime.
 */
export function unreported(
  what: string,
  versions: Readonly<Record<string, string | undefined>> = process.versions,
): string | undefined {
  const runtime = versions["bun"] !== undefined ? "Bun" : versions["deno"] !== undefined ? "Deno" : undefined;
  return runtime === undefined ? undefined : `${runtime} does not report ${what}.`;
}
