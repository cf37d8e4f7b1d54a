import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { bestPanel } from "./best-panel.ts";
import type { Parameters } from "./client.ts";
import { compareCandidates, defaultCandidate } from "./compare-candidates.ts";
import { CompareView } from "./compare-view.tsx";
import { CopySheet } from "./copy-sheet.tsx";
import { boundedHeight, Drawer } from "./drawer.tsx";
import { parseFilter } from "./filter.ts";
import { Handle } from "./handle.tsx";
import { Head } from "./head.tsx";
import { keyAction } from "./key-action.ts";
import { KeysSheet } from "./keys-sheet.tsx";
import { copyItems, moreItems } from "./menus.ts";
import { Message } from "./message.tsx";
import { Missing } from "./missing.tsx";
import { PanelsView } from "./panels-view.tsx";
import { onOtherPreferences, readPreferences, withPin, writePreferences, type Preferences } from "./preferences.ts";
import { RequestList } from "./request-list.tsx";
import { isWriting } from "./shortcut.ts";
import { ToolbarContext } from "./toolbar-context.ts";
import { useCopying } from "./use-copying.ts";
import { useExchange } from "./use-exchange.ts";
import { useOwn } from "./use-own.ts";
import { usePagePadding } from "./use-page-padding.ts";
import { useRequests } from "./use-requests.ts";
import { useVisibility } from "./use-visibility.ts";

