import type { JSX } from "preact";
import type { ExchangeSummary } from "../exchange-page.ts";
import { Icon } from "./icon.tsx";
import { Menu, type MenuItem } from "./menu.tsx";
import { Chip, findings, milliseconds, Status } from "./sign.tsx";

/** The first line of the open toolbar: the selected request, and what can be done with it. */
export function Head(properties: {
  readonly summary: ExchangeSummary | undefined;
  readonly redirect: ExchangeSummary | undefined;
  readonly page: boolean;
  readonly requests: number;
  readonly isListShown: boolean;
  readonly isComparing: boolean;
  readonly isPinned: boolean;
  readonly copies: readonly MenuItem[];
  readonly more: readonly MenuItem[];
  readonly onList: () => void;
  readonly onCompare: () => void;
  readonly onPin: () => void;
  readonly onSelect: (id: string) => void;
  readonly onClose: () => void;
}): JSX.Element {
  const { summary, redirect, page, requests, isListShown, isComparing, isPinned } = properties;
  return (
    <header>
      <button
        type="button"
        class="tool list-button"
        aria-expanded={isListShown}
        aria-label={isListShown ? "Back to the request" : `All ${requests} requests of the list`}
        title="Requests"
        onClick={properties.onList}
      >
        <Icon name={isListShown ? "back" : "list"} />
      </button>
      <span class="brand" title="Latchkey">
        <Icon name="mark" size={16} />
        <span class={page ? "" : "hidden"}>Latchkey</span>
      </span>
      {summary === undefined ? null : <Line summary={summary} />}
      {redirect === undefined ? null : (
        <button
          type="button"
          class="link"
          onClick={() => properties.onSelect(redirect.id)}
          title="The request that redirected here"
        >
          ← {redirect.status} {redirect.method} {redirect.path}
        </button>
      )}
      <span class="space" />
      {summary === undefined ? null : (
        <div class="tools" role="group" aria-label="This request">
          <Menu label="Copy as" class="wide" items={properties.copies}>
            <Icon name="copy" />
            <span>Copy</span>
            <Icon name="down" size={10} />
          </Menu>
          <button
            type="button"
            class="tool wide"
            aria-pressed={isComparing}
            title="Compare with the last good request of the same route (c)"
            onClick={properties.onCompare}
          >
            <Icon name="compare" />
            <span>Compare</span>
          </button>
          <button type="button" class="tool wide" aria-pressed={isPinned} title="Pin (p)" onClick={properties.onPin}>
            <Icon name="pin" />
            <span>{isPinned ? "Pinned" : "Pin"}</span>
          </button>
        </div>
      )}
      <Menu label="More" items={properties.more}>
        <Icon name="more" />
      </Menu>
      {page ? null : (
        <button
          type="button"
          class="tool"
          onClick={properties.onClose}
          aria-label="Close the toolbar (Escape)"
          title="Close (Esc)"
        >
          <Icon name="close" />
        </button>
      )}
    </header>
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
