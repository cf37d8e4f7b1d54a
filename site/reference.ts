/**
 * Makes the pages of the API reference out of the docstrings: one page for each entry point of
 * package.json's `exports`. Run by build.ts, in a process of its own with TypeScript 6.
 */
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Application, type TypeDocOptions } from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";
import { ENTRY_POINTS } from "./entry-points.ts";
import { PAGES_FOLDER, ROOT } from "./paths.ts";

const REFERENCE = join(PAGES_FOLDER, "reference");

const options: TypeDocOptions & Partial<PluginOptions> = {
  entryPoints: ENTRY_POINTS.map(({ source }) => join(ROOT, source)),
  tsconfig: join(ROOT, "tsconfig.build.json"),
  plugin: ["typedoc-plugin-markdown"],
  router: "module",
  outputs: [{ name: "markdown", path: REFERENCE }],
  readme: "none",
  // Types are checked by the project's own compiler.
  skipErrorChecking: true,
  validation: false,
  suppressCommentWarningsInDeclarationFiles: true,
  logLevel: "Error",
  disableSources: true,
  disableGit: true,
  excludePrivate: true,
  excludeProtected: true,
  excludeInternal: true,
  excludeExternals: true,
  sort: ["source-order"],
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useHTMLAnchors: true,
  parametersFormat: "table",
  enumMembersFormat: "table",
  typeDeclarationFormat: "list",
  interfacePropertiesFormat: "list",
  expandObjects: false,
} as TypeDocOptions & Partial<PluginOptions>;

const app = await Application.bootstrapWithPlugins(options);
const project = await app.convert();
if (project === undefined) throw new Error("typedoc made no reference of the source.");
// typedoc names a module after its file, and readers know the name that they import.
const names = new Map(ENTRY_POINTS.map(({ name, source }) => [source.replace(/^src\/|(?:\/index)?\.ts$/g, ""), name]));
for (const module of project.children ?? []) module.name = names.get(module.name) ?? module.name;
await app.generateOutputs(project);
// The page that lists the entry points: the menu does that.
rmSync(join(REFERENCE, "README.md"));
// A docstring is text: `<name>` in it is no HTML, and braces are no template. Only the anchors are.
for (const file of globSync("**/*.md", { cwd: REFERENCE })) {
  const path = join(REFERENCE, file);
  const text = readFileSync(path, "utf8").replaceAll(/^```[^]*?^```$|(`+)[^]*?\1|<(?=[a-z/])(?!\/?a\b)/gm, (part) =>
    part === "<" ? "&lt;" : part,
  );
  writeFileSync(path, text);
}
if (app.logger.hasErrors()) process.exitCode = 1;
