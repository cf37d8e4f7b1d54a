import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import type { ExchangeSummary } from "../exchange-page.ts";
import { Chip, findings, Mark, milliseconds, Status } from "./sign.tsx";

const LOWEST = 160;

/** The open toolbar: a line about the request, with the children below it. */
export function Drawer(properties: {
  readonly summary: ExchangeSummary | undefined;
  readonly redirect: ExchangeSummary | undefined;
  readonly page: boolean;
  readonly height: number;
  readonly standalone: string;
  readonly onHeight: (height: number) => void;
  readonly onSelect: (id: string) => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { summary, redirect, page, height, standalone, onHeight, onSelect, onClose, children } = properties;
  const bounded = Math.min(Math.max(height, LOWEST), Math.max(LOWEST, innerHeight - 40));
  return (
    <section
      class={page ? "drawer page" : "drawer"}
      aria-label="Latchkey debug toolbar"
      style={page ? {} : { height: `${bounded}px` }}
    >
      {page ? null : <Grip height={bounded} onHeight={onHeight} />}
      <header>
        <span class="brand" title="Latchkey">
          <Mark />
          <span class={page ? "" : "hidden"}>Latchkey</span>
        </span>
        {summary === undefined ? null : <Line summary={summary} />}
        {redirect === undefined ? null : (
          <button
            type="button"
            class="link"
            onClick={() => onSelect(redirect.id)}
            title="The request that redirected here"
          >
            ← {redirect.status} {redirect.method} {redirect.path}
          </button>
        )}
        <span class="space" />
        {page ? null : (
          <>
            <a class="link" href={standalone} target="_blank" rel="noopener">
              All requests
            </a>
            <button
              type="button"
              class="close"
              onClick={onClose}
              aria-label="Close the toolbar (Escape)"
              title="Close (Esc)"
            >
              ✕
            </button>
          </>
        )}
      </header>
      <div class="body">{children}</div>
    </section>
  );
}

function Line({ summary }: { readonly summary: ExchangeSummary }): JSX.Element {
  return (
    <span class="line" aria-live="polite">
      <Status tone={summary.tone} status={summary.status} />
      <span class="method">{summary.method}</span>
      <span class="path mono" title={summary.path}>
        {summary.path}
      </span>
      <span class="ms">{milliseconds(summary.duration)}</span>
      {summary.findings > 0 ? <Chip tone={summary.tone}>{findings(summary.findings)}</Chip> : null}
      {summary.finished ? null : <Chip>still running</Chip>}
    </span>
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
      aria-valuemax={innerHeight - 40}
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
