import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";

/** A sheet over the drawer. Escape closes it, and what had the focus gets it again. */
export function Sheet({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  const sheet = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const root = sheet.current?.getRootNode();
    const before = root instanceof ShadowRoot ? root.activeElement : null;
    sheet.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <div
      class="sheet"
      role="dialog"
      aria-modal="true"
      aria-label={title}
      tabIndex={-1}
      ref={sheet}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
        else if (event.key === "Tab") keepInside(event, sheet.current);
        event.stopPropagation();
      }}
    >
      <div class="sheet-head">
        <h2>{title}</h2>
        <button type="button" class="tool" onClick={onClose} aria-label="Close this sheet" title="Close (Esc)">
          <Icon name="close" />
        </button>
      </div>
      {children}
    </div>
  );
}

function keepInside(event: KeyboardEvent, sheet: HTMLElement | null): void {
  const stops = [...(sheet?.querySelectorAll<HTMLElement>("button, textarea, a[href]") ?? [])];
  const [first, last] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  if (first === undefined || !(first.matches(":focus") || sheet?.matches(":focus") === true)) return;
  if (sheet?.matches(":focus") === true && !event.shiftKey) return;
  event.preventDefault();
  last?.focus();
}
