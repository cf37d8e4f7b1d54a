import { useEffect, useRef, useState } from "preact/hooks";
import type { ExchangeSummary } from "../exchange-page.ts";
import type { Parameters } from "./client.ts";

/**
 * A request for a new address begins before the address is changed, or a moment later. What asks for
 * it after this many seconds is a part of the page, such as a poll.
 */
const LATEST = 1;
/** Milliseconds between two looks at the address, in browsers that do not report its changes. */
const AGAIN = 500;

/**
 * The id of the request that the page shows. That is the one whose answer has the toolbar's script,
 * until a library such as Turbo or htmx changes the address without a new document. Then it is the
 * newest request for that address. Without one, as on an address that only a script knows, it is the
 * same as before.
 *
 * @param exchanges newest first.
 */
export function useOwn({ exchange, page }: Parameters, exchanges: readonly ExchangeSummary[]): string | undefined {
  const [shown, setShown] = useState<{ readonly address: string; readonly since?: number }>({ address: address() });
  const own = useRef(exchange);
  /**
   * Those that the page has shown before: it may go back to one. Other answers with a script are the
   * pages of other tabs.
   */
  const earlier = useRef(new Set(exchange === undefined ? [] : [exchange]));
  useEffect(() => {
    if (page) return undefined;
    const look = (): void =>
      setShown((known) => (known.address === address() ? known : { address: address(), since: Date.now() / 1000 }));
    const { navigation } = window as { readonly navigation?: EventTarget };
    const timer = navigation === undefined ? setInterval(look, AGAIN) : undefined;
    navigation?.addEventListener("currententrychange", look);
    return () => {
      clearInterval(timer);
      navigation?.removeEventListener("currententrychange", look);
    };
  }, [page]);
  const { since } = shown;
  if (since !== undefined) {
    const { pathname, host } = location;
    const answer = exchanges.find(
      (each) =>
        each.method === "GET" &&
        each.path === pathname &&
        each.kind !== "asset" &&
        (each.notShown !== undefined || earlier.current.has(each.id)) &&
        (each.host ?? host) === host &&
        each.startedAt <= since + LATEST,
    );
    if (answer !== undefined) {
      own.current = answer.id;
      earlier.current.add(answer.id);
    }
  }
  return own.current;
}

/** Where the page is, without the part that a browser does not send. */
function address(): string {
  return location.pathname + location.search;
}
