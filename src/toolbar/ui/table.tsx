import type { ComponentType, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Block, Cell, OpenableRow, TableBlock } from "../blocks.ts";
import { CellView, plainText } from "./cell.tsx";
import { Icon } from "./icon.tsx";
import { useFirstRows } from "./use-first-rows.tsx";

/** Elements that a click on a row does not open it by. */
const OWN_CLICKS = "a, button, input, textarea, select, summary, pre, .more";

/** Draws a block inside of another one. */
export type BlockViewer = ComponentType<{ readonly block: Block }>;

/** A table. Rows with more open by their arrow, or by a click. */
export function Table({ block, viewer }: { readonly block: TableBlock; readonly viewer: BlockViewer }): JSX.Element {
  const { title, columns, rows, empty } = block;
  const { drawn, button } = useFirstRows(rows);
  const opens = rows.some((row) => "cells" in row);
  const growing = columns.filter(({ grow }) => grow === true).length;
  return (
    <section>
      {title === undefined ? null : <h3>{title}</h3>}
      {rows.length === 0 ? (
        <p class="empty">{empty ?? "Nothing."}</p>
      ) : (
        // The roles, because a narrow window lays the rows out in another way.
        <table role="table" aria-label={title} onKeyDown={moveFocus}>
          <thead role="rowgroup">
            <tr role="row">
              {opens ? (
                <th role="columnheader" class="open-cell">
                  <span class="hidden">Details</span>
                </th>
              ) : null}
              {columns.map((column, index) => (
                <th
                  key={index}
                  role="columnheader"
                  scope="col"
                  class={columnClass(column)}
                  // Without it, the one with the longest text takes the whole width.
                  style={column.grow === true && growing > 1 ? { width: `${80 / growing}%` } : {}}
                >
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {drawn.map((row, index) => (
              <Row key={index} row={row} columns={columns} opens={opens} viewer={viewer} />
            ))}
          </tbody>
        </table>
      )}
      {button}
    </section>
  );
}

function Row({
  row,
  columns,
  opens,
  viewer: Viewer,
}: {
  readonly row: readonly Cell[] | OpenableRow;
  readonly columns: TableBlock["columns"];
  readonly opens: boolean;
  readonly viewer: BlockViewer;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const { cells, more } = "cells" in row ? row : { cells: row, more: undefined };
  const onClick = (event: MouseEvent): void => {
    const isOwn = event.target instanceof Element && event.target.closest(OWN_CLICKS) !== null;
    // Selecting text ends with a click too.
    if (!isOwn && getSelection()?.isCollapsed !== false) setOpen(!isOpen);
  };
  return (
    <>
      <tr
        role="row"
        class={more === undefined ? "" : isOpen ? "openable open" : "openable"}
        {...(more === undefined ? {} : { onClick })}
      >
        {opens ? (
          <td role="cell" class="open-cell">
            {more === undefined ? null : (
              <button
                type="button"
                class="opener"
                aria-expanded={isOpen}
                aria-label={`Details: ${cells.map(plainText).join(" ").slice(0, 100)}`}
                onClick={() => setOpen(!isOpen)}
              >
                <Icon name={isOpen ? "down" : "right"} size={12} />
              </button>
            )}
          </td>
        ) : null}
        {cells.map((cell, at) => (
          <td
            key={at}
            role="cell"
            class={`${columnClass(columns[at])} ${isNamed(columns, at) && plainText(cell) !== "" ? "named" : ""}`.trim()}
            data-label={columns[at]?.title}
          >
            <CellView cell={cell} />
          </td>
        ))}
      </tr>
      {isOpen && more !== undefined ? (
        <tr role="row" class="more">
          <td role="cell" colSpan={columns.length + 1}>
            {more.map((block, index) => (
              <Viewer key={index} block={block} />
            ))}
          </td>
        </tr>
      ) : null}
    </>
  );
}

/**
 * Whether a narrow window, which has no line of titles, names the cell. The main ones need no name.
 */
function isNamed(columns: TableBlock["columns"], at: number): boolean {
  const isMain = columns[at]?.grow === true && columns.filter(({ grow }) => grow === true).length === 1;
  return at > 0 && columns.length > 2 && !isMain;
}

function columnClass(column: TableBlock["columns"][number] | undefined): string {
  return `${column?.align ?? ""} ${column?.grow === true ? "grow" : ""}`.trim();
}

/** The arrows go from one row that opens to the next, right opens and left closes. */
function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const openers = [...event.currentTarget.querySelectorAll<HTMLElement>(".opener")];
  const at = openers.findIndex((opener) => opener.matches(":focus"));
  const opener = openers[at];
  if (opener === undefined) return;
  const isOpen = opener.getAttribute("aria-expanded") === "true";
  if (event.key === "ArrowDown") openers[at + 1]?.focus();
  else if (event.key === "ArrowUp") openers[at - 1]?.focus();
  else if ((event.key === "ArrowRight" && !isOpen) || (event.key === "ArrowLeft" && isOpen)) opener.click();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
