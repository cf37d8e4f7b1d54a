import { useEffect, useState } from "preact/hooks";
import type { ExchangePage } from "../exchange-page.ts";
import { loadExchange, type Parameters } from "./client.ts";

/** Milliseconds between two attempts to load a running request, and the number of attempts. */
const AGAIN = { after: 400, times: 20 };

/** A request with its panels, and whether the server does not have it any more. */
export interface LoadedExchange {
  readonly page: ExchangePage | undefined;
  readonly isLost: boolean;
}

/** Loads a request, again and again while it runs. The one before is shown until it is there. */
export function useExchange(parameters: Parameters, id: string | undefined): LoadedExchange {
  const [loaded, setLoaded] = useState<LoadedExchange>({ page: undefined, isLost: false });
  useEffect(() => {
    if (id === undefined) return undefined;
    let left = AGAIN.times;
    let timer: number | undefined;
    let isOver = false;
    const show = async (): Promise<void> => {
      const page = await loadExchange(parameters, id);
      if (isOver) return;
      setLoaded({ page, isLost: page === undefined });
      if (page?.summary.finished === false && left-- > 0) timer = setTimeout(() => void show(), AGAIN.after);
    };
    void show();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [parameters, id]);
  return loaded;
}
