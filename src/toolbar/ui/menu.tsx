import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** One line of a menu. */
export type MenuItem =
  | {
      readonly label: string;
      /** The key that does the same. */
      readonly keys?: string;
      /** Absent for what is not on or off. */
      readonly isChecked?: boolean;
      /** Of the items with a check mark, only one is on. */
      readonly isRadio?: boolean;
      /** Shown only where there is no room for its button. */
      readonly isForNarrow?: boolean;
      readonly onChoose: () => void;
    }
  | { readonly label: string; readonly href: string; readonly download?: string; readonly opensTab?: boolean }
  | { readonly title: string };

/** A button that opens a list of things to do. */
export function Menu(properties: {
  readonly label: string;
  readonly class?: string;
  readonly items: readonly MenuItem[];
  readonly children: ComponentChildren;
}): JSX.Element {
  const { label, items, children } = properties;
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);

  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  useLayoutEffect(() => {
    if (!isOpen) return;
    const rows = rowsOf(list.current);
    (rows.find((row) => row.matches("[role=menuitemradio][aria-checked=true]")) ?? rows[0])?.focus();
  }, [isOpen]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isOpen) return;
    const rows = rowsOf(list.current);
    const at = rows.findIndex((row) => row.matches(":focus"));
    const next = {
      ArrowDown: rows[at + 1] ?? rows[0],
      ArrowUp: rows[at - 1] ?? rows.at(-1),
      Home: rows[0],
      End: rows.at(-1),
    }[event.key];
    if (event.key === "Escape") close();
    else if (event.key === "Tab") setOpen(false);
    else next?.focus();
    if (next !== undefined || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  return (
    <div
      class={`menu-place ${properties.class ?? ""}`}
      ref={root}
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node) || root.current?.contains(to) !== true) setOpen(false);
      }}
    >
      <button
        type="button"
        class="tool"
        ref={button}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen ? (
        <div class="menu" role="menu" aria-label={label} ref={list}>
          {items.map((item) => (
            <Item key={"title" in item ? item.title : item.label} item={item} onDone={close} />
          ))}
        </div>
      ) : null}
    </div>
  );
}

function Item({ item, onDone }: { readonly item: MenuItem; readonly onDone: () => void }): JSX.Element {
  if ("title" in item)
    return (
      <div class="menu-title" role="presentation">
        {item.title}
      </div>
    );
  if ("href" in item) {
    const { label, href, download, opensTab = false } = item;
    return (
      <a
        role="menuitem"
        tabIndex={-1}
        href={href}
        onClick={() => setTimeout(onDone)}
        {...(download === undefined ? {} : { download })}
        {...(opensTab ? { target: "_blank", rel: "noopener" } : {})}
      >
        <span class="check" />
        {label}
      </a>
    );
  }
  const { label, keys, isChecked, isRadio = false, isForNarrow = false, onChoose } = item;
  return (
    <button
      type="button"
      role={isChecked === undefined ? "menuitem" : isRadio ? "menuitemradio" : "menuitemcheckbox"}
      aria-checked={isChecked}
      aria-keyshortcuts={keys}
      class={isForNarrow ? "narrow" : ""}
      tabIndex={-1}
      onClick={() => {
        onDone();
        onChoose();
      }}
    >
      <span class="check">{isChecked === true ? "✓" : ""}</span>
      {label}
      {keys === undefined ? null : <kbd aria-hidden="true">{keys}</kbd>}
    </button>
  );
}

/** The lines that can be seen: some are for narrow windows only. */
function rowsOf(list: HTMLElement | null): readonly HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])].filter(
    (row) => row.getClientRects().length > 0,
  );
}
