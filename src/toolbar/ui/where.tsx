import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import { editorHref } from "./editor-href.ts";
import { ToolbarContext } from "./toolbar-context.ts";

/** Characters of a path that are shown whole. */
const SHORT = 32;

/** A place in the application's code; a link to the editor, if there is one. */
export function Where({
  where,
  isShort = false,
}: {
  readonly where: string;
  /** Whether the name of the file is enough. */
  readonly isShort?: boolean;
}): JSX.Element {
  const { editor } = useContext(ToolbarContext);
  const href = editor === undefined ? undefined : editorHref(where, editor);
  const text = isShort ? where.slice(where.lastIndexOf("/") + 1) : shortened(where);
  if (href === undefined)
    return (
      <span class="where mono" title={where}>
        {text}
      </span>
    );
  return (
    <a class="where mono" href={href} title={`Open ${where} in the editor`} rel="noreferrer">
      {text}
      <span aria-hidden="true"> ↗</span>
    </a>
  );
}

/** The end of a long path: its file is what one looks for. */
function shortened(where: string): string {
  if (where.length <= SHORT) return where;
  const parts = where.split("/");
  const end = parts.slice(-2).join("/");
  return end.length > SHORT || parts.length < 3 ? `…${where.slice(-SHORT)}` : `…/${end}`;
}
