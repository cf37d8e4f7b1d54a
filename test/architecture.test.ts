import { readFileSync } from "node:fs";
import { globSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../src", import.meta.url));

/**
 * Folder -> the folders (or single files) that it may import. A folder may always import itself.
 * Type imports count.
 */
const BASE_MODULES = [
  "errors",
  "adapter-access",
  "encoding",
  "clock",
  "diagnostics",
  "late-module",
  "mode",
  "own-browser",
  "options",
];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  "adapter-access": [],
  encoding: [],
  clock: [],
  diagnostics: [],
  "late-module": ["errors"],
  mode: ["errors"],
  "own-browser": [],
  options: ["errors"],
  keys: BASE_MODULES,
  signing: ["keys", ...BASE_MODULES],
  sessions: ["signing", "keys", ...BASE_MODULES],
  stores: ["sessions/store/session-store", "clock", "errors", "late-module", "mode", "options"],
  index: ["keys", "signing", "sessions", ...BASE_MODULES],
  toolbar: ["keys", "signing", ...BASE_MODULES],
  "toolbar/ui": ["toolbar/blocks", "toolbar/exchange-page"],
  adapters: ["sessions", "toolbar", "adapter-access", "errors", "late-module", "mode", "own-browser", "options"],
  flask: ["index", "keys/index", "keys/generated-here", "adapters", "toolbar", "stores", "clock", "mode", "options"],
  testing: ["sessions", "toolbar", "keys/index", "errors", "clock", "options"],
  cli: [
    "index",
    "keys/index",
    "keys/generate",
    "keys/own-key",
    "stores",
    ...["compare/record-changes", "exchange-page", "exchange-record", "format", "disk/open-records"].map(
      (part) => `toolbar/${part}`,
    ),
  ],
};
/** What the adapters of all frameworks share. */
const SHARED = [
  "check-mounted",
  "copy-with",
  "fetch-answer",
  "not-saved",
  "mount-path",
  "page-headers",
  "with-tail",
  "node-facts",
  "uploaded-files",
  "session-place",
  "session-of",
  "node-response",
  "open-session",
].map((part) => `adapters/${part}`);
/** What the parts of the toolbar tell each other. */
const TOOLBAR_TYPES = [
  "blocks",
  "span",
  "recorded-error",
  "recording",
  "channels",
  "panel",
  "exchange-page",
  "explanation",
].map((part) => `toolbar/${part}`);
/**
 * Order inside of a folder: a part -> the other parts of that folder that it may import. What is in
 * no part may import all parts. A part is a folder or a single file.
 */
