import type { JSX } from "preact";
import type { Block, Cell, NumbersBlock, PairsBlock, TableBlock, TimelineBlock, VerdictBlock } from "../blocks.ts";
import { Sign } from "./sign.tsx";

/** Draws one block. All texts from the server become text nodes, never HTML. */
export function BlockView({ block }: { readonly block: Block }): JSX.Element {
  switch (block.kind) {
    case "verdict":
      return <Verdict block={block} />;
    case "numbers":
      return <Numbers block={block} />;
    case "pairs":
      return <Pairs block={block} />;
    case "table":
      return <Table block={block} />;
    case "timeline":
      return <Timeline block={block} />;
    case "code":
      return (
        <section>
          <Title text={block.title} />
          <pre tabIndex={0}>{block.text}</pre>
        </section>
      );
    case "text":
      return <p class="text">{block.text}</p>;
    case "flame":
    case "download":
    case "ask":
      return <></>;
    default:
      return (
        <p class={`note ${block.tone}`}>
          <Sign tone={block.tone} />
          <span>{block.text}</span>
        </p>
      );
  }
}

function Title({ text }: { readonly text: string | undefined }): JSX.Element | null {
  return text === undefined ? null : <h3>{text}</h3>;
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
      {block.items.map(({ value, unit, label, tone = "plain", meter }) => (
        <div key={label} class={tone}>
          <dd>
            {value}
            {unit === undefined ? null : <small> {unit}</small>}
          </dd>
          <dt>{label}</dt>
          {meter === undefined ? null : <Meter {...meter} />}
        </div>
      ))}
    </dl>
  );
}

function Pairs({ block }: { readonly block: PairsBlock }): JSX.Element {
  return (
    <section>
      <Title text={block.title} />
      <dl class="pairs">
        {block.rows.map(({ name, value }) => (
          <div key={name}>
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

function Table({ block: { title, columns, rows, empty } }: { readonly block: TableBlock }): JSX.Element {
  return (
    <section>
      <Title text={title} />
      {rows.length === 0 ? (
        <p class="empty">{empty ?? "Nothing."}</p>
      ) : (
        <table>
          <thead>
            <tr>
              {columns.map((column, index) => (
                <th key={index} scope="col" class={columnClass(column)}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {("cells" in row ? row.cells : row).map((cell, at) => (
                  <td key={at} class={columnClass(columns[at])}>
                    <CellView cell={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function columnClass(column: TableBlock["columns"][number] | undefined): string {
  return `${column?.align ?? ""} ${column?.grow === true ? "grow" : ""}`.trim();
}

function CellView({ cell }: { readonly cell: Cell }): JSX.Element {
  if (typeof cell === "string" || typeof cell === "number")
    return <>{typeof cell === "number" ? cell.toLocaleString("en-US") : cell}</>;
  return (
    <>
      <span class={`${cell.mono === true ? "mono" : ""} ${cell.tone ?? ""}`}>{cell.text}</span>
      {cell.meter === undefined ? null : <Meter {...cell.meter} />}
      {cell.detail === undefined ? null : <span class="detail">{cell.detail}</span>}
    </>
  );
}

function Meter({ value, of }: { readonly value: number; readonly of: number }): JSX.Element {
  const share = of > 0 ? value / of : 0;
  const tone = share > 1 ? "error" : share > 0.85 ? "warn" : "";
  return (
    <span class={`meter ${tone}`} aria-hidden="true">
      <span style={{ width: `${Math.min(100, Math.max(1, share * 100))}%` }} />
    </span>
  );
}

function Timeline({ block: { title, total, rows } }: { readonly block: TimelineBlock }): JSX.Element {
  const share = (time: number): string => `${total > 0 ? Math.min(100, (time / total) * 100) : 0}%`;
  return (
    <section>
      <Title text={title} />
      <ol class="timeline">
        {rows.map(({ label, start, duration, tone = "plain", detail }, index) => (
          <li key={index}>
            <span class="label">
              {label}
              {detail === undefined ? null : <span class="detail">{detail}</span>}
            </span>
            <span class="track" aria-hidden="true">
              <span
                class={`${duration > 0 ? "bar" : "moment"} ${tone}`}
                style={
                  duration > 0 ? { left: share(start), width: `max(2px, ${share(duration)})` } : { left: share(start) }
                }
              />
            </span>
            <span class="time">{duration > 0 ? `${duration.toFixed(1)} ms` : `at ${start.toFixed(1)} ms`}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
