const HYPHENATED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const BARE = /^[0-9a-f]{32}$/i;

/**
 * A UUID (RFC 9562). Flask's sessions save it as a Python UUID and not as text.
 *
 * @example
 * ```ts
 * String(new Uuid("12345678123456781234567812345678")); // "12345678-1234-5678-1234-567812345678"
 * ```
 */
export class Uuid {
  /** 32 lower-case hexadecimal digits. */
  readonly hex: string;

  /**
   * @param text 32 hexadecimal digits, with the four hyphens or without.
   * @throws TypeError for anything else.
   */
  constructor(text: string) {
    if (typeof text !== "string" || (!HYPHENATED.test(text) && !BARE.test(text))) {
      throw new TypeError(
        `new Uuid(text) takes 32 hexadecimal digits, with four hyphens or without. It got ${typeof text === "string" ? "another string" : `a value of type ${typeof text}`}. Fix: new Uuid(crypto.randomUUID()).`,
      );
    }
    this.hex = text.replaceAll("-", "").toLowerCase();
  }

  toString(): string {
    return this.hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  toJSON(): string {
    return this.toString();
  }
}