const INNER: Readonly<Record<string, readonly string[]>> = {
  "keys/secret-key": [],
  "keys/prefixes": [],
  "keys/own-key": ["keys/prefixes"],
  "keys/grading/known": [],
  "keys/grading/words": [],
  "keys/grading": ["keys/secret-key", "keys/prefixes", "keys/own-key", "keys/grading/known", "keys/grading/words"],
  "keys/check-key": ["keys/secret-key", "keys/grading", "keys/grading/known"],
  "keys/key-ring": ["keys/secret-key", "keys/check-key"],
  "keys/generated-here": [],
  "keys/generate": ["keys/prefixes", "keys/own-key", "keys/generated-here"],
  "keys/derive": ["keys/secret-key"],
  "keys/sources": [
    "keys/secret-key",
    "keys/grading",
    "keys/grading/known",
    "keys/check-key",
    "keys/key-ring",
    "keys/generate",
  ],
  "sessions/data": [],
  "sessions/with-timeout": [],
  "sessions/backend": ["sessions/data"],
  "sessions/ends": ["sessions/data", "sessions/with-timeout"],
  "sessions/cookie": ["sessions/data", "sessions/backend"],
  "sessions/store": ["sessions/data", "sessions/with-timeout", "sessions/ends", "sessions/backend", "sessions/cookie"],
  "sessions/request": [
    "sessions/data",
    "sessions/with-timeout",
    "sessions/ends",
    "sessions/backend",
    "sessions/cookie",
  ],
  "toolbar/blocks": [],
  "toolbar/span": [],
  "toolbar/recorded-error": [],
  "toolbar/recording": ["toolbar/span", "toolbar/recorded-error"],
  "toolbar/channels": ["toolbar/recording"],
  "toolbar/panel": ["toolbar/blocks", "toolbar/channels", "toolbar/recording"],
  "toolbar/exchange-page": ["toolbar/blocks"],
  "toolbar/explanation": ["toolbar/blocks"],
  "toolbar/define-panel": ["toolbar/panel"],
  "toolbar/format": [],
  "toolbar/text-lines": [],
  "toolbar/sql": [],
  "toolbar/guard": [],
  "toolbar/history": ["toolbar/exchange-page"],
  "toolbar/origin": [],
  "toolbar/exchange-record": ["toolbar/exchange-page", "toolbar/panels"],
  "toolbar/disk": ["toolbar/exchange-page", "toolbar/exchange-record", "toolbar/history"],
  "toolbar/capture/is-own-file": [],
  "toolbar/capture/call-site": ["toolbar/origin", "toolbar/capture/is-own-file"],
  "toolbar/applications": [],
  "toolbar/profiler": ["toolbar/recording", "toolbar/guard"],
  "toolbar/capture": [
    ...TOOLBAR_TYPES,
    "toolbar/format",
    "toolbar/text-lines",
    "toolbar/sql",
    "toolbar/guard",
    "toolbar/history",
    "toolbar/exchange-record",
    "toolbar/capture/call-site",
    "toolbar/capture/is-own-file",
  ],
  "toolbar/instrument": ["toolbar/origin", "toolbar/capture/call-site"],
  "toolbar/sources": [...TOOLBAR_TYPES, "toolbar/instrument"],
  "toolbar/panels": [
    ...TOOLBAR_TYPES,
    "toolbar/format",
    "toolbar/text-lines",
    "toolbar/sql",
    "toolbar/capture/call-site",
    "toolbar/applications",
    "toolbar/profiler",
  ],
  "toolbar/editor-links": ["toolbar/exchange-page"],
  "toolbar/shortcut": [],
  "toolbar/copy": ["toolbar/exchange-page", "toolbar/recording", "toolbar/capture"],
  "toolbar/compare": ["toolbar/blocks", "toolbar/exchange-page", "toolbar/format"],
  "toolbar/ui.bundle": [],
  "toolbar/serve": [
    ...TOOLBAR_TYPES,
    "toolbar/exchange-record",
    "toolbar/format",
    "toolbar/guard",
    "toolbar/profiler",
    "toolbar/ui.bundle",
  ],
  "adapters/check-mounted": [],
  "adapters/copy-with": [],
  "adapters/fetch-answer": [],
  "adapters/not-saved": [],
  "adapters/mount-path": [],
  "adapters/page-headers": [],
  "adapters/with-tail": [],
  "adapters/node-facts": [],
  "adapters/uploaded-files": [],
  "adapters/session-place": [],
  "adapters/session-of": ["adapters/check-mounted"],
  "adapters/node-response": [],
  "adapters/open-session": SHARED,
  "adapters/fastify": SHARED,
  "adapters/hono": SHARED,
  "adapters/node": SHARED,
  "adapters/web": SHARED,
  "adapters/next": [...SHARED, "adapters/web", "adapters/node"],
  // Both stand on node:http.
  "adapters/express": [...SHARED, "adapters/node"],
  "adapters/koa": [...SHARED, "adapters/node"],
  "flask/templates/errors": [],
  "flask/templates/values": ["flask/templates/errors"],
  "flask/templates/language": ["flask/templates/errors"],
  "flask/templates/translation": ["flask/templates/errors", "flask/templates/values", "flask/templates/language"],
  "flask/templates/filters": ["flask/templates/errors", "flask/templates/values"],
  "flask/templates": ["errors", "values", "language", "translation", "filters"].map(
    (part) => `flask/templates/${part}`,
  ),
  "flask/errors": [],
  "flask/logger": [],
  "flask/json": [],
  "flask/security": [],
  "flask/config": [],
  "flask/url-encoded": [],
  "flask/routing": ["flask/url-encoded"],
  "flask/routing/url-for": ["flask/context"],
  "flask/request": ["flask/errors", "flask/json", "flask/url-encoded"],
  "flask/session": ["flask/config"],
  "flask/context": ["flask/config", "flask/json", "flask/logger", "flask/request", "flask/session"],
  "flask/signals": ["flask/context"],
  "flask/flashing": ["flask/context", "flask/signals"],
  "flask/response": ["flask/context", "flask/json", "flask/errors", "flask/request", "flask/routing"],
  "flask/rendering": [
    "flask/context",
    "flask/flashing",
    "flask/json",
    "flask/request",
    "flask/response",
    "flask/routing/url-for",
    "flask/signals",
    "flask/templates",
  ],
  "flask/cli/app-cli": [],
  "flask/scaffold": ["flask/cli/app-cli", "flask/context", "flask/errors", "flask/response", "flask/routing"],
  "flask/views": ["flask/context", "flask/errors", "flask/response"],
  "flask/dispatch": [
    "flask/config",
    "flask/context",
    "flask/errors",
    "flask/request",
    "flask/response",
    "flask/routing",
    "flask/scaffold",
    "flask/session",
    "flask/signals",
  ],
  "flask/cli": ["flask/cli/app-cli", "flask/dispatch", "flask/routing"],
  "flask/testing": ["flask/cli/app-cli", "flask/context", "flask/dispatch", "flask/json", "flask/session"],
  "cli/usage-error": [],
  "cli/io": ["cli/usage-error"],
  "cli/inspect-cookie": [],
  "cli/input": ["cli/usage-error", "cli/io", "cli/doctor/list-files"],
  "cli/records": ["cli/usage-error", "cli/io"],
  "cli/package-folder": [],
  "cli/init": ["cli/usage-error", "cli/io", "cli/package-folder", "cli/input", "cli/doctor/list-files"],
  "cli/commands": [
    "cli/usage-error",
    "cli/io",
    "cli/inspect-cookie",
    "cli/input",
    "cli/records",
    "cli/package-folder",
    "cli/doctor",
    "cli/init",
  ],
  "cli/doctor/list-files": [],
  "cli/doctor": ["cli/doctor/list-files", "cli/usage-error"],
};
/** Folders that may import only types from these folders. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  adapters: ["sessions", "toolbar"],
  stores: ["sessions/store/session-store"],
  testing: ["sessions"],
  "toolbar/ui": ["toolbar/blocks", "toolbar/exchange-page"],
};
const CRYPTO_FOLDERS = ["keys", "signing", "sessions"];

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const files = globSync("**/*.{ts,tsx}", { cwd: root }).sort();
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
const imports: Import[] = files.flatMap((from) =>
  [...texts.get(from)!.matchAll(/^(import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)";/gms)].map((match) => ({
    from,
    specifier: match[3]!,
    typeOnly: match[2] !== undefined,
  })),
);

