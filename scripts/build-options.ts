/**
 * Builds docs/options.md out of the docstrings of the options, so that the page and the editor's
 * help say the same.
 *
 *     node scripts/build-options.ts
 *
 * A docstring says what an option does, and its default in a sentence that begins with "Default:".
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("../docs/options.md", import.meta.url));

/** One option. */
export interface DescribedOption {
  readonly name: string;
  readonly type: string;
  /** Undefined for an option that has to be given. */
  readonly fallback: string | undefined;
  readonly meaning: string;
}

/** A table of the page. */
interface Table {
  readonly heading: string;
  readonly introduction: string;
  /** Source files, from `src`, and the interfaces in them. */
  readonly sources: readonly (readonly [file: string, name: string])[];
  /** Where a page says more. */
  readonly more: Readonly<Record<string, string>>;
}

const LIFETIMES = "[Lifetime and idle timeout](sessions.md#lifetime-and-idle-timeout)";
const COOKIE = "[The cookie](sessions.md#the-cookie)";
const LOADING = "[Load the secret key](keys.md#load-the-secret-key)";

const TABLES: readonly Table[] = [
  {
    heading: "Options of SessionManager",
    introduction: "`new SessionManager({ keys, … })`. Times are seconds.",
    sources: [
      ["sessions/manager-options.ts", "SessionManagerOptions"],
      ["sessions/request/revocation.ts", "RevocationHooks"],
    ],
    more: {
      keys: "[Secret keys](keys.md)",
      store: "[Stores](stores.md)",
      format: "[Formats](sessions.md#formats)",
      fallbackFormats: "[Moving](sessions.md#moving-to-another-format-or-to-a-store)",
      lifetime: LIFETIMES,
      idleTimeout: LIFETIMES,
      extendAfter: LIFETIMES,
      maxPayloadBytes: "[Size limits](sessions.md#size-limits)",
      maxSessions: "[A limit for each user](sessions.md#a-limit-for-each-user)",
      cookie: "[Options of the cookie](#options-of-the-cookie)",
      onStoreFailure: "[When the store fails](sessions.md#when-the-store-fails)",
      trustedOrigins: "[Pages of your own on another origin](csrf.md#pages-of-your-own-on-another-origin)",
      validFrom: "[End sessions early](sessions.md#without-a-store)",
      isRevoked: "[End sessions early](sessions.md#without-a-store)",
    },
  },
  {
    heading: "Options of the cookie",
    introduction: "`new SessionManager({ keys, cookie: { … } })`. The cookie is always HttpOnly.",
    sources: [
      ["sessions/cookie/cookie-options.ts", "HostCookieOptions"],
      ["sessions/cookie/cookie-options.ts", "CommonCookieOptions"],
      ["sessions/cookie/cookie-options.ts", "SharedCookieOptions"],
    ],
    more: {
      name: COOKIE,
      secure: "[Secure, and development on plain HTTP](sessions.md#secure-and-development-on-plain-http)",
      sameSite: "[Cross-site requests](csrf.md)",
      formerly:
        "[Changing the cookie's domain, path or partition](sessions.md#changing-the-cookies-domain-path-or-partition)",
    },
  },
  {
    heading: "Options of Toolbar",
    introduction: "`new Toolbar({ keys, … })`. [The toolbar](toolbar.md) says where it is on.",
    sources: [["toolbar/toolbar-options.ts", "ToolbarOptions"]],
    more: {
      panels: "[A panel of your own](toolbar/own-panels.md)",
      historyFile: "[The history and its files](toolbar/history.md)",
      hosts: "[Who sees it](toolbar.md#who-sees-it)",
      allow: "[Who sees it](toolbar.md#who-sees-it)",
      mode: "[Where it is on](toolbar.md#where-it-is-on)",
      redactNames: "[What is hidden](toolbar/redaction.md)",
      redactPatterns: "[What is hidden](toolbar/redaction.md)",
      redactPaths: "[What is hidden](toolbar/redaction.md)",
      config: "[Config](toolbar/config.md)",
      environment: "[Config](toolbar/config.md)",
    },
  },
  {
    heading: "Options of loadKeyRing",
    introduction: "`loadKeyRing({ env: process.env, … })`. `loadKeyRingAsync` has the option `loader` too.",
    sources: [
      ["keys/sources/load.ts", "LoadKeyRingOptions"],
      ["keys/sources/load.ts", "LoadKeyRingAsyncOptions"],
    ],
    more: {
      env: LOADING,
      mode: LOADING,
      secretKey: LOADING,
      fallbacks: "[Rotate the secret key](keys.md#rotate-the-secret-key-without-logging-anybody-out)",
      knownKeys: "[Grade a key](keys.md#is-a-key-strong-enough-grade-it)",
    },
  },
];

