import type { Story } from "./story.ts";

/** A panel of a request of the story, and what its picture has to show. */
export interface PicturedPanel {
  readonly id: string;
  readonly of: keyof Story;
  /** Texts of the panel. */
  readonly shows: readonly RegExp[];
  /** What is done before, with the toolbar's shadow root as `this`. */
  readonly open?: string;
  /** What has to be there after that. */
  readonly opened?: RegExp;
  /** CSS pixels of the panel's content in the picture. Default: 620. */
  readonly height?: number;
}

/** All standard panels, in the order of their tabs. */
export const PANELS: readonly PicturedPanel[] = [
  {
    id: "overview",
    of: "orders",
    shows: [/The same query ran 8 times,/, /Load them in one query/, /routes\/list-orders\.ts:\d+/, /10 queries/],
  },
  {
    id: "exceptions",
    of: "pay",
    shows: [
      /The bank did not charge 42\.48 € for order 1049/,
      /Caused by TypeError/,
      /Cannot read properties of undefined \(reading 'reference'\)/,
      /bank\/charge\.ts:\d+/,
    ],
  },
  {
    id: "request",
    of: "pay",
    shows: [/POST \/orders\/1049\/pay/, /\/orders\/:id\/pay/, /pay\(id: 1049\)/, /card_number/, /••••••••/, /Ada/],
  },
  { id: "response", of: "orders", shows: [/200 OK/, /text\/html; charset=utf-8/, /Size of the body/, /HttpOnly/] },
  {
    id: "session",
    of: "orders",
    shows: [/The cookie is genuine, verified by the current key/, /ordersSeen/, /~ changed/, /fallback/],
    height: 900,
  },
  {
    id: "queries",
    of: "orders",
    shows: [/×8/, /from order_items join products/, /routes\/list-orders\.ts:\d+/],
    open: "[...this.querySelectorAll('.opener')].at(-1).click()",
    opened: /EXPLAIN/,
    height: 900,
  },
  {
    id: "cache",
    of: "orders",
    shows: [/GET rate:EUR:USD/, /miss/, /GET user:7:currency/, /hit/, /SET rate:EUR:USD \?/],
  },
  {
    id: "outgoing",
    of: "orders",
    shows: [/GET http:\/\/localhost:\d+\/latest\?base=EUR&to=USD&token=••••••••/, /200/],
  },
  { id: "timing", of: "orders", shows: [/Where the time went/, /SQL/, /Outgoing HTTP/, /Own spans/] },
  {
    id: "timeline",
    of: "orders",
    shows: [/price the orders/, /orders\.html/, /Headers sent|Until headers/],
    height: 760,
  },
  {
    id: "logs",
    of: "orders",
    shows: [/Listing the orders/, /! warn/, /rate:EUR:USD is not in the cache/, /Prices in USD at 1\.16/],
    open: "this.querySelector('.opener').click()",
    opened: /userId/,
  },
  { id: "templates", of: "orders", shows: [/orders\.html/, /user, orders, currency/] },
  { id: "routes", of: "pay", shows: [/✓ this one/, /\/orders\/:id\/pay/, /\/api\/stock\/:product/] },
  { id: "config", of: "orders", shows: [/Corner shop/, /stripeKey/, /••••••••/, /eu-central/], height: 760 },
  { id: "memory", of: "report", shows: [/Heap before/, /Longest delay of the event loop/] },
  {
    id: "profiler",
    of: "profiled",
    shows: [/Calls over time/, /formatPrice|totalsByMonth|simulateSales/, /request\.cpuprofile/],
    height: 760,
  },
  { id: "versions", of: "orders", shows: [/corner-shop 2\.4\.0/, /express/, /\^5\.3\.0/] },
];
