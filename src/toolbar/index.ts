/**
 * A debug toolbar for Node web servers.
 *
 * @module
 */
export type { ApplicationFacts, RouteFacts } from "./applications.ts";
export type { Exchange, ResponseFacts } from "./capture/exchange.ts";
export type { HandledRequest } from "./capture/handled-request.ts";
export type { HandledFile } from "./capture/record-body.ts";
export type { ToolbarRequest } from "./guard.ts";
export type { ToolbarAnswer } from "./serve/answer.ts";
export type {
  AskBlock,
  Block,
  Cell,
  CodeBlock,
  DownloadBlock,
  Finding,
  FlameBlock,
  Hue,
  NoteBlock,
  NumbersBlock,
  OpenableRow,
  PairsBlock,
  SharesBlock,
  TableBlock,
  TextBlock,
  TimelineBlock,
  Tone,
  VerdictBlock,
} from "./blocks.ts";
export type { ExchangePage, ExchangeSummary, PanelView } from "./exchange-page.ts";
export type { ExchangeRecord } from "./exchange-record.ts";
export type { Explanation } from "./explanation.ts";
export type { Panel } from "./panel.ts";
export type { PanelStats } from "./panels/panel-stats.ts";
export type { ErrorFrame, RecordedError, SourceLine } from "./recorded-error.ts";
export type { CookieFacts, HeaderEntry, RecordedBody, Recording, ResponseSize, UploadedFile } from "./recording.ts";
export type { ChannelListener, Channels, KeyedListener } from "./channels.ts";
export { instrument } from "./instrument/instrument.ts";
export type { MailMessage } from "./instrument/mail-channel.ts";
export type { QueryMessage } from "./instrument/query-channel.ts";
export type { OpenSpan, Span, SpanEnd, SpanKind, SpanStart } from "./span.ts";
export { definePanel } from "./define-panel.ts";
export type { OpenTelemetrySpanProcessor } from "./sources/open-telemetry.ts";
export { Toolbar } from "./toolbar.ts";
export type { ToolbarOptions } from "./toolbar-options.ts";
