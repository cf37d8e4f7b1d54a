import { formatThrown } from "../format.ts";
import type { OpenSpan, Span, SpanEnd, SpanStart } from "../span.ts";
import { onlyReads } from "../sql/only-reads.ts";
import { callSite } from "./call-site.ts";
import { hideInStatement } from "./hide-in-statement.ts";
import type { ExchangeRedactor } from "./redact.ts";

/** The most spans that are recorded for one request. Further ones are only counted. */
const LIMIT = 1_000;
/** To find the line of a span takes 5 to 10 µs. Beyond this number it is left out. */
const MOST_LOCATED = 300;
/** A function that asks for a plan holds a statement and its parameters in memory. */
const MOST_EXPLAINABLE = 100;

/** What spans are made with. */
export interface SpansContext {
  readonly recording: {
    /** Milliseconds since the start of the exchange. */
    elapsed(): number;
    readonly finished: boolean;
  };
  readonly redactor: Pick<ExchangeRedactor, "text" | "data" | "defer" | "settle" | "mayHideIn">;
  /** The folder to which lines are relative. */
  readonly directory: string;
}

/** When a span ran. */
export type SpanTime = Pick<Span, "kind" | "start" | "duration">;

type MutableSpan = { -readonly [Key in keyof Span]: Span[Key] };

/** Longer texts are redacted at once, so that they are not held in memory. */
const SMALL = 1_000;
/** A detail that has no room any more. */
const NO_ROOM = "…";
const OMITTED: OpenSpan = { id: undefined, note: nothing, end: nothing };
/** Details that hold one of the sources' own words: "mysql", "GET", "handler". */
const WORDS: ReadonlySet<string> = new Set(["system", "command", "cache", "method", "type"]);
/** Details of which the value alone has to be redacted. */
const OWN_DETAILS: ReadonlySet<string> = new Set(
  [...WORDS].concat("database", "params", "rows", "isInlined", "commands", "isHit", "url", "status", "bytes"),
);
/** How much of a statement is read for what is to be hidden. The rest of it is not recorded. */
const MOST_READ = 20_000;
/**
 * The most characters of all texts and details together. A loop that writes large values would
 * otherwise make one record of hundreds of megabytes.
 */
const MOST_CHARACTERS = 2_000_000;
/** The characters of a label where there is no room for more. */
const SHORT = 200;
/** A loop over a cache must not leave without room what takes longer. */
const MOST_CACHED = 300;

/** The spans of one recording. */
export class Spans {
  readonly #list: MutableSpan[] = [];
  readonly omitted: Record<string, number> = {};
  /** By the id of the span. */
  readonly explainers: Map<number, () => Promise<unknown>> = new Map();
  #cached = 0;
  #characters = 0;
  readonly #recording: SpansContext["recording"];
  readonly #redactor: SpansContext["redactor"];
  readonly #directory: string;

  constructor({ recording, redactor, directory }: SpansContext) {
    this.#recording = recording;
    this.#redactor = redactor;
    this.#directory = directory;
  }

  /** All spans, redacted. */
  get list(): readonly Span[] {
    this.#redactor.settle();
    return this.#list;
  }

  /** When they ran, without what has to be redacted. */
  get times(): readonly SpanTime[] {
    return this.#list;
  }

  /** Whether the line of the next span is recorded. */
  get locates(): boolean {
    return this.#list.length < MOST_LOCATED && !this.#recording.finished;
  }

