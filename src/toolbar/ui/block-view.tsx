import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import type { Block, DownloadBlock, NumbersBlock, PairsBlock, VerdictBlock } from "../blocks.ts";
import { Ask } from "./ask.tsx";
import { CellView, Meter, PanelLink } from "./cell.tsx";
import { addressOf } from "./client.ts";
import { Code } from "./code.tsx";
import { Flame } from "./flame.tsx";
import { Icon } from "./icon.tsx";
import { Shares } from "./shares.tsx";
import { Sign } from "./sign.tsx";
import { Table } from "./table.tsx";
import { Timeline } from "./timeline.tsx";
import { ToolbarContext } from "./toolbar-context.ts";

/** Draws one block. All texts from the server become text nodes, never HTML. */
export function BlockView({ block }: { readonly block: Block }): JSX.Element | null {
  switch (block.kind) {
    case "verdict":
      return <Verdict block={block} />;
    case "numbers":
      return <Numbers block={block} />;
    case "pairs":
      return <Pairs block={block} />;
    case "table":
      return <Table block={block} viewer={BlockView} />;
    case "timeline":
      return <Timeline block={block} />;
    case "flame":
      return <Flame block={block} />;
    case "download":
      return <Download block={block} />;
    case "ask":
      return <Ask block={block} viewer={BlockView} />;
    case "code":
      return <Code block={block} />;
    case "shares":
      return <Shares block={block} />;
    case "text":
      return <p class="text">{block.text}</p>;
    case "note":
      return (
        <p class={`note ${block.tone}`}>
          <Sign tone={block.tone} />
          <span>{block.text}</span>
        </p>
      );
    default:
      // A newer server may know more kinds than the script of an older page.
      return null;
  }
}

function Verdict({ block }: { readonly block: VerdictBlock }): JSX.Element {
  return (
    <div class={`verdict ${block.tone}`}>
      <Sign tone={block.tone} />
      <div>
        <h3>{block.title}</h3>
        {block.text === undefined ? null : <p>{block.text}</p>}
        {block.hint === undefined ? null : <p class="hint">{block.hint}</p>}
      </div>
    </div>
  );
}

function Numbers({ block }: { readonly block: NumbersBlock }): JSX.Element {
  return (
    <dl class="numbers">
      {block.items.map(({ value, unit, label, tone = "plain", meter, panel }) => (
        <div key={label} class={tone}>
          <dt>{label}</dt>
          <dd>
            {tone === "warn" || tone === "error" ? <Sign tone={tone} /> : null}
            {panel === undefined ? value : <PanelLink panel={panel}>{value}</PanelLink>}
            {unit === undefined ? null : <small> {unit}</small>}
          </dd>
          {meter === undefined ? null : (
            <dd class="share">
              <Meter {...meter} tone={tone} />
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}

function Pairs({ block }: { readonly block: PairsBlock }): JSX.Element {
  return (
    <section>
      {block.title === undefined ? null : <h3>{block.title}</h3>}
      <dl class="pairs">
        {block.rows.map(({ name, value }, index) => (
          <div key={index}>
            <dt>{name}</dt>
            <dd>
              <CellView cell={value} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Download({ block: { name, path } }: { readonly block: DownloadBlock }): JSX.Element {
  const { parameters } = useContext(ToolbarContext);
  return (
    <p>
      <a class="action" href={addressOf(parameters, path, { save: "1" })} download={name}>
        <Icon name="save" /> {name}
      </a>
    </p>
  );
}
