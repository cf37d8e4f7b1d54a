import type { ExchangeList, ExchangePage, ExchangeSummary } from "../exchange-page.ts";

/** The parameters that the server has put in the address of this script. */
export interface Parameters {
  /** The path of the toolbar's pages, without a slash at the end. */
  readonly base: string;
  readonly token: string;
  /** The request that this page answered; absent on the toolbar's own page. */
  readonly exchange: string | undefined;
  /** Whether the page's policy allows an event stream. */
  readonly live: boolean;
  /** Whether this is the toolbar's own page. */
  readonly page: boolean;
}

/** Reads the address of this script. */
export function readParameters(address: string): Parameters {
  const url = new URL(address);
  const { searchParams: given } = url;
  return {
    base: url.origin + url.pathname.replace(/\/toolbar\.js$/, ""),
    token: given.get("token") ?? "",
    exchange: given.get("exchange") ?? undefined,
    live: given.has("live"),
    page: given.has("page"),
  };
}

let loads = 0;

/**
 * Loads data with import(), because a page's policy may forbid fetch but allow this script's
 * imports.
 */
async function load(parameters: Parameters, path: string): Promise<unknown> {
  loads += 1;
  const query = new URLSearchParams({ token: parameters.token, as: "module", n: String(loads) });
  const module = (await import(`${parameters.base}/${path}?${query.toString()}`)) as { default: unknown };
  return module.default;
}

/** One request with its panels; undefined when the server does not have it. */
export async function loadExchange(parameters: Parameters, id: string): Promise<ExchangePage | undefined> {
  try {
    return (await load(parameters, `exchanges/${id}`)) as ExchangePage;
  } catch {
    return undefined;
  }
}

/**
 * The requests that this page may see, newest first; undefined when the server cannot be reached.
 */
export async function loadList(parameters: Parameters): Promise<ExchangeList | undefined> {
  try {
    return (await load(parameters, "exchanges")) as ExchangeList;
  } catch {
    return undefined;
  }
}

/**
 * Listens for requests that end from now on, while the page is visible. A browser opens only six
 * connections to a server, so hidden tabs must not hold one.
 *
 * @param onReturn called when the page becomes visible again, because it has missed the requests
 *   that ended meanwhile.
 */
export function watch(
  parameters: Parameters,
  onSummary: (summary: ExchangeSummary) => void,
  onReturn: () => void,
): () => void {
  let source: EventSource | undefined;
  const update = (): void => {
    if (document.visibilityState === "hidden") {
      source?.close();
      source = undefined;
    } else if (source === undefined && parameters.live) {
      source = new EventSource(
        `${parameters.base}/events?${new URLSearchParams({ token: parameters.token }).toString()}`,
      );
      source.addEventListener("message", (event: MessageEvent<string>) =>
        onSummary(JSON.parse(event.data) as ExchangeSummary),
      );
    }
  };
  const changed = (): void => {
    update();
    if (document.visibilityState === "visible") onReturn();
  };
  document.addEventListener("visibilitychange", changed);
  update();
  return () => {
    document.removeEventListener("visibilitychange", changed);
    source?.close();
  };
}
