import type { CookieFacts, HeaderEntry } from "../recording.ts";
import type { ExchangeRedactor } from "./redact.ts";

/**
 * Headers after redaction, without cookies: those are recorded separately. A value that its name
 * hides, such as that of X-API-Key, is hidden from now on in all data of this exchange.
 */
export function redactHeaders(
  headers: readonly (readonly [string, string])[],
  redactor: ExchangeRedactor,
): HeaderEntry[] {
  return headers
    .filter(([name]) => !/^(?:set-)?cookie$/i.test(name))
    .slice(0, 100)
    .map(([name, value]) => {
      if (redactor.hidesName(name)) redactor.hide(value);
      return [redactor.text(name), redactor.named(name, value)];
    });
}

/**
 * The cookies of a Cookie header, by name and size. From now on their values are hidden in all data
 * of this exchange.
 */
export function receivedCookies(header: string, redactor: ExchangeRedactor): CookieFacts[] {
  return header
    .split(";")
    .map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ""))
    .filter((pair) => pair !== "")
    .slice(0, 100)
    .map((pair) => cookieFacts(pair, redactor));
}

/**
 * The cookie of a Set-Cookie header, by name, size and attributes. From now on its value is hidden
 * in all data of this exchange.
 */
export function sentCookie(header: string, redactor: ExchangeRedactor): CookieFacts {
  const [pair = "", ...attributes] = header.split(";");
  return {
    ...cookieFacts(pair.trim(), redactor),
    attributes: redactor.text(attributes.map((part) => part.trim()).join("; ")),
  };
}

function cookieFacts(pair: string, redactor: ExchangeRedactor): CookieFacts {
  const equals = pair.indexOf("=");
  const name = equals === -1 ? "" : pair.slice(0, equals);
  const value = equals === -1 ? pair : pair.slice(equals + 1);
  hideCookie(value, redactor);
  // Browsers count name and value, without the `=` between them.
  return { name: redactor.text(name), bytes: Buffer.byteLength(name) + Buffer.byteLength(value) };
}

/**
 * Hides all forms in which a value may be logged: raw, percent-decoded, or each part between dots.
 */
function hideCookie(value: string, redactor: ExchangeRedactor): void {
  const bare = value.replace(/^"(.*)"$/, "$1");
  for (const form of [value, bare, decoded(bare), ...bare.split(".")]) redactor.hide(form);
}

/** Hides a credential also without its scheme, and the password of Basic alone. */
export function hideCredentials(header: string, redactor: ExchangeRedactor): void {
  const [scheme = "", ...parts] = header.split(/[\s,]+/);
  for (const part of parts) redactor.hide(part, 8);
  if (/^basic$/i.test(scheme))
    redactor.hide(
      Buffer.from(parts[0] ?? "", "base64")
        .toString("utf8")
        .replace(/^[^:]*:/, ""),
      6,
    );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
