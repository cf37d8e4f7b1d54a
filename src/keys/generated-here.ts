/**
 * The keys that this process has made, as far as they are remembered: a program that makes many is
 * a tool, and not a server.
 */
const generated = new Set<string>();
const MOST = 100;

/** Remembers a key, and returns it. */
export function rememberGenerated(key: string): string {
  if (generated.size < MOST) generated.add(key);
  return key;
}

/** Whether `generateSecretKey` has made this key in this process. */
export function wasGeneratedHere(key: string): boolean {
  return generated.has(key);
}
