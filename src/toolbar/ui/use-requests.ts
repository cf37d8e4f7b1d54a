import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ExchangeList, ExchangeSummary } from "../exchange-page.ts";
import { loadList, watch, type Parameters } from "./client.ts";
import { readCleared, writeCleared } from "./preferences.ts";

/** The most lines that are kept. */
const LONGEST_LIST = 10_000;

/** The requests of this page, and what can be done with their list. */
export interface Requests extends ExchangeList {
  /** All of them, also those that were cleared away. */
  readonly all: readonly ExchangeSummary[];
  readonly isPaused: boolean;
  /** How many have ended since the pause began. */
  readonly waiting: number;
  pause(isPaused: boolean): void;
  /** Takes all requests out of the list of this tab. The server keeps them. */
  clear(): void;
}

/** The list as it is drawn, and what has ended since it was paused; undefined while it is not. */
interface Lines {
  readonly list: ExchangeList;
  readonly waiting?: readonly ExchangeSummary[];
}

/**
 * Loads the list, and adds requests as they end.
 *
 * @param pins ids of requests that are not cleared away.
 */
export function useRequests(parameters: Parameters, pins: readonly string[]): Requests {
  const [{ list, waiting }, setLines] = useState<Lines>({ list: { exchanges: [], capacity: 0, slowMs: Infinity } });
  const [cleared, setCleared] = useState(readCleared);
  /** What has ended since each load of the list began: the answer may be without it. */
  const loads = useRef<ExchangeSummary[][]>([]);

  const refresh = useCallback(async () => {
    const ended: ExchangeSummary[] = [];
    loads.current.push(ended);
    const answer = await loadList(parameters);
    const place = loads.current.indexOf(ended);
    // A load that began later was answered already.
    if (place === -1) return;
    if (answer === undefined) {
      loads.current.splice(place, 1);
      return;
    }
    loads.current.splice(0, place + 1);
    setLines((known) => withAnswer(known, { ...answer, exchanges: withFirst(answer.exchanges, ended) }));
    // After a restart of the server, the numbers begin anew.
    if ((answer.exchanges[0]?.sequence ?? 0) < readCleared()) setCleared(0);
  }, [parameters]);

  useEffect(() => {
    void refresh();
    const add = (summary: ExchangeSummary): void => {
      for (const ended of loads.current) ended.unshift(summary);
      setLines((known) =>
        known.waiting === undefined
          ? { list: { ...known.list, exchanges: withFirst(known.list.exchanges, [summary]) } }
          : { ...known, waiting: withFirst(known.waiting, [summary]) },
      );
    };
    return watch(parameters, add, () => void refresh());
  }, [parameters, refresh]);

  const pause = (isPaused: boolean): void =>
    setLines((known) => ({
      list: { ...known.list, exchanges: withFirst(known.list.exchanges, known.waiting ?? []) },
      ...(isPaused ? { waiting: [] } : {}),
    }));
  const clear = (): void => {
    const last = list.exchanges.reduce((most, { sequence }) => Math.max(most, sequence), 0);
    setCleared(last);
    writeCleared(last);
  };
  return {
    ...list,
    all: list.exchanges,
    exchanges:
      cleared === 0
        ? list.exchanges
        : list.exchanges.filter(({ id, sequence }) => sequence > cleared || pins.includes(id)),
    isPaused: waiting !== undefined,
    waiting: waiting?.length ?? 0,
    pause,
    clear,
  };
}

/** A paused list stays as it is: what is new waits. */
function withAnswer({ list, waiting }: Lines, answer: ExchangeList): Lines {
  if (waiting === undefined) return { list: answer };
  const ids = new Set(list.exchanges.map(({ id }) => id));
  return {
    list: { ...answer, exchanges: list.exchanges },
    waiting: withFirst(
      waiting,
      answer.exchanges.filter(({ id }) => !ids.has(id)),
    ),
  };
}

function withFirst(known: readonly ExchangeSummary[], first: readonly ExchangeSummary[]): readonly ExchangeSummary[] {
  const ids = new Set(first.map(({ id }) => id));
  // A request may be told of again, when more is known of it. It stays in its place.
  return [...first, ...known.filter(({ id }) => !ids.has(id))]
    .toSorted((a, b) => b.sequence - a.sequence)
    .slice(0, LONGEST_LIST);
}
