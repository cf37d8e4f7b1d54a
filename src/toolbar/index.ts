/**
 * A debug toolbar for Node web servers.
 *
 * @module
 */
export type { Exchange, ResponseFacts } from "./capture/exchange.ts";
export type { ToolbarRequest } from "./guard.ts";
export type { ToolbarAnswer } from "./serve/pages.ts";
export type {
  Block,
  Cell,
  CodeBlock,
  CookieFacts,
  ExchangePage,
  ExchangeSummary,
  Finding,
  HeaderEntry,
  NoteBlock,
  NumbersBlock,
  PairsBlock,
  Panel,
  PanelView,
  Recording,
  TableBlock,
  TextBlock,
  TimelineBlock,
  Tone,
  VerdictBlock,
} from "./panel.ts";
export { Toolbar } from "./toolbar.ts";
export type { ToolbarOptions } from "./toolbar-options.ts";
