/** Remembers what a function has returned for a second, because it is asked for every request. */
export function onceASecond<Given extends readonly unknown[], Result>(
  run: (...given: Given) => Result,
): (...given: Given) => Result {
  let known: { readonly at: number; readonly result: Result } | undefined;
  return (...given) => {
    const at = performance.now();
    if (known === undefined || at - known.at > 1_000) known = { at, result: run(...given) };
    return known.result;
  };
}
