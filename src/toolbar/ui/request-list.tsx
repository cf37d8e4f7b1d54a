import type { JSX, Ref } from "preact";
import type { ExchangeSummary, RequestKind } from "../exchange-page.ts";
import { FILTER_HELP, parseFilter, type Filter } from "./filter.ts";
import { groupsOf } from "./groups.ts";
import { Icon } from "./icon.tsx";
import { ListTools } from "./list-tools.tsx";
import { RequestRow } from "./request-row.tsx";
import type { Requests } from "./use-requests.ts";

/** The filters that are one click away, with what they find. */
const SAVED: readonly (readonly [label: string, filter: string])[] = [
  ["errors", "error"],
  ["slow", "slow"],
  ["rejected cookies", "session:bad"],
];
const KINDS: readonly (readonly [kind: RequestKind, label: string])[] = [
  ["document", "documents"],
  ["fetch", "fetch"],
  ["asset", "assets"],
];
/** The most lines that are drawn. */
const MOST_DRAWN = 300;

/** The recorded requests, newest first. Equal requests in a row are one line. */
export function RequestList(properties: {
  readonly requests: Requests;
  /** Those that the filter and the kinds let through. */
  readonly shown: readonly ExchangeSummary[];
  readonly filter: Filter;
  readonly text: string;
  readonly without: readonly RequestKind[];
  readonly pins: readonly string[];
  readonly selected: string | undefined;
  readonly own: string | undefined;
  /** The host of this page. Requests to another one are marked. */
  readonly host: string;
  readonly isFollowing: boolean;
  readonly search: Ref<HTMLInputElement>;
  readonly onText: (text: string) => void;
  readonly onWithout: (without: readonly RequestKind[]) => void;
  readonly onFollow: () => void;
  readonly onSelect: (id: string) => void;
}): JSX.Element {
  const { requests, shown, filter, text, without, pins, selected, own, host, onSelect } = properties;
  const { exchanges, capacity, slowMs } = requests;
  const pinned = shown.filter(({ id }) => pins.includes(id));
  const others = groupsOf(
    shown.filter(({ id }) => !pins.includes(id)),
    [selected, own],
  );
  const drawn = others.slice(0, MOST_DRAWN);
  const row = (exchange: ExchangeSummary, count: number): JSX.Element => (
    <RequestRow
      key={exchange.id}
      exchange={exchange}
      count={count}
      isSelected={exchange.id === selected}
      isOwn={exchange.id === own}
      isPinned={pins.includes(exchange.id)}
      host={host}
      onSelect={onSelect}
    />
  );
  return (
    <nav class="list" aria-label="Requests">
      <div class="filter">
        <Icon name="search" />
        <input
          type="search"
          ref={properties.search}
          aria-label="Filter the requests"
          aria-describedby="filter-help"
          aria-invalid={filter.problem !== undefined}
          placeholder="Filter  ( / )"
          spellcheck={false}
          autocomplete="off"
          value={text}
          onInput={(event) => properties.onText(event.currentTarget.value)}
        />
        <ListTools requests={requests} isFollowing={properties.isFollowing} onFollow={properties.onFollow} />
      </div>
      <p id="filter-help" class={`filter-help ${filter.problem === undefined ? "" : "wrong"}`}>
        {filter.problem ?? FILTER_HELP}
      </p>
      <div class="chips" role="group" aria-label="Filters">
        {KINDS.map(([kind, label]) => {
          const count = exchanges.filter((exchange) => (exchange.kind ?? "document") === kind).length;
          if (count === 0 && !without.includes(kind)) return null;
          const isShown = !without.includes(kind);
          return (
            <button
              key={kind}
              type="button"
              aria-pressed={isShown}
              onClick={() =>
                properties.onWithout(isShown ? [...without, kind] : without.filter((each) => each !== kind))
              }
            >
              {label} <span class="count">{count}</span>
            </button>
          );
        })}
        <span class="chip-gap" />
        {SAVED.map(([label, saved]) => {
          const count = exchanges.filter(parseFilter(saved, slowMs).matches).length;
          const isActive = text.trim() === saved;
          if (count === 0 && !isActive) return null;
          return (
            <button
              key={saved}
              type="button"
              class="saved"
              aria-pressed={isActive}
              onClick={() => properties.onText(isActive ? "" : saved)}
            >
              {label} <span class="count">{count}</span>
            </button>
          );
        })}
      </div>
      <div class="rows" onKeyDown={moveFocus}>
        {pinned.length === 0 ? null : (
          <>
            <h2 id="pinned">Pinned</h2>
            <ol aria-labelledby="pinned">{pinned.map((exchange) => row(exchange, 1))}</ol>
            <h2 id="all">Requests</h2>
          </>
        )}
        <ol>{drawn.map(({ newest, count }) => row(newest, count))}</ol>
        {others.length > drawn.length ? (
          <p class="empty">{others.length - drawn.length} more. Filter the list to find them.</p>
        ) : null}
        {shown.length === 0 ? (
          <p class="empty">
            {exchanges.length === 0
              ? "No request has been recorded yet."
              : `None of the ${exchanges.length} requests matches the filter.`}
          </p>
        ) : null}
        {capacity > 0 && exchanges.length >= capacity ? (
          <p class="empty">The server keeps the last {capacity} requests.</p>
        ) : null}
      </div>
    </nav>
  );
}

function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const at = rows.findIndex((row) => row.matches(":focus"));
  rows[at + step]?.focus();
  event.preventDefault();
}