const MEMBER =
  /^ {2}\/\*\*((?:(?!\*\/)[^])*)\*\/\n {2}readonly (\w+)(\?)?:\s([^]*?);\n(?= {2}(?:\/\*\*|readonly )|$)/gm;
/** The sentence with the default. A dot ends it where a sentence can begin. */
const DEFAULT = /\s*Default: ((?:(?!\.(?: |$))[^])*)\./;

/**
 * The options of an interface, in its order.
 *
 * @throws Error for a docstring without a default, unless the option has to be given.
 */
export function optionsOf(file: string, name: string): readonly DescribedOption[] {
  const source = readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8");
  const body = new RegExp(`^(?:export )?interface ${name}\\b[^]*?\\{\\n([^]*?)^\\}`, "m").exec(source)?.[1];
  if (body === undefined) throw new Error(`src/${file} has no interface ${name}.`);
  return [...body.matchAll(MEMBER)].map(([, comment = "", option = "", mark, type = ""]) => {
    const text = comment
      .replaceAll(/^ *\* ?/gm, "")
      .replaceAll(/\s+/g, " ")
      .trim();
    const fallback = DEFAULT.exec(text)?.[1];
    if (fallback === undefined && mark !== undefined)
      throw new Error(`The docstring of ${name}.${option} has no sentence "Default: …". Fix: write one.`);
    const shownType = type
      .replaceAll(/\s+/g, " ")
      .replace(/^\| /, "")
      .replace(/ \| undefined$/, "");
    return {
      name: option,
      type: shownType.replace(/^\((.*)\)$/, "$1"),
      fallback: mark === undefined ? undefined : fallback,
      meaning: mark === undefined ? text : text.replace(DEFAULT, "").trim(),
    };
  });
}

/** The text of docs/options.md. */
export function optionsPage(): string {
  const tables = TABLES.map(({ heading, introduction, sources, more }) => {
    const rows = sources
      .flatMap(([file, name]) => optionsOf(file, name))
      .map(({ name, type, fallback, meaning }) => {
        const link = more[name] === undefined ? "" : ` More: ${more[name]}.`;
        return `| ${cell(`\`${name}\``)} | ${cell(fallback ?? "**required**")} | ${cell(`${meaning}${link}`)}<br>Type: ${cell(`\`${type}\``)} |`;
      });
    return [
      `## ${heading}`,
      introduction,
      ["| option | default | what it does |", "|---|---|---|", ...rows].join("\n"),
    ].join("\n\n");
  });
  return `<!-- Made by scripts/build-options.ts from the docstrings of the options. Do not edit. -->

# All options and their defaults

Every option of \`SessionManager\`, its cookie, \`Toolbar\` and \`loadKeyRing\`: the default, and what
a user will notice. An unknown option is an error that names the right one. The options of a store
are on its page: [Stores](stores.md).

${tables.join("\n\n")}
`;
}

/** A pipe would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

if (import.meta.main) writeFileSync(PAGE, optionsPage());