/** "keys/grade.ts" -> "keys"; "toolbar/ui/main.tsx" -> "toolbar/ui"; "errors.ts" -> "errors". */
function folderOf(file: string): string {
  if (file.startsWith("toolbar/ui/")) return "toolbar/ui";
  return file.includes("/") ? file.split("/")[0]! : file.replace(/\.tsx?$/, "");
}

/** "sessions/data/lifetime.ts" -> "sessions/data"; undefined for what is in no part. */
function partOf(file: string): string | undefined {
  return Object.keys(INNER)
    .filter((part) => file.startsWith(`${part}/`) || file.startsWith(`${part}.ts`))
    .sort((one, other) => other.length - one.length)[0];
}

function targetOf({ from, specifier }: Import): string | undefined {
  return specifier.startsWith(".") ? relative(root, resolve(root, dirname(from), specifier)) : undefined;
}

const inside = imports.flatMap((entry) => {
  const target = targetOf(entry);
  return target === undefined ? [] : [{ ...entry, target }];
});

describe("who may import whom", () => {
  test("every folder is in the table", () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => !(folder in MAY_IMPORT))).toEqual([]);
  });

  test("no folder imports what the table does not allow", () => {
    const wrong = inside.filter(({ from, target }) => {
      const folder = folderOf(from);
      if (folderOf(target) === folder) return false;
      return !MAY_IMPORT[folder]!.some((allowed) => allowed === folderOf(target) || target.startsWith(`${allowed}.ts`));
    });
    expect(wrong.map(({ from, target }) => `${from} -> ${target}`)).toEqual([]);
  });

  test("inside of a folder, no part imports what it may not know", () => {
    const wrong = inside.filter(({ from, target }) => {
      const [part, other] = [partOf(from), partOf(target)];
      if (part === undefined || part === other || folderOf(from) !== folderOf(target)) return false;
      return other === undefined || !INNER[part]!.includes(other);
    });
    expect(wrong.map(({ from, target }) => `${from} -> ${target}`)).toEqual([]);
  });

  test("every part is there, and every folder inside of a folder is a part", () => {
    expect(Object.keys(INNER).filter((part) => !files.some((file) => partOf(file) === part))).toEqual([]);
    const folders = files.filter(
      (file) => file.split("/").length > 2 && folderOf(file) !== "toolbar/ui" && partOf(file) === undefined,
    );
    expect([...new Set(folders.map(dirname))]).toEqual([]);
  });

  test("adapters, stores, testing and the toolbar's browser half know the others by their types only", () => {
    const wrong = inside.filter(({ from, target, typeOnly }) => {
      const folder = folderOf(from);
      return (
        !typeOnly &&
        folderOf(target) !== folder &&
        (TYPES_ONLY[folder] ?? []).some((name) => folderOf(target) === name || target.startsWith(`${name}.ts`))
      );
    });
    expect(wrong.map(({ from, target }) => `${from} -> ${target}`)).toEqual([]);
  });

  test("no file reaches itself through its imports", () => {
    const next = new Map<string, string[]>();
    for (const { from, target } of inside) next.set(from, [...(next.get(from) ?? []), target]);
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) return void circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      if (done.has(file)) return;
      for (const target of next.get(file) ?? []) walk(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(circles).toEqual([]);
  });

  test("every relative import names a file that exists", () => {
    expect(inside.filter(({ target }) => !texts.has(target)).map(({ from, target }) => `${from} -> ${target}`)).toEqual(
      [],
    );
  });
});

