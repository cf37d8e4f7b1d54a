import type { Block } from "../blocks.ts";
import type { ExchangeCopies, ExchangeList, ExchangePage, ExchangeSummary } from "../exchange-page.ts";

/** The parameters that the server has put in the address of this script. */
export interface Parameters {
  /** The address of the toolbar's pages, without a slash at the end. */
  readonly base: string;
  readonly token: string;
  /** The request that this page answered; absent on the toolbar's own page. */
  readonly exchange: string | undefined;
  /** Whether the page's policy allows an event stream. */
  readonly live: boolean;
  /** Whether this is the toolbar's own page. */
  readonly page: boolean;
  /** The keys that open and close the toolbar; "" for none. */
  readonly shortcut: string;
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
    shortcut: given.get("shortcut") ?? "",
  };
}

/** The address of something below the toolbar's prefix. */
export function addressOf(
  { base, token }: Parameters,
  path: string,
  further: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({ token, ...further }).toString();
  return `${base}${path}${path.includes("?") ? "&" : "?"}${query}`;
}

let loads = 0;

/**
 * Loads data with import(), because a page's policy may forbid fetch but allow this script's
 * imports. Undefined when the server cannot be reached, or does not have it.
 */
async function load<Data>(parameters: Parameters, path: string): Promise<Data | undefined> {
  loads += 1;
  try {
    // The number, because a module that could not be loaded is never tried again.
    const address = addressOf(parameters, path, { as: "module", n: String(loads) });
    return ((await import(address)) as { default: Data }).default;
  } catch {
    return undefined;
  }
}

/** One request with its panels. */
export function loadExchange(parameters: Parameters, id: string): Promise<ExchangePage | undefined> {
  return load(parameters, `/exchanges/${id}`);
}

/** The requests that this page may see, newest first. */
export function loadList(parameters: Parameters): Promise<ExchangeList | undefined> {
  return load(parameters, "/exchanges");
}

/** One request as text for elsewhere. */
export function loadCopies(parameters: Parameters, id: string): Promise<ExchangeCopies | undefined> {
  return load(parameters, `/exchanges/${id}/copies`);
}

/** What is different between two requests. */
export function loadComparison(
  parameters: Parameters,
  before: string,
  after: string,
): Promise<readonly Block[] | undefined> {
  return load(parameters, `/compare?before=${before}&after=${after}`);
}

/** The answer to a button of a panel. */
export async function loadBlocks(parameters: Parameters, path: string): Promise<readonly Block[] | undefined> {
  const answer = await load<readonly Block[] | { readonly blocks: readonly Block[] }>(parameters, path);
  return answer === undefined || "length" in answer ? answer : answer.blocks;
}

/**
 * Listens for requests that end from now on, while the page is visible. A browser opens only six
 * connections to a server, so hidden tabs must not hold one.
 *
 * @param onReturn called when the stream opens, and when the page becomes visible again, because it
 *   has missed the requests that ended before.
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
      source = new EventSource(addressOf(parameters, "/events"));
      // A request that ended before the stream was open is not in it.
      source.addEventListener("open", onReturn);
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
