import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ExchangeSummary } from "../exchange-page.ts";
import { findings, milliseconds, Sign } from "./sign.tsx";

interface Group {
  readonly newest: ExchangeSummary;
  readonly count: number;
}

/** The recorded requests, newest first. Equal requests in a row are one line. */
export function RequestList(properties: {
  readonly exchanges: readonly ExchangeSummary[];
  readonly capacity: number;
  readonly selected: string | undefined;
  readonly own: string | undefined;
  readonly onSelect: (id: string) => void;
}): JSX.Element {
  const { exchanges, capacity, selected, own, onSelect } = properties;
  const [filter, setFilter] = useState("");
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = grouped(
    exchanges.filter((exchange) => words.every((word) => textOf(exchange).includes(word))),
    selected,
    own,
  );
  return (
    <nav class="list" aria-label="Requests">
      <label class="filter">
        <span class="hidden">Filter requests</span>
        <input
          type="search"
          placeholder="Filter: path, status, session"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <span class="count" title={`The list shows the last ${capacity} requests of this server`}>
          {exchanges.length}
        </span>
      </label>
      <ol onKeyDown={moveFocus}>
        {shown.map(({ newest, count }) => (
          <li key={newest.id}>
            <button
              type="button"
              class="row"
              aria-current={newest.id === selected ? "true" : undefined}
              onClick={() => onSelect(newest.id)}
            >
              <Sign tone={newest.tone} />
              <span class="code">{newest.status ?? "…"}</span>
              <span class="method">{newest.method}</span>
              <span class="path" title={newest.path}>
                {newest.path}
              </span>
              {count > 1 ? <span class="times">×{count}</span> : null}
              <span class="ms">{milliseconds(newest.duration)}</span>
              <span class="sub">
                {newest.id === own ? "this page" : clockTime(newest.startedAt)}
                {newest.session === undefined || newest.session === "not used" ? "" : ` · session ${newest.session}`}
                {newest.findings > 0 ? ` · ${findings(newest.findings)}` : ""}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {shown.length === 0 ? (
        <p class="empty">
          {exchanges.length === 0 ? "No request has been recorded yet." : "No request matches the filter."}
        </p>
      ) : null}
    </nav>
  );
}

function grouped(exchanges: readonly ExchangeSummary[], ...alone: readonly (string | undefined)[]): Group[] {
  const groups: Group[] = [];
  for (const exchange of exchanges) {
    const last = groups.at(-1);
    const same =
      last !== undefined &&
      (["method", "path", "status", "tone", "session"] as const).every((name) => last.newest[name] === exchange[name]);
    if (same && !alone.includes(exchange.id) && !alone.includes(last.newest.id))
      groups[groups.length - 1] = { newest: last.newest, count: last.count + 1 };
    else groups.push({ newest: exchange, count: 1 });
  }
  return groups;
}

function textOf({ method, path, status, session }: ExchangeSummary): string {
  return `${method} ${path} ${status ?? ""} ${session ?? ""}`.toLowerCase();
}

function clockTime(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}

function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLOListElement }): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const at = rows.findIndex((row) => row.matches(":focus"));
  rows[at + step]?.focus();
  event.preventDefault();
}
