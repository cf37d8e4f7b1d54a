import { InvalidOptionError } from "../errors.ts";
import { kindOf, nameOrKind } from "../options.ts";
import type { EditorLinks } from "./exchange-page.ts";

const TEMPLATES: Readonly<Record<string, string>> = {
  vscode: "vscode://file{file}:{line}",
  cursor: "cursor://file{file}:{line}",
  zed: "zed://file{file}:{line}",
  webstorm: "webstorm://open?file={file}&line={line}",
  idea: "idea://open?file={file}&line={line}",
};

/** The options of a toolbar that its links to the editor depend on. */
export interface EditorOptions {
  readonly editor?: string | undefined;
  readonly editorPaths?: Readonly<Record<string, string>> | undefined;
  readonly directory: string;
}

/**
 * What the browser needs to turn "routes/cart.ts:31" into a link to the editor.
 *
 * @returns undefined for `editor: ""`.
 * @throws InvalidOptionError for an editor that is neither known nor a template, and for paths that
 *   are no texts.
 */
export function editorLinks({
  editor = "vscode",
  editorPaths = {},
  directory,
}: EditorOptions): EditorLinks | undefined {
  if (editor === "") return undefined;
  const known = Object.hasOwn(TEMPLATES, editor) ? TEMPLATES[editor] : undefined;
  const template = known ?? (isTemplate(editor) ? editor : undefined);
  if (template === undefined) {
    throw new InvalidOptionError(
      `Toolbar's option editor is ${Object.keys(TEMPLATES)
        .map((name) => `"${name}"`)
        .join(
          ", ",
        )}, "" for none, or an address with {file} and {line}. It got ${nameOrKind(editor)}. Fix: editor: "vscode".`,
    );
  }
  const paths = typeof editorPaths === "object" && editorPaths !== null ? Object.entries(editorPaths) : undefined;
  if (paths === undefined || !paths.every(([, to]) => typeof to === "string")) {
    throw new InvalidOptionError(
      `Toolbar's option editorPaths is an object of paths. It got ${kindOf(editorPaths)}. Fix: editorPaths: { "/app": "/home/you/project" }.`,
    );
  }
  return {
    template,
    directory: slashed(directory),
    paths: paths
      .map(([from, to]): [string, string] => [slashed(from), slashed(to)])
      // The longest one first, because it is the most exact one.
      .sort(([one], [other]) => other.length - one.length),
  };
}

/** Only addresses that a click can open without running code in the page. */
function isTemplate(editor: unknown): editor is string {
  return (
    typeof editor === "string" &&
    editor.includes("{file}") &&
    /^[a-z][a-z0-9+.-]*:/i.test(editor) &&
    !/^(?:javascript|data|vbscript|blob):/i.test(editor)
  );
}

/** With slashes, and without one at the end. */
function slashed(path: string): string {
  return path.replaceAll("\\", "/").replace(/\/+$/, "");
}
