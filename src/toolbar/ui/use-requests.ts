import { useCallback, useEffect, useState } from "preact/hooks";
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

/**
 * Loads the list, and adds requests as they end.
 *
 * @param pins ids of requests that are not cleared away.
 */
export function useRequests(parameters: Parameters, pins: readonly string[]): Requests {
  const [list, setList] = useState<ExchangeList>({ exchanges: [], capacity: 0, slowMs: Infinity });
  const [waiting, setWaiting] = useState<readonly ExchangeSummary[]>();
  const [cleared, setCleared] = useState(readCleared);

  const refresh = useCallback(async () => {
    const answer = await loadList(parameters);
    if (answer === undefined) return;
    setList(answer);
    // After a restart of the server, the numbers begin anew.
    if ((answer.exchanges[0]?.sequence ?? 0) < readCleared()) setCleared(0);
  }, [parameters]);

  useEffect(() => {
    void refresh();
    const add = (summary: ExchangeSummary): void => {
      setWaiting((held) => {
        if (held !== undefined) return [summary, ...held];
        setList((known) => ({ ...known, exchanges: withFirst(known.exchanges, [summary]) }));
        return held;
      });
    };
    return watch(parameters, add, () => void refresh());
  }, [parameters, refresh]);

  const pause = (isPaused: boolean): void => {
    if (!isPaused && waiting !== undefined)
      setList((known) => ({ ...known, exchanges: withFirst(known.exchanges, waiting) }));
    setWaiting(isPaused ? [] : undefined);
  };
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

function withFirst(known: readonly ExchangeSummary[], first: readonly ExchangeSummary[]): readonly ExchangeSummary[] {
  const ids = new Set(first.map(({ id }) => id));
  return [...first, ...known.filter(({ id }) => !ids.has(id))].slice(0, LONGEST_LIST);
}
