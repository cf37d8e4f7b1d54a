import type { JSX, Ref } from "preact";
import { useRef, useState } from "preact/hooks";
import type { ExchangeSummary } from "../exchange-page.ts";
import { Icon } from "./icon.tsx";
import type { Corner } from "./preferences.ts";
import { findings, milliseconds, Status } from "./sign.tsx";

/** Pixels that a pointer moves before it drags. */
const DRAG_FROM = 6;

/**
 * The closed toolbar: a summary of the request in a corner of the page, which it can be moved to.
 */
export function Handle(properties: {
  readonly summary: ExchangeSummary | undefined;
  readonly lost: boolean;
  readonly later: number;
  readonly corner: Corner;
  readonly shortcut: string;
  readonly onCorner: (corner: Corner) => void;
  readonly onOpen: () => void;
  readonly onHide: () => void;
  readonly element: Ref<HTMLButtonElement>;
}): JSX.Element {
  const { summary, lost, later, corner, shortcut, onCorner, onOpen, onHide, element } = properties;
  const from = useRef<{ x: number; y: number } | undefined>(undefined);
  const wasDragged = useRef(false);
  const [offset, setOffset] = useState<{ x: number; y: number }>();

  const drop = (event: PointerEvent): void => {
    if (offset !== undefined) onCorner(nearestCorner(event.clientX, event.clientY));
    from.current = undefined;
    setOffset(undefined);
  };
  return (
    <div
      class={`handle-box ${corner} ${offset === undefined ? "" : "dragged"}`}
      style={offset === undefined ? { translate: "none" } : { translate: `${offset.x}px ${offset.y}px` }}
    >
      <button
        type="button"
        ref={element}
        class="handle"
        aria-expanded="false"
        {...(shortcut === "" ? {} : { "aria-keyshortcuts": shortcut })}
        title={`Latchkey debug toolbar${shortcut === "" ? "" : ` (${shortcut})`}. Drag it, or press an arrow key, to move it to another corner.`}
        onClick={() => {
          if (!wasDragged.current) onOpen();
          wasDragged.current = false;
        }}
        onKeyDown={(event) => {
          const next = cornerTowards(corner, event.key);
          if (next === undefined) return;
          event.preventDefault();
          onCorner(next);
        }}
        onPointerDown={(event) => {
          wasDragged.current = false;
          if (event.button !== 0) return;
          from.current = { x: event.clientX, y: event.clientY };
          // The pointer may leave the button before it has moved far enough.
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (from.current === undefined) return;
          const moved = { x: event.clientX - from.current.x, y: event.clientY - from.current.y };
          if (offset === undefined && Math.hypot(moved.x, moved.y) < DRAG_FROM) return;
          wasDragged.current = true;
          setOffset(moved);
        }}
        onPointerUp={drop}
        onPointerCancel={drop}
      >
        <Icon name="mark" />
        <span class="hidden">Open the debug toolbar: </span>
        {summary === undefined ? (
          <span class="dim">{lost ? "! no record" : "…"}</span>
        ) : (
          <Figures summary={summary} later={later} />
        )}
      </button>
      <button
        type="button"
        class="hide"
        onClick={onHide}
        aria-label="Hide the debug toolbar in this tab"
        title={`Hide in this tab${shortcut === "" ? "" : `. ${shortcut} shows it again`}`}
      >
        <Icon name="close" size={10} />
      </button>
    </div>
  );
}

function Figures({ summary, later }: { readonly summary: ExchangeSummary; readonly later: number }): JSX.Element {
  const trouble = summary.tone === "error";
  return (
    <>
      <Status tone={summary.tone} status={summary.status} />
      {trouble ? (
        <span class="path">
          {summary.method} {summary.path}
        </span>
      ) : (
        <span class="ms">{milliseconds(summary.duration)}</span>
      )}
      {summary.findings > 0 ? <span class={`words ${summary.tone}`}>{findings(summary.findings)}</span> : null}
      {later > 0 ? (
        <span class="later" title={`${later} later request${later === 1 ? "" : "s"}`}>
          +{later}
        </span>
      ) : null}
    </>
  );
}

function nearestCorner(x: number, y: number): Corner {
  return `${y < innerHeight / 2 ? "top" : "bottom"}-${x < innerWidth / 2 ? "left" : "right"}`;
}

function cornerTowards(corner: Corner, key: string): Corner | undefined {
  const [vertical, horizontal] = corner.split("-") as ["top" | "bottom", "left" | "right"];
  switch (key) {
    case "ArrowUp":
      return `top-${horizontal}`;
    case "ArrowDown":
      return `bottom-${horizontal}`;
    case "ArrowLeft":
      return `${vertical}-left`;
    case "ArrowRight":
      return `${vertical}-right`;
    default:
      return undefined;
  }
}
