import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  CHANNELS,
  flask,
  sealed,
  SessionManager,
  signed,
  type KeyRing,
  type SessionFormat,
  type SessionLoaded,
  type SessionStore,
} from "../index.ts";

/** What the value of a session cookie is. */
export interface CookieReport {
  /**
   * "flask", "signed", "sealed" or "store" (a token for a session in a store). Undefined if it has
   * none of these forms.
   */
  readonly format: string | undefined;
  readonly verdict: "valid" | "rejected";
  readonly reason?: string | undefined;
  readonly explanation: string;
  readonly key?: { readonly fingerprint: string; readonly role: string } | undefined;
  readonly bytes: number;
  readonly issuedAt?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly subject?: string | undefined;
  readonly data?: Record<string, unknown> | undefined;
}

const FORMATS: Readonly<Record<string, () => SessionFormat>> = { flask, signed, sealed };
/** A genuine token belongs to a session in a store. This command has no store to read. */
const NO_STORE: SessionStore = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(false),
  delete: () => Promise.resolve(),
};

/** Reads a cookie's value with each format, and reports the result of the one that fits. */
export async function inspectCookie(value: string, name: string, keys: KeyRing): Promise<CookieReport> {
  const reports: SessionLoaded[] = [];
  const listen = (message: unknown): void => void reports.push(message as SessionLoaded);
  subscribe(CHANNELS.sessionLoaded, listen);
  try {
    for (const format of [...Object.values(FORMATS).map((make) => ({ format: make() })), { store: NO_STORE }]) {
      const manager = new SessionManager({ keys, cookie: { name }, ...format });
      const session = await manager.load(`${name}=${value}`);
      void session.data;
    }
  } finally {
    unsubscribe(CHANNELS.sessionLoaded, listen);
  }
  const valid = reports.find(({ verdict }) => verdict === "valid");
  if (valid !== undefined)
    return {
      ...common(valid),
      verdict: "valid",
      explanation: "The signature is good and the session is alive.",
      data: valid.snapshot(),
    };
  const token = reports.find(({ format, reason }) => format === "store" && reason === "unknown");
  if (token !== undefined)
    return {
      ...common(token),
      verdict: "valid",
      explanation:
        "A genuine token. Its session is in a store. To list sessions there: latchkey sessions list --store URL",
    };
  const shaped = reports.filter(({ reason }) => reason !== "malformed");
  const [likely] = shaped.filter(({ format }) => format === shapeOf(value)).concat(shaped);
  if (likely === undefined)
    return {
      format: undefined,
      verdict: "rejected",
      reason: "malformed",
      explanation: "The value does not have the form of a session cookie of Latchkey.",
      bytes: Buffer.byteLength(name + value),
    };
  return { ...common(likely), verdict: "rejected", reason: likely.reason, explanation: likely.explanation ?? "" };
}

/** The value of a cookie that holds this data. */
export async function signCookie(
  data: Readonly<Record<string, unknown>>,
  format: string,
  name: string,
  keys: KeyRing,
): Promise<string> {
  const manager = new SessionManager({ keys, cookie: { name }, format: FORMATS[format]!() });
  const session = await manager.load(undefined);
  Object.assign(session.data, data);
  const headers = await manager.commit(session);
  const cookie = headers.find(([header]) => header === "Set-Cookie")?.[1] ?? "";
  return cookie.slice(name.length + 1).split(";")[0]!;
}

/** The names of the formats that hold their data. */
export const FORMAT_NAMES: readonly string[] = Object.keys(FORMATS);

/** The format that a value seems to have, before anything is verified. */
function shapeOf(value: string): string {
  if (value.startsWith("v3.local.")) return "sealed";
  const parts = value.replace(/^\./, "").split(".");
  if (parts.length === 3) return parts[2]!.length === 27 ? "flask" : "signed";
  return "store";
}

function common({
  format,
  key,
  bytes,
  issuedAt,
  expiresAt,
  subject,
}: SessionLoaded): Pick<CookieReport, "format" | "key" | "bytes" | "issuedAt" | "expiresAt" | "subject"> {
  const date = (seconds: number | undefined): string | undefined =>
    seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();
  return {
    format,
    key: key && { fingerprint: key.fingerprint, role: key.role },
    bytes,
    issuedAt: date(issuedAt),
    expiresAt: date(expiresAt),
    subject,
  };
}
