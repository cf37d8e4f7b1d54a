/** Formats durations, sizes and times for people. */

/** A number of seconds in its two largest units: "17 min", "2 d 3 h". */
export function formatAge(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const whole = Math.max(0, Math.round(seconds));
  const first = units.findIndex(([size]) => whole >= size);
  if (first === -1) return "0 s";
  const [size, name] = units[first]!;
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % size) / next[0]);
  return `${Math.floor(whole / size)} ${name}${rest === 0 || size <= 60 ? "" : ` ${rest} ${next![1]}`}`;
}

/** Milliseconds, with decimals only below 100: "0.41", "34.1", "1,204". */
export function formatMilliseconds(milliseconds: number): string {
  return milliseconds < 10
    ? milliseconds.toFixed(2)
    : milliseconds < 100
      ? milliseconds.toFixed(1)
      : formatInteger(Math.round(milliseconds));
}

/** An integer in groups of three digits. */
export function formatInteger(integer: number): string {
  return integer >= 0 && integer < 1000 ? String(integer) : integer.toLocaleString("en-US");
}

/** Unix seconds as a date and a time in UTC. */
export function formatMoment(seconds: number): string {
  return Number.isFinite(seconds) && Math.abs(seconds) < 8.64e12
    ? new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ") + " UTC"
    : "no valid time";
}

/** A value of a session on one line. */
export function formatValue(value: unknown, longest = 300): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** "1 request", "2 requests". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatInteger(count)} ${count === 1 ? one : many}`;
}

/** The name of what was thrown: "TypeError". Never throws: reading an error may. */
export function formatThrownName(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return "not an Error";
    const { name }: { readonly name: unknown } = thrown;
    return typeof name === "string" ? name : "Error";
  } catch {
    return "an Error that cannot be read";
  }
}

/**
 * The name and the message of what was thrown; undefined if it is not an Error, or cannot be read.
 */
export function formatThrown(thrown: unknown): string | undefined {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : undefined;
  } catch {
    return undefined;
  }
}
