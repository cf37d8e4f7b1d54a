import { posix } from "node:path";
import { entryLines } from "./entry-lines.ts";
import type { Framework } from "./frameworks.ts";
import { installCommand } from "./package-manager.ts";
import { pageFiles, pagePath } from "./page-files.ts";
import type { Plan } from "./plan.ts";
import type { Project } from "./project.ts";
import type { SessionFileStyle } from "./session-file.ts";

/** What the user does next, as text for the terminal. */
export function nextSteps(project: Project, framework: Framework, plan: Plan, wanted: SessionFileStyle): string {
  const style = { ...wanted, hasToolbar: plan.hasToolbar ?? wanted.hasToolbar };
  const { page } = framework;
  const steps = [
    ...(project.packages.has("latchkey")
      ? []
      : [["Install it:", `  ${installCommand(project.manager.name, ["latchkey"])}`]]),
    ...wiring(project, framework, plan, style, page),
    starting(project, framework),
    [
      "Production needs:",
      `  a key of its own         npx latchkey key generate, in SECRET_KEY of the server, never in a file of the project`,
      "  the mode                 NODE_ENV=production",
      ...(framework.behindProxy === undefined ? [] : [`  behind a proxy with TLS  ${framework.behindProxy}`]),
      `  a store                  if a logout must end copies of a cookie: ${pagePath(project.folder, "docs/stores.md")}`,
      `  all of it                ${pagePath(project.folder, "docs/deploy.md")}`,
    ],
    ...(style.hasToolbar || framework.wired === undefined
      ? []
      : [["For the debug toolbar:", "  npx latchkey init --toolbar"]]),
    [`The page: ${pagePath(project.folder, page)}`],
  ];
  return `${steps.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** How the entry imports a file: "./session.js". It follows the entry's own imports. */
export function specifierOf(from: string | undefined, to: string, project: Project): string {
  const path = posix.relative(from === undefined ? posix.dirname(to) : posix.dirname(from), to);
  const local = path.startsWith(".") ? path : `./${path}`;
  if (!project.isTypeScript) return local;
  const own = [...project.entryText.matchAll(/(?:from|import)\s+["']\.{1,2}\/[^"']*?(\.[cm]?[jt]s)?["']/g)][0];
  if (own === undefined || own[1]?.endsWith("ts") === true) return local;
  return local.replace(/\.([cm]?)ts$/, own[1] === undefined ? "" : ".$1js");
}

function wiring(
  project: Project,
  framework: Framework,
  { sessionFile: file }: Plan,
  style: SessionFileStyle,
  page: string,
): readonly (readonly string[])[] {
  if (framework.wired !== undefined && file === undefined) return [];
  if (framework.wired === undefined || file === undefined)
    return pageFiles(page, framework.pageFiles ?? []).map(({ path, text }) => [
      `In ${path}, as ${pagePath(project.folder, page)} explains:`,
      "",
      ...text.trimEnd().split("\n").map(indented),
    ]);
  const specifier = specifierOf(project.entry, file, project);
  const base = specifier.replace(/\.[cm]?[jt]s$/, "");
  if (project.entryText.includes(`"${base}`) || project.entryText.includes(`'${base}`)) return [];
  return [
    [
      `Add to ${entryName(project)}:`,
      ...entryLines(framework.wired, specifier, style).flatMap(({ where, lines }) => [
        "",
        `  // ${where}`,
        ...lines.map(indented),
      ]),
    ],
  ];
}

/** The entry, or the name that it is to have. */
function entryName({ entry, manifest, isTypeScript }: Project): string {
  return entry ?? (isTypeScript ? "server.ts" : (manifest.main ?? "server.js"));
}

function starting(project: Project, framework: Framework): readonly string[] {
  const { isTypeScript, isDeno, packages } = project;
  const entry = entryName(project);
  if (framework.name === "deno" || isDeno)
    return [
      "Start it in development:",
      `  NODE_ENV=development deno run --env-file --allow-net --allow-read --allow-env ${entry}`,
    ];
  if (framework.reads !== "flag")
    return [
      framework.reads === "framework"
        ? `${framework.title} reads ${framework.keyFile} in development. Start it as before.`
        : `Start ${framework.title} as before.`,
    ];
  const runner = isTypeScript && packages.has("tsx") ? "npx tsx" : "node";
  const isWindows = process.platform === "win32";
  const command = `${runner} --env-file=.env ${entry}`;
  return [
    "Start it in development:",
    isWindows ? `  set "NODE_ENV=development" && ${command}` : `  NODE_ENV=development ${command}`,
    ...(packages.has("dotenv")
      ? ['  With dotenv, make import "dotenv/config" the first import instead of --env-file.']
      : []),
  ];
}

function indented(line: string): string {
  return line === "" ? "" : `  ${line}`;
}