/** The toolbar: its data, and which part of it is visible. */
export function App({ parameters }: { readonly parameters: Parameters }): JSX.Element | null {
  const [preferences, setPreferences] = useState(readPreferences);
  /**
   * Undefined for the page's own request, so that it stays selected when the page shows another
   * one.
   */
  const [picked, setPicked] = useState(parameters.exchange === undefined ? idOfAddress(parameters) : undefined);
  const [chosen, setChosen] = useState<string>();
  const [filterText, setFilterText] = useState("");
  const [comparedWith, setComparedWith] = useState<string | false>(false);
  const [areKeysShown, setKeysShown] = useState(false);
  const [isListShown, setListShown] = useState(false);
  const requests = useRequests(parameters, preferences.pins);
  const ownId = useOwn(parameters, requests.all);
  const copying = useCopying(parameters);
  const root = useRef<HTMLDivElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  const search = useRef<HTMLInputElement>(null);

  const change = useCallback((changes: Partial<Preferences>) => {
    // At once, because the page may be left before it is drawn again.
    writePreferences(changes);
    setPreferences((known) => ({ ...known, ...changes }));
  }, []);
  useEffect(() => onOtherPreferences(({ pins }) => setPreferences((known) => ({ ...known, pins }))), []);

  const { follow, without, pins, corner } = preferences;
  const filter = useMemo(() => parseFilter(filterText, requests.slowMs), [filterText, requests.slowMs]);
  const shown = useMemo(
    () =>
      requests.exchanges.filter(
        (exchange) =>
          (!without.includes(exchange.kind ?? "document") ||
            exchange.tone === "error" ||
            exchange.id === (picked ?? ownId)) &&
          filter.matches(exchange),
      ),
    [requests.exchanges, without, filter, picked, ownId],
  );
  // The newest one that the kinds let through, whatever the filter says.
  const newest = requests.exchanges.find(({ kind = "document" }) => !without.includes(kind));
  const selected = (follow ? newest?.id : undefined) ?? picked ?? ownId ?? newest?.id ?? requests.exchanges[0]?.id;
  const { page, isLost } = useExchange(parameters, selected);
  const own = requests.all.find(({ id }) => id === ownId) ?? (page?.summary.id === ownId ? page?.summary : undefined);

  const { isOpen, toggle, hide, focusTab, ...visibility } = useVisibility({
    parameters,
    preferences,
    change,
    root,
    handle,
  });
  const height = boundedHeight(preferences.height);
  usePagePadding(isOpen && !parameters.page ? height : 0);

  const select = (id: string): void => {
    change({ follow: false });
    setPicked(id === ownId ? undefined : id);
    setListShown(false);
    if (parameters.page) history.replaceState(null, "", `#${id}`);
  };
  const choosePanel = (panel: string): void => {
    setChosen(panel);
    change({ panel });
  };

  const openPanel = (panel: string): void => {
    choosePanel(panel);
    setComparedWith(false);
    focusTab();
  };

  if (visibility.isHidden) return null;
  if (!isOpen) {
    const later =
      own === undefined
        ? 0
        : requests.all.filter(
            ({ sequence, kind = "document", tone }) =>
              sequence > own.sequence && (!without.includes(kind) || tone === "error"),
          ).length;
    return (
      <div ref={root}>
        <Handle
          summary={follow ? (page?.summary ?? own) : (own ?? page?.summary)}
          lost={isLost}
          later={follow ? 0 : later}
          corner={corner}
          shortcut={parameters.shortcut}
          onCorner={(next) => change({ corner: next })}
          onOpen={() => toggle(true)}
          onHide={hide}
          element={handle}
        />
      </div>
    );
  }

  const summary = page?.summary;
  const candidates = summary === undefined ? [] : compareCandidates(requests.all, summary);
  const before =
    comparedWith === false || summary === undefined
      ? undefined
      : candidates.some(({ id }) => id === comparedWith)
        ? comparedWith
        : defaultCandidate(candidates, summary)?.id;
  const isComparing = comparedWith !== false;
  const leaveComparison = (): void => {
    setComparedWith(false);
    focusTab();
  };
  const compare = (): void => (isComparing ? leaveComparison() : setComparedWith(""));
  const pin = (): void => {
    if (summary !== undefined) change({ pins: withPin(pins, summary.id) });
  };
  const copyCurl = (): void => {
    if (summary !== undefined) void copying.copy("curl", summary.id);
  };
  const step = (by: number): void => {
    const next = shown[shown.findIndex(({ id }) => id === selected) + by];
    if (next !== undefined) select(next.id);
  };
  const actions: Readonly<Record<string, () => void>> = {
    search: () => {
      setListShown(true);
      // A narrow window shows the list only after this.
      setTimeout(() => search.current?.focus());
    },
    older: () => step(1),
    newer: () => step(-1),
    compare,
    copy: copyCurl,
    pin,
    help: () => setKeysShown(true),
    back: () => {
      if (isComparing) leaveComparison();
      else if (filterText !== "" && search.current?.matches(":focus") === true) setFilterText("");
      else if (isListShown && isNarrow()) setListShown(false);
      else if (!parameters.page) toggle(false);
    },
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // The page has keys of its own, and does not know that somebody writes in here.
    event.stopPropagation();
    const action = keyAction(event, isWriting(event.target));
    if (action === undefined || event.defaultPrevented) return;
    event.preventDefault();
    actions[action]?.();
  };
  const redirect = requests.all.find(({ id }) => id === summary?.redirectedFrom);
  const panel =
    page === undefined ? undefined : bestPanel(page, { now: chosen, last: preferences.panel, slowMs: requests.slowMs });
  return (
    <ToolbarContext.Provider value={{ parameters, editor: requests.editor, openPanel }}>
      <div ref={root} onKeyDown={onKeyDown} onKeyUp={stop} onKeyPress={stop}>
        <Drawer
          page={parameters.page}
          height={height}
          onHeight={(next) => change({ height: boundedHeight(next) })}
          isListShown={isListShown}
          head={
            <Head
              summary={summary}
              redirect={redirect}
              page={parameters.page}
              requests={requests.exchanges.length}
              isListShown={isListShown}
              isComparing={isComparing}
              isPinned={summary !== undefined && pins.includes(summary.id)}
              copies={summary === undefined ? [] : copyItems(summary.id, copying)}
              more={moreItems({
                parameters,
                summary,
                preferences,
                copying,
                compare,
                pin,
                change,
                showKeys: () => setKeysShown(true),
                hide,
              })}
              onList={() => setListShown(!isListShown)}
              onCompare={compare}
              onPin={pin}
              onSelect={select}
              onClose={() => toggle(false)}
            />
          }
          over={
            copying.shown !== undefined ? (
              <CopySheet {...copying.shown} onClose={() => copying.show(undefined)} />
            ) : areKeysShown ? (
              <KeysSheet shortcut={parameters.page ? "" : parameters.shortcut} onClose={() => setKeysShown(false)} />
            ) : null
          }
        >
          <RequestList
            requests={requests}
            shown={shown}
            filter={filter}
            text={filterText}
            without={without}
            pins={pins}
            selected={selected}
            // The toolbar's own page was not answered by the application.
            own={parameters.page ? undefined : ownId}
            host={own?.host ?? location.host}
            isFollowing={follow}
            search={search}
            onText={setFilterText}
            onWithout={(next) => change({ without: next })}
            onFollow={() => change({ follow: !follow })}
            onSelect={select}
          />
          {page === undefined || summary === undefined ? (
            <Missing lost={isLost} empty={selected === undefined} />
          ) : isComparing ? (
            <CompareView
              parameters={parameters}
              after={summary}
              before={before}
              candidates={candidates}
              onBefore={setComparedWith}
              onClose={leaveComparison}
            />
          ) : (
            <PanelsView page={page} panel={panel} onChoose={choosePanel} />
          )}
        </Drawer>
        <Message copying={copying} />
      </div>
    </ToolbarContext.Provider>
  );
}

/** Whether the list and the panels take turns; see styles/media.ts. */
function isNarrow(): boolean {
  return matchMedia("(max-width: 760px)").matches;
}

function stop(event: Event): void {
  event.stopPropagation();
}

/** The toolbar's own page names the request after the #, so that its address can be passed on. */
function idOfAddress({ page }: Parameters): string | undefined {
  return page && /^#[0-9a-f-]{36}$/.test(location.hash) ? location.hash.slice(1) : undefined;
}
