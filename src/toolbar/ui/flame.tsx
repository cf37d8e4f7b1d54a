import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { FlameBlock } from "../blocks.ts";
import { Where } from "./where.tsx";

/** A call, with its place in the list: its element keeps the focus while the others change. */
type FlameRow = FlameBlock["rows"][number] & { readonly at: number };

/** Narrower ones cannot be seen; a click on their caller makes them wider. */
const NARROWEST = 0.003;
const ROW = 20;
const MOST_DRAWN = 3_000;
const TOLERANCE = 1e-6;

/**
 * Calls inside of calls. A click on one makes it as wide as the graph; the arrow keys go to
 * callers, callees and neighbours.
 */
export function Flame({ block: { title, total, rows } }: { readonly block: FlameBlock }): JSX.Element {
  const whole = useMemo(() => ({ start: 0, duration: Math.max(total, TOLERANCE), depth: -1 }), [total]);
  const [zoom, setZoom] = useState<{ start: number; duration: number; depth: number }>(whole);
  const [current, setCurrent] = useState<FlameRow>();
  const graph = useRef<HTMLDivElement>(null);

  const all = useMemo(() => rows.map((row, at): FlameRow => ({ ...row, at })), [rows]);
  const drawn = useMemo(
    () =>
      all
        .filter(
          ({ start, duration }) =>
            start < zoom.start + zoom.duration - TOLERANCE &&
            start + duration > zoom.start + TOLERANCE &&
            duration / zoom.duration >= NARROWEST,
        )
        .toSorted((one, other) => one.depth - other.depth || one.start - other.start)
        .slice(0, MOST_DRAWN),
    [all, zoom],
  );
  const deepest = drawn.reduce((most, { depth }) => Math.max(most, depth), 0);
  const longest = drawn.reduce<FlameRow | undefined>(
    (most, row) => (most === undefined || row.duration >= most.duration ? row : most),
    undefined,
  );
  const focused = current !== undefined && drawn.includes(current) ? current : longest;

  const go = (row: FlameRow | undefined): void => {
    if (row === undefined) return;
    setCurrent(row);
    graph.current?.querySelector<HTMLElement>(`[data-at="${row.at}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (focused === undefined) return;
    if (event.key === "Escape" && zoom !== whole) setZoom(whole);
    else if (event.key === "Enter") setZoom(zoom === focused ? whole : focused);
    else {
      const near = neighbours(drawn, focused)[event.key];
      if (near === undefined) return;
      go(near.row);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section>
      {title === undefined ? null : <h3>{title}</h3>}
      <div class="flame-head">
        <p class="flame-info" aria-live="off">
          {focused === undefined ? "No samples." : <Info row={current ?? focused} total={total} />}
        </p>
        {zoom === whole ? null : (
          <button type="button" class="action" onClick={() => setZoom(whole)}>
            Show all
          </button>
        )}
      </div>
      <div class="flame-box">
        <div
          class="flame"
          role="tree"
          aria-label={title ?? "Flame graph"}
          ref={graph}
          style={{ height: `${(deepest + 1) * ROW}px` }}
          onKeyDown={onKeyDown}
        >
          {drawn.map((row) => {
            const from = Math.max(row.start, zoom.start);
            const to = Math.min(row.start + row.duration, zoom.start + zoom.duration);
            return (
              <div
                key={row.at}
                role="treeitem"
                class={`frame hue-${hueOf(row.label)}`}
                aria-level={row.depth + 1}
                aria-label={`${row.label}, ${row.duration.toFixed(1)} ms, ${percent(row.duration, total)}`}
                data-at={row.at}
                tabIndex={row === focused ? 0 : -1}
                style={{
                  left: `${((from - zoom.start) / zoom.duration) * 100}%`,
                  width: `${((to - from) / zoom.duration) * 100}%`,
                  top: `${row.depth * ROW}px`,
                }}
                onClick={() => {
                  setCurrent(row);
                  setZoom(zoom === row ? whole : row);
                }}
                onMouseEnter={() => setCurrent(row)}
                onFocus={() => setCurrent(row)}
              >
                <span>{row.label}</span>
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

function Info({ row, total }: { readonly row: FlameRow; readonly total: number }): JSX.Element {
  return (
    <>
      <span class="mono">{row.label}</span>{" "}
      <span class="dim">
        {row.duration.toFixed(1)} ms, {percent(row.duration, total)}
      </span>{" "}
      {row.where === undefined || row.where === "" ? null : <Where where={row.where} />}
    </>
  );
}

/** Where the arrow keys lead from a call. */
function neighbours(
  rows: readonly FlameRow[],
  from: FlameRow,
): Readonly<Record<string, { row: FlameRow | undefined }>> {
  const end = from.start + from.duration;
  const level = rows.filter(({ depth }) => depth === from.depth);
  const at = level.indexOf(from);
  const inside = (row: FlameRow, outer: FlameRow): boolean =>
    row.start >= outer.start - TOLERANCE && row.start + row.duration <= outer.start + outer.duration + TOLERANCE;
  return {
    ArrowUp: { row: rows.find((row) => row.depth === from.depth - 1 && inside(from, row)) },
    ArrowDown: { row: rows.find((row) => row.depth === from.depth + 1 && row.start < end && inside(row, from)) },
    ArrowLeft: { row: level[at - 1] },
    ArrowRight: { row: level[at + 1] },
    Home: { row: rows[0] },
  };
}

function percent(part: number, total: number): string {
  return `${total > 0 ? ((part / total) * 100).toFixed(1) : "0"} %`;
}

/** The same call has the same colour everywhere; it says nothing else. */
function hueOf(label: string): number {
  let sum = 0;
  for (let at = 0; at < label.length; at++) sum = (sum * 31 + label.charCodeAt(at)) % 997;
  return sum % 5;
}
