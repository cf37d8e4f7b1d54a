/** A browser's jar for one host, as small as it can be: the latest value of each name. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** Takes the Set-Cookie headers of an answer. */
  take(setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [pair = "", ...attributes] = line.split("; ");
      const [name = "", value = ""] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      const hasEnded = attributes.some(
        (attribute) => attribute === "Max-Age=0" || attribute.startsWith("Expires=Thu, 01 Jan 1970"),
      );
      if (hasEnded) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  /** The Cookie header; undefined for an empty jar. */
  get header(): string | undefined {
    return this.#cookies.size === 0
      ? undefined
      : [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}
