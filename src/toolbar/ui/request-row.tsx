import type { JSX } from "preact";
import type { ExchangeSummary } from "../exchange-page.ts";
import { Icon } from "./icon.tsx";
import { findings, milliseconds, Sign } from "./sign.tsx";

/** A line of the list. */
export function RequestRow(properties: {
  readonly exchange: ExchangeSummary;
  readonly count: number;
  readonly isSelected: boolean;
  readonly isOwn: boolean;
  readonly isPinned: boolean;
  readonly host: string;
  readonly onSelect: (id: string) => void;
}): JSX.Element {
  const { exchange, count, isSelected, isOwn, isPinned, host, onSelect } = properties;
  const { id, tone, status, method, path, duration, startedAt, session, kind } = exchange;
  const facts = [
    isOwn ? "this page" : clockTime(startedAt),
    ...(kind === undefined || kind === "document" ? [] : [kind]),
    ...(session === undefined || session.startsWith("not ") ? [] : [`session ${session}`]),
  ];
  return (
    <li>
      <button type="button" class="row" aria-current={isSelected ? "true" : undefined} onClick={() => onSelect(id)}>
        <Sign tone={tone} />
        <span class={`code ${tone}`}>{status ?? "…"}</span>
        <span class="method">{method}</span>
        <span class="path" title={path}>
          {path}
        </span>
        {isPinned ? <Icon name="pin" size={12} /> : null}
        {count > 1 ? <span class="times">×{count}</span> : null}
        <span class="ms">{milliseconds(duration)}</span>
        <span class="sub">
          {exchange.host !== undefined && exchange.host !== host ? (
            <span class="host" title="Another server than this page's">
              {exchange.host}
            </span>
          ) : null}
          {facts.join(" · ")}
          {exchange.findings > 0 ? <span class={tone}> · {findings(exchange.findings)}</span> : null}
        </span>
      </button>
    </li>
  );
}

function clockTime(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}
