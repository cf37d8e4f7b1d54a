/** Reads JSON. A whole number that JavaScript would round is a BigInt. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, exactly) as unknown;
}

/** The third argument has the number as it was written, where the runtime has it. */
function exactly(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}
