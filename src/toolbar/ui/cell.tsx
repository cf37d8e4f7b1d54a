import type { ComponentChildren, JSX } from "preact";
import { useContext } from "preact/hooks";
import type { Cell, Hue, Tone } from "../blocks.ts";
import { SqlText } from "./sql-text.tsx";
import { ToolbarContext } from "./toolbar-context.ts";
import { Where } from "./where.tsx";

/** A cell of a table, or a value of a pair. */
export function CellView({ cell }: { readonly cell: Cell }): JSX.Element {
  if (typeof cell === "string" || typeof cell === "number") return <>{plainText(cell)}</>;
  const { text, tone, mono = false, language, detail, where, meter, panel } = cell;
  const isPlace = where !== undefined && where !== "";
  return (
    <>
      {isPlace && (text === where || text === "") ? null : panel === undefined ? (
        <span class={`${mono ? "mono" : ""} ${tone ?? ""}`}>
          {language === "sql" && tone === undefined ? <SqlText text={text} /> : text}
        </span>
      ) : (
        <PanelLink panel={panel}>{text}</PanelLink>
      )}
      {isPlace ? <Where where={where} /> : null}
      {meter === undefined ? null : <Meter {...meter} tone={tone} />}
      {detail === undefined ? null : <span class="detail">{detail}</span>}
    </>
  );
}

/** Opens a panel of the same request. */
export function PanelLink({
  panel,
  children,
}: {
  readonly panel: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { openPanel } = useContext(ToolbarContext);
  return (
    <button type="button" class="panel-link" title="Open its panel" onClick={() => openPanel(panel)}>
      {children}
    </button>
  );
}

/** The text of a cell alone. */
export function plainText(cell: Cell): string {
  if (typeof cell === "string") return cell;
  return typeof cell === "number" ? cell.toLocaleString("en-US") : cell.text;
}

/**
 * A bar with a share. The numbers beside it say the same.
 *
 * @param tone of its number. More than the whole is always an error.
 */
export function Meter({
  value,
  of,
  hue,
  tone = "plain",
}: {
  readonly value: number;
  readonly of: number;
  readonly hue?: Hue | undefined;
  readonly tone?: Tone | undefined;
}): JSX.Element {
  const share = of > 0 ? value / of : 0;
  return (
    <span class={`meter ${share > 1 ? "error" : tone} ${hue === undefined ? "" : `hue-${hue}`}`} aria-hidden="true">
      <span style={{ width: `${Math.min(100, Math.max(1, share * 100))}%` }} />
    </span>
  );
}