  /** @param current the id of the span that runs now. */
  start(
    { kind, label, detail, start, explain, isLocated = true, where, parent }: SpanStart,
    current: number | undefined,
  ): OpenSpan {
    const redactor = this.#redactor;
    if (this.#recording.finished) return OMITTED;
    if (this.#list.length >= LIMIT || (kind === "cache" && ++this.#cached > MOST_CACHED)) {
      this.omitted[kind] = (this.omitted[kind] ?? 0) + 1;
      return OMITTED;
    }
    if (kind === "sql") {
      const hidden = hideInStatement(
        label.slice(0, MOST_READ),
        detail?.["params"],
        (column) => this.#hides(column),
        (text) => redactor.mayHideIn(text),
      );
      label = hidden.text;
      if (detail?.["params"] !== undefined) detail = { ...detail, params: hidden.params };
    }
    const span: MutableSpan = {
      id: this.#list.length + 1,
      parent: parent === undefined ? (current ?? null) : parent,
      kind,
      label: "",
      start: start === undefined ? this.#recording.elapsed() : rounded(start),
      duration: null,
      where: where ?? (isLocated && this.locates ? callSite(this.#directory, { isApplication: true, kind }) : ""),
      error: null,
      detail: {},
    };
    this.#list.push(span);
    const describe = (): void => {
      span.label = this.#counted(redactor.text(label));
      span.detail = this.#redacted(detail);
    };
    // A middleware is told before the first byte of the answer, which does not wait for it. What
    // the application may change meanwhile is redacted now.
    if (isSmall(label) && Object.values(detail ?? {}).every(isSmall)) this.#redactor.defer(describe);
    else describe();
    if (explain !== undefined && this.#mayExplain(kind, label, detail)) {
      this.explainers.set(span.id, explain);
      span.isExplainable = true;
    }
    return { id: span.id, note: (more) => this.#note(span, more), end: (end) => this.#end(span, end) };
  }

  /** The line of the application that is running now. Empty after 300 spans. */
  callSite(kind: string): string {
    return this.locates ? callSite(this.#directory, { isApplication: true, kind }) : "";
  }

  #end(span: MutableSpan, { error, detail, duration }: SpanEnd = {}): void {
    const redactor = this.#redactor;
    if (span.duration !== null || this.#recording.finished) return;
    span.duration = rounded(duration ?? this.#recording.elapsed() - span.start);
    if (error === undefined && detail === undefined) return;
    redactor.settle();
    if (error !== undefined) span.error = this.#counted(redactor.text(textOf(error)));
    if (detail !== undefined) span.detail = { ...span.detail, ...this.#redacted(detail) };
  }

  #mayExplain(kind: string, label: string, detail: SpanStart["detail"]): boolean {
    const system = detail?.["system"];
    const isFull = this.explainers.size >= MOST_EXPLAINABLE;
    return kind === "sql" && !isFull && onlyReads(label, typeof system === "string" ? system : "");
  }

  #note(span: MutableSpan, detail: Span["detail"]): void {
    if (span.duration !== null || this.#recording.finished) return;
    this.#redactor.settle();
    span.detail = { ...span.detail, ...this.#redacted(detail) };
  }

  /** Whether values of this name are hidden, wherever they are. */
  #hides(name: string): boolean {
    const redacted = this.#redactor.data({ [name]: "value" }) as Readonly<Record<string, unknown>>;
    return redacted[name] !== "value";
  }

  #redacted(detail: SpanStart["detail"]): Span["detail"] {
    if (detail === undefined) return {};
    // Most details are a few numbers and words of the sources' own. To redact these, names and all,
    // takes longer than anything else that is done for a span.
    const own: Record<string, unknown> = {};
    let other: Record<string, unknown> | undefined;
    for (const [name, value] of Object.entries(detail)) {
      if (value === undefined) continue;
      if (OWN_DETAILS.has(name)) own[name] = isPlain(name, value) ? value : this.#data(value);
      else (other ??= {})[name] = value;
    }
    return other === undefined ? own : { ...own, ...(this.#data(other) as Span["detail"]) };
  }

  /** A detail, if there is room for it. */
  #data(value: unknown): unknown {
    if (this.#characters >= MOST_CHARACTERS) return typeof value === "object" ? {} : NO_ROOM;
    const data = this.#redactor.data(value);
    this.#characters += sizeOf(data);
    return data;
  }

  #counted(text: string): string {
    const result = this.#characters < MOST_CHARACTERS || text.length <= SHORT ? text : `${text.slice(0, SHORT)}…`;
    this.#characters += result.length;
    return result;
  }
}

/** Whether a value stays as it is, and takes little room. */
function isSmall(value: unknown): boolean {
  return typeof value === "string" ? value.length <= SMALL : typeof value !== "object" && typeof value !== "function";
}

/** About how many characters the JSON of a plain value has. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  return typeof value === "object" && value !== null ? JSON.stringify(value).length : 8;
}

function isPlain(name: string, value: unknown): boolean {
  return (
    typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value)) ||
    (typeof value === "string" && WORDS.has(name) && /^[a-z]{1,16}$/i.test(value))
  );
}

function textOf(error: unknown): string {
  return formatThrown(error) ?? (typeof error === "string" ? error : "The thrown value is not an Error.");
}

/** Milliseconds, not below 0, with two decimals. */
function rounded(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds * 100) / 100);
}

function nothing(): void {}
