import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { ExchangePage, PanelView } from "../exchange-page.ts";
import { BlockView } from "./blocks.tsx";
import { Sign } from "./sign.tsx";

/** The tabs of one request, and the selected panel. */
export function PanelsView(properties: {
  readonly page: ExchangePage;
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}): JSX.Element {
  const { page, chosen, onChoose } = properties;
  const tabs = useRef<HTMLDivElement>(null);
  const panel = page.panels.find(({ id }) => id === chosen) ?? page.panels[0];

  const onKeyDown = (event: KeyboardEvent): void => {
    const at = page.panels.findIndex(({ id }) => id === panel?.id);
    const last = page.panels.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[
      event.key
    ];
    const next = to === undefined ? undefined : page.panels[to];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next.id);
    tabs.current?.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };

  return (
    <div class="detail-side">
      <div class="tabs" role="tablist" aria-label="Panels" ref={tabs} onKeyDown={onKeyDown}>
        {page.panels.map((each) => (
          <Tab key={each.id} panel={each} selected={each.id === panel?.id} onChoose={onChoose} />
        ))}
      </div>
      {panel === undefined ? null : (
        <div class="panel" role="tabpanel" id="panel" aria-labelledby={`tab-${panel.id}`} tabIndex={0}>
          {panel.findings.length === 0 || panel.blocks[0]?.kind === "verdict" ? null : <Findings panel={panel} />}
          {panel.blocks.map((block, index) => (
            <BlockView key={`${panel.id} ${index}`} block={block} />
          ))}
        </div>
      )}
    </div>
  );
}

function Tab({
  panel,
  selected,
  onChoose,
}: {
  readonly panel: PanelView;
  readonly selected: boolean;
  readonly onChoose: (id: string) => void;
}): JSX.Element {
  const worst = panel.findings.some(({ tone }) => tone === "error")
    ? "error"
    : panel.findings.length > 0
      ? "warn"
      : undefined;
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${panel.id}`}
      aria-selected={selected}
      aria-controls="panel"
      tabIndex={selected ? 0 : -1}
      onClick={() => onChoose(panel.id)}
    >
      {worst === undefined ? null : <Sign tone={worst} />}
      {panel.title}
      {panel.subtitle === undefined ? null : <span class="subtitle">{panel.subtitle}</span>}
    </button>
  );
}

function Findings({ panel }: { readonly panel: PanelView }): JSX.Element {
  return (
    <ul class="findings">
      {panel.findings.map(({ tone, text }) => (
        <li key={text} class={`note ${tone}`}>
          <Sign tone={tone} />
          <span>{text}</span>
        </li>
      ))}
    </ul>
  );
}
