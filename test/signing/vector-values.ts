import { readFileSync } from "node:fs";
import { Float, Markup, Tuple, Uuid } from "latchkey/signing";

/** A value of test/vectors/itsdangerous-flask.json, in the notation that its `legend` explains. */
export type Notation = null | boolean | number | string | readonly Notation[] | { readonly [key: string]: unknown };

export interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly input?: Notation;
  readonly keys: readonly Bytes[];
  readonly salt: Bytes;
  readonly sep?: Bytes;
  readonly derivation: string;
  readonly digest: string;
  readonly timestamp?: number;
  readonly now?: number;
  readonly max_age?: number | null;
  readonly note?: string;
  readonly compressed?: boolean;
  readonly byte_exact?: boolean;
  readonly outside_app_context?: boolean;
  readonly fallback_signers?: readonly { readonly key_derivation?: string; readonly digest_method?: string }[];
  readonly expect: {
    readonly ok?: Notation;
    readonly error?: string;
    readonly payload?: Bytes | null;
    readonly date_signed?: string | null;
  };
}

export interface Bytes {
  readonly hex: string;
  readonly utf8?: string;
}

const file = readFileSync(new URL("../vectors/itsdangerous-flask.json", import.meta.url), "utf8");
export const VECTORS: readonly Vector[] = (JSON.parse(file) as { vectors: Vector[] }).vectors;

export const bytesOf = (bytes: Bytes): Buffer => Buffer.from(bytes.hex, "hex");
export const textOf = (bytes: unknown): string => bytesOf(bytes as Bytes).toString("utf8");

/**
 * The value as our side writes it: dicts with keys that objects would reorder or change are Maps,
 * floats are `Float`.
 */
export function toWrite(notation: unknown): unknown {
  return decode(notation, (entries) => {
    const needsMap = entries.some(([key]) => typeof key !== "string" || /^\d+$/.test(key));
    return needsMap ? new Map(entries) : objectOf(entries);
  });
}

/** The value as our side reads it: dicts are objects, floats are numbers. */
export function toRead(notation: unknown): unknown {
  const value = decode(notation, objectOf);
  return withoutFloats(value);
}

function decode(notation: unknown, dict: (entries: [unknown, unknown][]) => unknown): unknown {
  if (typeof notation !== "object" || notation === null) return notation;
  if (Array.isArray(notation)) return notation.map((item) => decode(item, dict));
  const typed = notation as { readonly $type: string; readonly [key: string]: unknown };
  switch (typed.$type) {
    case "dict":
      return dict(
        (typed["entries"] as [unknown, unknown][]).map(([key, value]) => [decode(key, dict), decode(value, dict)]),
      );
    case "tuple":
      return new Tuple(...(typed["items"] as unknown[]).map((item) => decode(item, dict)));
    case "bytes":
      return Uint8Array.from(Buffer.from(typed["hex"] as string, "hex"));
    case "markup":
      return new Markup(typed["html"] as string);
    case "uuid":
      return new Uuid(typed["hex"] as string);
    case "datetime":
      return new Date((typed["iso"] as string) + (typed["naive"] === true ? "Z" : ""));
    case "float":
      return new Float(Number((typed["repr"] as string).replace("inf", "Infinity").replace("nan", "NaN")));
    case "int":
      return BigInt(typed["dec"] as string);
    case "utf16":
      return String.fromCharCode(...(typed["units"] as number[]));
    case "set":
      return new Set();
    default:
      throw new Error(`Unknown notation ${typed.$type}`);
  }
}

function objectOf(entries: readonly (readonly [unknown, unknown])[]): unknown {
  return Object.fromEntries(entries as [string, unknown][]);
}

function withoutFloats(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  if (value instanceof Tuple) return new Tuple(...value.map(withoutFloats));
  if (Array.isArray(value)) return value.map(withoutFloats);
  if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutFloats(member)]));
  }
  return value;
}
