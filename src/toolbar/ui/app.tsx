import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ExchangePage, ExchangeSummary } from "../exchange-page.ts";
import { loadExchange, loadList, watch, type Parameters } from "./client.ts";
import { Drawer } from "./drawer.tsx";
import { Handle } from "./handle.tsx";
import { PanelsView } from "./panels-view.tsx";
import { readPreferences, writePreferences } from "./preferences.ts";
import { RequestList } from "./request-list.tsx";

/** Milliseconds between two attempts to load a running request, and the number of attempts. */
const AGAIN = { after: 400, times: 20 };
/** The most lines that are drawn. */
const LONGEST_LIST = 500;

/** The toolbar: its data, and which part of it is visible. */
export function App({ parameters }: { readonly parameters: Parameters }): JSX.Element {
  const [preferences, setPreferences] = useState(readPreferences);
  const [list, setList] = useState<{ readonly exchanges: readonly ExchangeSummary[]; readonly capacity: number }>({
    exchanges: [],
    capacity: 0,
  });
  const [selected, setSelected] = useState(parameters.exchange);
  const [page, setPage] = useState<ExchangePage>();
  const [lost, setLost] = useState(false);
  // A choice on this page goes first, then a panel with an error, then the panel of the last page.
  const [chosen, setChosen] = useState<string>();
  const root = useRef<HTMLDivElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  const open = parameters.page || preferences.open;

  const refresh = useCallback(async () => {
    const answer = await loadList(parameters);
    if (answer === undefined) return;
    setList(answer);
    setSelected((id) => id ?? answer.exchanges[0]?.id);
  }, [parameters]);

  useEffect(() => {
    const onSummary = (summary: ExchangeSummary): void => {
      setList((known) => ({
        ...known,
        exchanges: [summary, ...known.exchanges.filter(({ id }) => id !== summary.id)].slice(0, LONGEST_LIST),
      }));
      setSelected((id) => id ?? summary.id);
    };
    void refresh();
    return watch(parameters, onSummary, () => void refresh());
  }, [parameters, refresh]);

  useEffect(() => {
    if (selected === undefined) return undefined;
    let left = AGAIN.times;
    let timer: number | undefined;
    let over = false;
    const show = async (): Promise<void> => {
      const answer = await loadExchange(parameters, selected);
      if (over) return;
      setLost(answer === undefined);
      setPage(answer);
      if (answer?.summary.finished === false && left-- > 0) timer = setTimeout(() => void show(), AGAIN.after);
    };
    void show();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [parameters, selected]);

  useEffect(() => writePreferences(preferences), [preferences]);

  const setOpen = useCallback((next: boolean) => setPreferences((known) => ({ ...known, open: next })), []);
  const focusMoves = useRef(false);
  useEffect(() => {
    if (!focusMoves.current) return;
    focusMoves.current = false;
    if (open) root.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
    else handle.current?.focus();
  }, [open]);
  const toggle = useCallback(
    (next: boolean) => {
      focusMoves.current = true;
      setOpen(next);
    },
    [setOpen],
  );

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (parameters.page || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.code !== "KeyD")
        return;
      // On a Mac, Alt+D types a letter. So it does nothing while the user is typing.
      if (event.key.toLowerCase() !== "d" && isWriting(event.target)) return;
      event.preventDefault();
      toggle(!preferences.open);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [parameters, preferences.open, toggle]);

  const choose = (panel: string): void => {
    setChosen(panel);
    setPreferences((known) => ({ ...known, panel }));
  };
  const own =
    list.exchanges.find(({ id }) => id === parameters.exchange) ??
    (page?.summary.id === parameters.exchange ? page?.summary : undefined);
  if (!open) {
    const later = own === undefined ? 0 : list.exchanges.filter(({ sequence }) => sequence > own.sequence).length;
    return (
      <div ref={root}>
        <Handle summary={own ?? page?.summary} lost={lost} later={later} onOpen={() => toggle(true)} element={handle} />
      </div>
    );
  }
  const redirect = list.exchanges.find(({ id }) => id === page?.summary.redirectedFrom);
  return (
    <div
      ref={root}
      onKeyDown={(event) =>
        void (event.key === "Escape" && !parameters.page && (event.stopPropagation(), toggle(false)))
      }
    >
      <Drawer
        summary={page?.summary}
        redirect={redirect}
        page={parameters.page}
        height={preferences.height}
        standalone={`${parameters.base}/`}
        onHeight={(height) => setPreferences((known) => ({ ...known, height }))}
        onSelect={setSelected}
        onClose={() => toggle(false)}
      >
        <RequestList
          exchanges={list.exchanges}
          capacity={list.capacity}
          selected={selected}
          own={parameters.exchange}
          onSelect={setSelected}
        />
        {page === undefined ? (
          <Missing lost={lost} empty={selected === undefined} />
        ) : (
          <PanelsView page={page} chosen={chosen ?? panelWithError(page) ?? preferences.panel} onChoose={choose} />
        )}
      </Drawer>
    </div>
  );
}

function panelWithError({ panels }: ExchangePage): string | undefined {
  return panels.find(({ findings }) => findings.some(({ tone }) => tone === "error"))?.id;
}

function Missing({ lost, empty }: { readonly lost: boolean; readonly empty: boolean }): JSX.Element {
  const text = empty
    ? "Waiting for the first request."
    : lost
      ? "The server no longer has this request: it was restarted, or newer requests have replaced it. Load the page again."
      : "Loading…";
  return (
    <div class="detail-side">
      <div class="panel">
        <p class="empty">{text}</p>
      </div>
    </div>
  );
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName))
  );
}
