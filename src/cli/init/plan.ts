import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { generateDevelopmentKey } from "../../keys/generate.ts";
import { generateSecretKey } from "../../keys/index.ts";
import { listFiles } from "../doctor/list-files.ts";
import { addKey, envValue } from "../input/env-text.ts";
import { gitState, ignoring } from "../input/git-ignore.ts";
import { readTextFile } from "../input/read-text-file.ts";
import type { FileChange } from "./file-change.ts";
import type { Framework } from "./frameworks.ts";
import type { Project } from "./project.ts";
import { MADE_BY, sessionFile, type SessionFileStyle } from "./session-file.ts";

/** What `latchkey init` would do. */
export interface Plan {
  /** In the order in which they are written: git ignores the key before it is there. */
  readonly changes: readonly FileChange[];
  /** Sentences on what is left as it is, and why. */
  readonly kept: readonly string[];
  /** Sentences on what the user should repair. */
  readonly warnings: readonly string[];
  /** The file that this command makes. Undefined where the application has one of its own. */
  readonly sessionFile: string | undefined;
  /** Whether that file has the toolbar. Undefined if it is not there yet. */
  readonly hasToolbar: boolean | undefined;
}

const COMMENT = "# The key of this machine alone, made by `npx latchkey init`. Production refuses it.";

/** Compares the project with what it needs. It writes nothing. */
export function makePlan(project: Project, framework: Framework, style: SessionFileStyle): Plan {
  const parts = [planKey(project, framework), planSessions(project, framework, style)];
  return {
    changes: parts.flatMap(({ changes }) => changes),
    kept: parts.flatMap(({ kept }) => kept),
    warnings: parts.flatMap(({ warnings = [] }) => warnings),
    sessionFile: parts[1]!.sessionFile,
    hasToolbar: parts[1]!.hasToolbar,
  };
}

interface Part {
  readonly changes: readonly FileChange[];
  readonly kept: readonly string[];
  readonly warnings?: readonly string[];
  readonly sessionFile?: string | undefined;
  readonly hasToolbar?: boolean;
}

function planKey({ folder }: Project, { title, keyFile }: Framework): Part {
  if (keyFile === undefined)
    return {
      changes: [],
      kept: [
        `No key is written: ${title} puts no .env into process.env. The first start makes a key of this machine in .latchkey/secret_key, which git ignores.`,
      ],
    };
  const files = [keyFile, ".env.local", ".env.development", ".env.development.local"];
  const texts = files.map((file) => ({ file, text: readTextFile(join(folder, file), file) }));
  const before = texts[0]!.text;
  const found = texts.flatMap(({ file, text = "" }) =>
    ["SECRET_KEY", "SECRET_KEY_FILE"].flatMap((name) => (envValue(text, name) === undefined ? [] : [{ file, name }])),
  )[0];
  const state = gitState(folder, keyFile);
  const { warnings, change } = planGit(folder, found?.file ?? keyFile, state);
  if (found !== undefined)
    return { changes: change, kept: [`${found.file} sets ${found.name} already. It was left as it is.`], warnings };
  // A Worker is always in production, which refuses a development key.
  const key = keyFile === ".env" ? generateDevelopmentKey() : generateSecretKey();
  const comment = keyFile === ".env" ? COMMENT : undefined;
  const after = addKey(before ?? "", key, { file: keyFile, comment });
  return { changes: [...change, { path: keyFile, before, after, isSecret: true }], kept: [], warnings };
}

function planGit(
  folder: string,
  file: string,
  state: ReturnType<typeof gitState>,
): { readonly warnings: readonly string[]; readonly change: readonly FileChange[] } {
  const warnings = [
    ...(state === "tracked"
      ? [
          `git has ${file} already, so the key in it would be committed. Fix: git rm --cached ${file}, and a new key for every key that was in it.`,
        ]
      : []),
    ...(existsSync(join(folder, "Dockerfile")) && !isInDockerignore(folder, file)
      ? [`The Dockerfile may copy ${file} into the image. Fix: add the line ${file} to .dockerignore.`]
      : []),
  ];
  if (state === "ignored") return { warnings, change: [] };
  const before = readTextFile(join(folder, ".gitignore"), ".gitignore");
  if (state === "tracked" && before?.split(/\r?\n/).includes(file) === true) return { warnings, change: [] };
  return { warnings, change: [{ path: ".gitignore", before, after: ignoring(before ?? "", file), isSecret: false }] };
}

function isInDockerignore(folder: string, file: string): boolean {
  const text = readTextFile(join(folder, ".dockerignore"), ".dockerignore") ?? "";
  return text
    .split(/\r?\n/)
    .some((line) => [file, `${file}*`, `**/${file}`, `**/${file}*`, ".*"].includes(line.trim()));
}

function planSessions(project: Project, { wired }: Framework, style: SessionFileStyle): Part {
  if (wired === undefined) return { changes: [], kept: [] };
  const text = sessionFile(wired, style);
  const existing = findManager(project);
  if (existing !== undefined) {
    const { path, text: before } = existing;
    // A file that was not changed since it was made may get the toolbar.
    if (style.hasToolbar && before === sessionFile(wired, { ...style, hasToolbar: false }))
      return { changes: [{ path, before, after: text, isSecret: false }], kept: [], sessionFile: path };
    const kept = `${path} makes the session manager already. It was left as it is.`;
    const hasToolbar = /\bnew Toolbar\b/.test(before);
    const missing = style.hasToolbar && !hasToolbar ? [`To add the toolbar to ${path}: docs/toolbar.md`] : [];
    // The lines for the application fit the file of this command alone.
    const isOwn = before === text || before.includes(MADE_BY);
    return { changes: [], kept: [kept, ...missing], sessionFile: isOwn ? path : undefined, hasToolbar };
  }
  const path = newSessionFile(project);
  return { changes: [{ path, before: undefined, after: text, isSecret: false }], kept: [], sessionFile: path };
}

/** The file of the project that makes a session manager of this package. */
function findManager({ folder }: Project): { readonly path: string; readonly text: string } | undefined {
  for (const { path, kind } of listFiles(folder)) {
    if (kind !== "source" || /(?:^|\/)(?:tests?|__tests__)\/|\.(?:test|spec)\./.test(path)) continue;
    const text = readFileSync(join(folder, path), "utf8");
    if (/["']latchkey["']/.test(text) && /\bnew SessionManager\b/.test(text)) return { path, text };
  }
  return undefined;
}

/** Beside the entry, under a name that is free. */
function newSessionFile({ folder, entry, isTypeScript }: Project): string {
  const place = entry === undefined ? (existsSync(join(folder, "src")) ? "src" : "") : posix.dirname(entry);
  // The kind of module is that of the entry: .mjs beside .mjs.
  const kind = /\.([cm]?)[jt]sx?$/.exec(entry ?? "")?.[1] ?? "";
  const extension = isTypeScript ? `.${kind === "m" ? "m" : ""}ts` : `.${kind}js`;
  const names = ["session", "latchkey-session", "latchkey-sessions"].map((name) => posix.join(place, name + extension));
  return names.find((name) => !existsSync(join(folder, name))) ?? posix.join(place, `latchkey-init${extension}`);
}