describe("what only some folders may use", () => {
  const offenders = (pattern: RegExp, allowed: (folder: string, file: string) => boolean): string[] =>
    files.filter((file) => !allowed(folderOf(file), file) && pattern.test(withoutComments(texts.get(file)!)));

  test("node:crypto stays in keys, signing and sessions", () => {
    // The name of a script in Redis, and of a statement in PostgreSQL, is its hash. Flask's users
    // have hashes of passwords. The last file only loads it for others.
    const named = ["stores/redis.ts", "stores/postgres-query.ts", "flask/security/password-hash.ts", "late-module.ts"];
    const isAllowed = (folder: string, file: string): boolean =>
      CRYPTO_FOLDERS.includes(folder) || named.includes(file);
    expect(offenders(/(?:from|lateModule\()\s*"node:crypto"/, isAllowed)).toEqual([]);
  });
  test("Date.now stays in clock", () => {
    expect(
      offenders(
        /\bDate\.now\b|\bnew Date\(\)/,
        // What is built of the browser's half is in a file beside it.
        (folder, file) => folder === "clock" || folder === "toolbar/ui" || file === "toolbar/ui.bundle.ts",
      ),
    ).toEqual([]);
  });
  test("process.env stays in mode and in the command line, console in the command line", () => {
    expect(offenders(/\bprocess\.env\b|\bconsole\.\w+\(/, (folder) => folder === "cli" || folder === "mode")).toEqual(
      [],
    );
    expect(offenders(/\bconsole\.\w+\(/, (folder) => folder === "cli")).toEqual([]);
  });
  test("the toolbar's browser half imports nothing of Node", () => {
    expect(
      imports.filter(({ from, specifier }) => folderOf(from) === "toolbar/ui" && specifier.startsWith("node:")),
    ).toEqual([]);
  });
  test("no store and no part of the core imports a driver or a framework", () => {
    const allowed: Readonly<Record<string, readonly string[]>> = {
      sessions: ["cookie"],
      flask: ["hono", "@hono/node-server", "minijinja-js", "commander"],
      "toolbar/ui": ["preact"],
      cli: ["commander", "picocolors"],
      adapters: ["hono", "express", "fastify", "koa", "@hono/node-server", "cookie"],
    };
    const wrong = imports.filter(({ from, specifier }) => {
      if (specifier.startsWith(".") || specifier.startsWith("node:")) return false;
      return !(allowed[folderOf(from)] ?? []).some((name) => specifier === name || specifier.startsWith(`${name}/`));
    });
    expect(wrong.map(({ from, specifier }) => `${from} -> ${specifier}`)).toEqual([]);
  });
  test("only entry points re-export names", () => {
    const barrels = files.filter(
      (file) =>
        !file.endsWith("index.ts") &&
        /\S/.test(texts.get(file)!) &&
        !/\S/.test(withoutComments(texts.get(file)!).replace(/^export[^;]*from "[^"]+";$/gms, "")),
    );
    expect(barrels).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/\s\/\/ .*$/gm, "");
}
