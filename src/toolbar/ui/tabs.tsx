import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { PanelView } from "../exchange-page.ts";
import { Icon } from "./icon.tsx";
import { Menu } from "./menu.tsx";
import { Sign } from "./sign.tsx";

/**
 * The tabs of the panels. Where they do not fit, their edges fade, the selected one is scrolled
 * into view, and a menu at the end lists all of them.
 */
export function Tabs({
  panels,
  selected,
  onChoose,
}: {
  readonly panels: readonly PanelView[];
  readonly selected: string | undefined;
  readonly onChoose: (id: string) => void;
}): JSX.Element {
  const tabs = useRef<HTMLDivElement>(null);
  const [edges, setEdges] = useState("");

  const measure = (): void => {
    const list = tabs.current;
    if (list === null) return;
    const left = list.scrollLeft > 1;
    const right = list.scrollLeft + list.clientWidth < list.scrollWidth - 1;
    setEdges(`${left ? "cut-left " : ""}${right ? "cut-right" : ""}`.trim());
  };
  useLayoutEffect(() => {
    const list = tabs.current;
    const tab = list?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (list !== null && tab !== null && tab !== undefined) {
      const margin = 48;
      if (tab.offsetLeft - margin < list.scrollLeft) list.scrollLeft = tab.offsetLeft - margin;
      const end = tab.offsetLeft + tab.offsetWidth + margin;
      if (end > list.scrollLeft + list.clientWidth) list.scrollLeft = end - list.clientWidth;
    }
    measure();
    const observer = new ResizeObserver(measure);
    if (list !== null) observer.observe(list);
    return () => observer.disconnect();
  }, [selected, panels]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const at = panels.findIndex(({ id }) => id === selected);
    const last = panels.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at <= 0 ? last : at - 1, Home: 0, End: last }[
      event.key
    ];
    const next = to === undefined ? undefined : panels[to];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next.id);
    tabs.current?.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <div class="tab-bar">
      <div
        class={`tabs ${edges}`}
        role="tablist"
        aria-label="Panels"
        ref={tabs}
        onKeyDown={onKeyDown}
        onScroll={measure}
      >
        {panels.map((panel) => (
          <Tab key={panel.id} panel={panel} isSelected={panel.id === selected} onChoose={onChoose} />
        ))}
      </div>
      {edges === "" ? null : (
        <Menu
          label="All panels"
          items={panels.map(({ id, title, subtitle, findings }) => ({
            label: `${title}${subtitle === undefined ? "" : ` · ${subtitle}`}${findings.length === 0 ? "" : " !"}`,
            isChecked: id === selected,
            isRadio: true,
            onChoose: () => onChoose(id),
          }))}
        >
          <Icon name="down" />
        </Menu>
      )}
    </div>
  );
}

function Tab({
  panel,
  isSelected,
  onChoose,
}: {
  readonly panel: PanelView;
  readonly isSelected: boolean;
  readonly onChoose: (id: string) => void;
}): JSX.Element {
  const { id, title, subtitle, findings } = panel;
  const worst = findings.some(({ tone }) => tone === "error") ? "error" : findings.length > 0 ? "warn" : undefined;
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${id}`}
      aria-selected={isSelected}
      aria-controls={isSelected ? "panel" : undefined}
      tabIndex={isSelected ? 0 : -1}
      onClick={() => onChoose(id)}
    >
      {worst === undefined ? null : <Sign tone={worst} />}
      {title}
      {subtitle === undefined ? null : <span class="subtitle">{subtitle}</span>}
    </button>
  );
}
