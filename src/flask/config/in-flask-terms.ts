import { LatchkeyError } from "../../index.ts";

/** How the settings of this package are called in an application of Flask. */
const TERMS: readonly (readonly [ours: RegExp, flasks: string])[] = [
  [/The secret key from loadKeyRing\(\{ secretKey \}\)/g, 'app.config["SECRET_KEY"]'],
  [/loadKeyRing\(\{ secretKey \}\)/g, 'app.config["SECRET_KEY"]'],
  [/loadKeyRing\(\{ fallbacks \}\)/g, 'app.config["SECRET_KEY_FALLBACKS"]'],
  [/\bcookie\.name\b/g, "SESSION_COOKIE_NAME"],
  [/\bcookie\.secure\b/g, "SESSION_COOKIE_SECURE"],
  [/\bcookie\.sameSite\b/g, "SESSION_COOKIE_SAMESITE"],
  [/\bcookie\.domain\b/g, "SESSION_COOKIE_DOMAIN"],
  [/\bcookie\.path\b/g, "SESSION_COOKIE_PATH"],
  [/\btrustedOrigins: (\[".*?"\])/g, 'app.config["SESSION_TRUSTED_ORIGINS"] = $1'],
  [/\btrustedOrigins\b/g, "SESSION_TRUSTED_ORIGINS"],
  [/\bidleTimeout\b/g, "PERMANENT_SESSION_LIFETIME"],
  [/The option store of SessionManager/g, 'app.config["SESSION_STORE"]'],
  [/give SessionManager a store\b/g, 'set app.config["SESSION_STORE"]'],
  // An option as one would write it: name: "session".
  [/(?<=Fix: )name: (".*?")/g, 'app.config["SESSION_COOKIE_NAME"] = $1'],
  [/(?<=Fix: )store: (new .*?\))(?=\.)/g, 'app.config["SESSION_STORE"] = $1'],
];

/**
 * Runs a function. If it throws, the message names the settings as an application of Flask writes
 * them: SESSION_COOKIE_SAMESITE, and not `cookie.sameSite`.
 */
export function inFlaskTerms<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw translated(error);
  }
}

/** A message of the core in the terms of Flask. */
export function wordsOfFlask(message: string): string {
  return TERMS.reduce((sentence, [ours, flasks]) => sentence.replaceAll(ours, flasks), message);
}

/** The same error, with its message in the terms of Flask. */
export function translated(error: unknown): unknown {
  if (!(error instanceof LatchkeyError)) return error;
  const { message } = error;
  const text = wordsOfFlask(message);
  if (text === message) return error;
  // The stack begins with the message.
  if (error.stack !== undefined) error.stack = error.stack.replace(message, () => text);
  error.message = text;
  return error;
}
