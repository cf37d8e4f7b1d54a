import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";

const LOWEST = 160;

/** The height that a drawer of this wish has in this window. */
export function boundedHeight(height: number): number {
  return Math.min(Math.max(height, LOWEST), Math.max(LOWEST, innerHeight - 40));
}

/** The open toolbar: a head, with the children below it. */
export function Drawer(properties: {
  /** Whether it is a page of its own. */
  readonly page: boolean;
  readonly height: number;
  readonly onHeight: (height: number) => void;
  readonly head: JSX.Element;
  /** What lies over it. */
  readonly over: JSX.Element | null;
  /** What a narrow window shows: the list, or one request. */
  readonly isListShown: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { page, height, onHeight, head, over, isListShown, children } = properties;
  return (
    <section
      class={page ? "drawer page" : "drawer"}
      aria-label="Latchkey debug toolbar"
      style={page ? {} : { height: `${height}px` }}
    >
      {page ? null : <Grip height={height} onHeight={onHeight} />}
      {head}
      <div class={`body ${isListShown ? "list-shown" : ""}`}>{children}</div>
      {over}
    </section>
  );
}

/** The upper edge: drag it, or move it with the arrow keys. */
function Grip({
  height,
  onHeight,
}: {
  readonly height: number;
  readonly onHeight: (height: number) => void;
}): JSX.Element {
  const from = useRef<{ y: number; height: number } | undefined>(undefined);
  return (
    <div
      class="grip"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the toolbar"
      aria-valuenow={height}
      aria-valuemin={LOWEST}
      aria-valuemax={Math.max(height, innerHeight - 40)}
      tabIndex={0}
      onKeyDown={(event) => {
        const step = event.key === "ArrowUp" ? 24 : event.key === "ArrowDown" ? -24 : 0;
        if (step === 0) return;
        event.preventDefault();
        onHeight(height + step);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { y: event.clientY, height };
      }}
      onPointerMove={(event) => {
        if (from.current !== undefined) onHeight(from.current.height + from.current.y - event.clientY);
      }}
      onPointerUp={() => (from.current = undefined)}
      onPointerCancel={() => (from.current = undefined)}
    />
  );
}
