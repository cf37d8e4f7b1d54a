import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Block } from "../blocks.ts";
import type { ExchangeSummary } from "../exchange-page.ts";
import { BlockView } from "./block-view.tsx";
import { loadComparison, type Parameters } from "./client.ts";
import { Icon } from "./icon.tsx";
import { milliseconds } from "./sign.tsx";

/** What is different between the selected request and another one. */
export function CompareView(properties: {
  readonly parameters: Parameters;
  readonly after: ExchangeSummary;
  /** The request to compare with; undefined without one. */
  readonly before: string | undefined;
  /** Those to choose from, the most alike first. */
  readonly candidates: readonly ExchangeSummary[];
  readonly onBefore: (id: string) => void;
  readonly onClose: () => void;
}): JSX.Element {
  const { parameters, after, before, candidates, onBefore, onClose } = properties;
  const [blocks, setBlocks] = useState<readonly Block[] | "lost">();
  const back = useRef<HTMLButtonElement>(null);
  // It takes the place of the panels, and with them of what may have had the focus.
  useLayoutEffect(() => back.current?.focus(), []);
  useEffect(() => {
    if (before === undefined) return undefined;
    let isOver = false;
    const show = async (): Promise<void> => {
      const answer = await loadComparison(parameters, before, after.id);
      if (!isOver) setBlocks(answer ?? "lost");
    };
    void show();
    return () => {
      isOver = true;
    };
  }, [parameters, before, after.id]);
  return (
    <section class="detail-side" aria-label="Comparison">
      <div class="compare-head">
        <button
          type="button"
          class="tool"
          ref={back}
          onClick={onClose}
          aria-label="Back to the panels"
          title="Back (Esc)"
        >
          <Icon name="back" />
        </button>
        <label>
          <span>Before</span>
          <select value={before ?? ""} onChange={(event) => onBefore(event.currentTarget.value)}>
            {before === undefined ? <option value="">choose a request</option> : null}
            {candidates.map((exchange) => (
              <option key={exchange.id} value={exchange.id}>
                {lineOf(exchange)}
              </option>
            ))}
          </select>
        </label>
        <span class="compare-after">
          After <span class="mono">{lineOf(after)}</span>
        </span>
      </div>
      <div class="panel" tabIndex={0} role="region" aria-label="Differences">
        {before === undefined ? (
          <p class="empty">No other request had this route. Choose one above to compare with.</p>
        ) : blocks === "lost" ? (
          <p class="empty">The server no longer has one of these requests.</p>
        ) : blocks === undefined ? (
          <p class="empty">Loading…</p>
        ) : (
          blocks.map((block, index) => <BlockView key={`${before} ${index}`} block={block} />)
        )}
      </div>
    </section>
  );
}

function lineOf({ status, method, path, duration, startedAt }: ExchangeSummary): string {
  const time = new Date(startedAt * 1000).toLocaleTimeString("en-GB");
  return `${time}  ${status ?? "…"} ${method} ${path}  ${milliseconds(duration)}`;
}
