import { useEffect, useRef, useState } from "preact/hooks";
import type { ExchangeSummary } from "../exchange-page.ts";
import type { Parameters } from "./client.ts";

/**
 * Seconds in which the request for a new address begins, before the address is changed or after it:
 * htmx changes it when it has the answer. What asks later is a part of the page, such as a poll.
 */
const NEAR = { before: 10, after: 5 };
/** Milliseconds between two looks at the address, in browsers that do not report its changes. */
const AGAIN = 500;

/** An address without a new document. */
interface Change {
  /** Unix seconds. */
  readonly at: number;
  /** The id of the request that the page showed before. */
  readonly from: string | undefined;
}

/**
 * The id of the request that the page shows. That is the one that had the toolbar's script in its
 * answer, until a library such as Turbo or htmx changes the address without a new document. Then it
 * is the request for that address. If only a script knows the address, there is no such request,
 * and it is the same as before.
 *
 * @param exchanges newest first.
 */
export function useOwn({ exchange, page }: Parameters, exchanges: readonly ExchangeSummary[]): string | undefined {
  const own = useRef(exchange);
  /**
   * Those that the page has shown: it may go back to one. Other answers with a script are the pages
   * of other tabs.
   */
  const shown = useRef(new Set(exchange === undefined ? [] : [exchange]));
  const [{ change }, setPlace] = useState<{ readonly address: string; readonly change?: Change }>({
    address: address(),
  });
  useEffect(() => {
    if (page) return undefined;
    const look = (): void =>
      setPlace((known) =>
        known.address === address()
          ? known
          : { address: address(), change: { at: Date.now() / 1000, from: own.current } },
      );
    const { navigation } = window as { readonly navigation?: EventTarget };
    const timer = navigation === undefined ? setInterval(look, AGAIN) : undefined;
    navigation?.addEventListener("currententrychange", look);
    return () => {
      clearInterval(timer);
      navigation?.removeEventListener("currententrychange", look);
    };
  }, [page]);
  if (change !== undefined) {
    const isShown = ({ id, kind, notShown }: ExchangeSummary): boolean =>
      shown.current.has(id) || (kind !== "asset" && notShown !== undefined);
    const answer = answerTo(change, exchanges, isShown);
    if (answer !== undefined) {
      own.current = answer.id;
      shown.current.add(answer.id);
    }
  }
  return own.current;
}

/**
 * The request for the present address: the first one since the page before, or else the last one.
 */
function answerTo(
  { at, from }: Change,
  exchanges: readonly ExchangeSummary[],
  mayBeShown: (exchange: ExchangeSummary) => boolean,
): ExchangeSummary | undefined {
  const { pathname, host } = location;
  const matching = exchanges.filter(
    (each) =>
      each.method === "GET" &&
      each.path === pathname &&
      (each.host ?? host) === host &&
      each.startedAt <= at + NEAR.after &&
      mayBeShown(each),
  );
  const before = exchanges.find(({ id }) => id === from)?.sequence ?? Infinity;
  return (
    matching.findLast(({ sequence, startedAt }) => sequence > before && startedAt >= at - NEAR.before) ?? matching[0]
  );
}

/** Where the page is, without the part that a browser does not send. */
function address(): string {
  return location.pathname + location.search;
}
