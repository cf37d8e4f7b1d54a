import { InvalidOptionError } from "../../index.ts";
import { kindOf } from "../../options.ts";

type Check = (value: unknown) => string | undefined;

const isBoolean: Check = (value) =>
  typeof value === "boolean" || value === 0 || value === 1 ? undefined : `is true or false. It got ${kindOf(value)}`;
const isCount: Check = (value) =>
  typeof value === "number" && value >= 0 ? undefined : `is a number of at least 0. It got ${kindOf(value)}`;
const isText: Check = (value) => (typeof value === "string" ? undefined : `is text. It got ${kindOf(value)}`);
const isTexts: Check = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === "string")
    ? undefined
    : `is a list of texts. It got ${kindOf(value)}`;
const orNone =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null ? undefined : check(value);
const isRoot: Check = (value) =>
  typeof value === "string" && /^\/(?:[^?#;\s]*)$/.test(value)
    ? undefined
    : `is a path that begins with "/". It got ${typeof value === "string" ? JSON.stringify(value) : kindOf(value)}`;

/**
 * Settings whose values are looked at when they are set. The session's are looked at by the core.
 */
const CHECKS: Readonly<Record<string, Check>> = {
  DEBUG: isBoolean,
  TESTING: isBoolean,
  PROPAGATE_EXCEPTIONS: orNone(isBoolean),
  USE_X_SENDFILE: isBoolean,
  TRUSTED_HOSTS: orNone(isTexts),
  SERVER_NAME: orNone(isText),
  APPLICATION_ROOT: isRoot,
  SESSION_COOKIE_PARTITIONED: isBoolean,
  SESSION_REFRESH_EACH_REQUEST: isBoolean,
  MAX_CONTENT_LENGTH: orNone(isCount),
  MAX_FORM_MEMORY_SIZE: orNone(isCount),
  MAX_FORM_PARTS: orNone(isCount),
  SEND_FILE_MAX_AGE_DEFAULT: orNone(isCount),
  TRAP_BAD_REQUEST_ERRORS: orNone(isBoolean),
  TRAP_HTTP_EXCEPTIONS: isBoolean,
  PREFERRED_URL_SCHEME: isText,
  TEMPLATES_AUTO_RELOAD: orNone(isBoolean),
  MAX_COOKIE_SIZE: isCount,
  PROVIDE_AUTOMATIC_OPTIONS: isBoolean,
  DEBUG_TB_ENABLED: isBoolean,
  DEBUG_TB_HOSTS: isTexts,
};

/** Settings that cannot have their effect here, unless they have this value; and why. */
const REFUSED: Readonly<Record<string, { readonly allowed: readonly unknown[]; readonly reason: string }>> = {
  SESSION_COOKIE_HTTPONLY: {
    allowed: [true, 1],
    reason:
      "Scripts of a page never see the session here, so that an injected script cannot copy it. Fix: leave it out, and give the page what its script needs.",
  },
  EXPLAIN_TEMPLATE_LOADING: {
    allowed: [false, 0],
    reason: "The error of a missing template names the folders here, in every case. Fix: leave it out.",
  },
  DEBUG_TB_INTERCEPT_REDIRECTS: {
    allowed: [false, 0],
    reason:
      "Redirects are not intercepted here: the next page shows which request redirected to it. Fix: leave it out.",
  },
  DEBUG_TB_PANELS: {
    allowed: [],
    reason: "All panels show here, and a panel that does nothing costs nothing. Fix: leave it out.",
  },
  DEBUG_TB_ROUTES_HOST: {
    allowed: [undefined, null],
    reason: "The toolbar's pages have the host of the page here. Fix: leave it out.",
  },
  DEBUG_TB_PROFILER_ENABLED: {
    allowed: [false, 0],
    reason: "The profile of a request is started in the toolbar here, on its panel Profile. Fix: leave it out.",
  },
  DEBUG_TB_PROFILER_DUMP_FILENAME: {
    allowed: [undefined, null],
    reason: "A profile is downloaded from the toolbar here. Fix: leave it out.",
  },
  DEBUG_TB_TEMPLATE_EDITOR_ENABLED: {
    allowed: [false, 0],
    reason:
      "The editor of Flask-DebugToolbar lets a page change templates on the server. Here a click opens the file in your own editor. Fix: leave it out.",
  },
  SESSION_TYPE: {
    allowed: [undefined, null],
    reason: 'Fix: app.config["SESSION_STORE"] = new RedisStore(client), or another store.',
  },
};

const KNOWN = [
  ...Object.keys(CHECKS),
  ...Object.keys(REFUSED),
  "SECRET_KEY",
  "SECRET_KEY_FALLBACKS",
  "PERMANENT_SESSION_LIFETIME",
  "SESSION_STORE",
  "SESSION_COOKIE_NAME",
  "SESSION_COOKIE_DOMAIN",
  "SESSION_COOKIE_PATH",
  "SESSION_COOKIE_SECURE",
  "SESSION_COOKIE_SAMESITE",
  "SESSION_TRUSTED_ORIGINS",
];

/**
 * Refuses a setting that would have no effect, a value that it cannot have, and a name that is that
 * of a setting but for a letter or two.
 *
 * @returns the value. 0 and 1 become booleans where the setting is one, as from `FLASK_DEBUG=1`.
 * @throws InvalidOptionError that names the setting.
 */
export function checkedSetting(name: string, value: unknown): unknown {
  check(name, value);
  const isOfBoolean = Object.hasOwn(CHECKS, name) && CHECKS[name]!(true) === undefined;
  return isOfBoolean && (value === 0 || value === 1) ? value === 1 : value;
}

function check(name: string, value: unknown): void {
  const refused = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
  if (refused !== undefined && !refused.allowed.includes(value))
    throw new InvalidOptionError(`The setting ${name} has no effect here. ${refused.reason}`);
  const problem = Object.hasOwn(CHECKS, name) ? CHECKS[name]!(value) : undefined;
  if (problem !== undefined)
    throw new InvalidOptionError(`The setting ${name} ${problem}. Fix: app.config["${name}"] = ${exampleOf(name)}.`);
  if (KNOWN.includes(name)) return;
  const nearest = KNOWN.find((known) => isMisspelled(name, known));
  if (nearest !== undefined)
    throw new InvalidOptionError(
      `There is no setting "${name}". Did you mean "${nearest}"? Fix: write ${nearest}. A setting of your own needs a name that is less like it.`,
    );
}

function exampleOf(name: string): string {
  const check = CHECKS[name];
  if (name === "APPLICATION_ROOT") return '"/shop"';
  if (check === isTexts || name === "TRUSTED_HOSTS") return '["example.com"]';
  if (check === isText || name === "SERVER_NAME") return '"example.com"';
  return check === isBoolean || /TRAP|PROPAGATE|RELOAD/.test(name) ? "true" : "1_000_000";
}

/** One or two letters changed, added, left out or swapped, in a name that is long enough for it. */
function isMisspelled(name: string, known: string): boolean {
  const most = known.length >= 12 ? 2 : known.length >= 7 ? 1 : 0;
  return name !== known && Math.abs(name.length - known.length) <= most && distanceOf(name, known) <= most;
}

/** The number of letters to change, add, remove or swap (Damerau 1964, neighbours alone). */
function distanceOf(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      row[j] = Math.min(rows[i - 1]![j - 1]! + (isSame ? 0 : 1), rows[i - 1]![j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
    }
    rows.push(row);
  }
  return rows[from.length]![to.length]!;
}
