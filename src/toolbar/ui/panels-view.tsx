import type { JSX } from "preact";
import type { ExchangePage, PanelView } from "../exchange-page.ts";
import { BlockView } from "./block-view.tsx";
import { Sign } from "./sign.tsx";
import { Tabs } from "./tabs.tsx";
import { Where } from "./where.tsx";

/** The tabs of one request, and the selected panel. */
export function PanelsView({
  page,
  panel,
  onChoose,
}: {
  readonly page: ExchangePage;
  readonly panel: PanelView | undefined;
  readonly onChoose: (id: string) => void;
}): JSX.Element {
  return (
    <div class="detail-side">
      <Tabs panels={page.panels} selected={panel?.id} onChoose={onChoose} />
      {panel === undefined ? null : (
        <div
          // A new element for each request: it begins at the top.
          key={`${page.summary.id} ${panel.id}`}
          class="panel"
          role="tabpanel"
          id="panel"
          aria-labelledby={`tab-${panel.id}`}
          tabIndex={0}
        >
          {panel.findings.length === 0 || panel.blocks[0]?.kind === "verdict" ? null : <Findings panel={panel} />}
          {panel.blocks.map((block, index) => (
            <BlockView key={index} block={block} />
          ))}
        </div>
      )}
    </div>
  );
}

/** A sentence with a link at the place that it names, or else at its end. */
function Placed({ text, where }: { readonly text: string; readonly where: string }): JSX.Element {
  const at = text.indexOf(where);
  return at === -1 ? (
    <>
      {text} <Where where={where} />
    </>
  ) : (
    <>
      {text.slice(0, at)}
      <Where where={where} />
      {text.slice(at + where.length)}
    </>
  );
}

function Findings({ panel }: { readonly panel: PanelView }): JSX.Element {
  return (
    <ul class="findings">
      {panel.findings.map(({ tone, text, where }) => (
        <li key={`${where ?? ""} ${text}`} class={`note ${tone}`}>
          <Sign tone={tone} />
          <span>{where === undefined || where === "" ? text : <Placed text={text} where={where} />}</span>
        </li>
      ))}
    </ul>
  );
}
