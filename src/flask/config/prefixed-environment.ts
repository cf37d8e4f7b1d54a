/** Settings that are secrets. As JSON, a key of digits would be a number and lose some of them. */
const SECRET = /(?:^|_)(?:KEY|SECRET|PASSWORD|PASSWD|TOKEN)$/;

/**
 * Sets settings from variables of the environment, as Flask's `from_prefixed_env`.
 *
 * @param variables those that begin with the prefix and `_`.
 * @param into is changed.
 */
export function readPrefixedEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  prefix: string,
  into: Record<string, unknown>,
): void {
  for (const name of Object.keys(variables).sort()) {
    const path = name.slice(prefix.length + 1).split("__");
    const setting = path[0]!;
    // Flask's own command line is configured by them.
    if (prefix === "FLASK" && ["APP", "RUN_FROM_CLI", "RUN_HOST", "RUN_PORT", "SKIP_DOTENV"].includes(setting))
      continue;
    put(into, path, valueOf(path.at(-1)!, variables[name] ?? ""));
  }
}

function valueOf(name: string, text: string): unknown {
  if (SECRET.test(name.toUpperCase())) return text;
  const value = parsed(text);
  if (name !== "SECRET_KEY_FALLBACKS") return value;
  // A list of texts, or the texts with commas between.
  if (Array.isArray(value)) return value.map((key: unknown) => (typeof key === "string" ? key : JSON.stringify(key)));
  return text.split(",").map((key) => key.trim());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function put(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (rest.length === 0) return define(into, name!, value);
  const known = Object.hasOwn(into, name!) ? into[name!] : undefined;
  const inner = typeof known === "object" && known !== null ? { ...(known as Record<string, unknown>) } : {};
  put(inner, rest, value);
  define(into, name!, inner);
}

function define(into: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") return;
  into[name] = value;
}
