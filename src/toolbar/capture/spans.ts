import type { OpenSpan, Span, SpanEnd, SpanStart } from "../span.ts";
import { onlyReads } from "../sql/only-reads.ts";
import { callSite } from "./call-site.ts";

/** The most spans that are recorded for one request. Further ones are only counted. */
const LIMIT = 1_000;
/** To find the line of a span takes 5 to 10 µs. Beyond this number it is left out. */
const MOST_LOCATED = 300;
/** A function that asks for a plan holds a statement and its parameters in memory. */
const MOST_EXPLAINABLE = 100;

/** What spans need of their recording. */
export interface SpansContext {
  /** Milliseconds since the start of the exchange. */
  readonly elapsed: () => number;
  readonly isFinished: () => boolean;
  readonly redactText: (text: string) => string;
  readonly redactData: (data: unknown) => unknown;
  /** The folder to which lines are relative. */
  readonly directory: string;
}

type MutableSpan = { -readonly [Key in keyof Span]: Span[Key] };

const OMITTED: Pick<OpenSpan, "id"> = { id: undefined };

/** The spans of one recording. */
export class Spans {
  readonly list: MutableSpan[] = [];
  readonly omitted: Record<string, number> = {};
  /** By the id of the span. */
  readonly explainers: Map<number, () => Promise<unknown>> = new Map();
  readonly #context: SpansContext;

  constructor(context: SpansContext) {
    this.#context = context;
  }

  /** @param parent the id of the span that it is inside of. */
  start({ kind, label, detail, start, explain, isLocated = true }: SpanStart, parent: number | undefined): OpenSpan {
    const { elapsed, isFinished, redactText, directory } = this.#context;
    if (isFinished()) return { ...OMITTED, end: nothing };
    if (this.list.length >= LIMIT) {
      this.omitted[kind] = (this.omitted[kind] ?? 0) + 1;
      return { ...OMITTED, end: nothing };
    }
    const span: MutableSpan = {
      id: this.list.length + 1,
      parent: parent ?? null,
      kind,
      label: redactText(label),
      start: start ?? elapsed(),
      duration: null,
      where: isLocated && this.list.length < MOST_LOCATED ? redactText(callSite(directory)) : "",
      error: null,
      detail: this.#redacted(detail),
    };
    this.list.push(span);
    if (explain !== undefined && this.#mayExplain(kind, label, detail)) {
      this.explainers.set(span.id, explain);
      span.isExplainable = true;
    }
    return { id: span.id, end: (end) => this.#end(span, end) };
  }

  #end(span: MutableSpan, { error, detail }: SpanEnd = {}): void {
    const { elapsed, isFinished, redactText } = this.#context;
    if (span.duration !== null || isFinished()) return;
    span.duration = Math.max(0, Math.round((elapsed() - span.start) * 100) / 100);
    if (error !== undefined) span.error = redactText(textOf(error));
    if (detail !== undefined) span.detail = { ...span.detail, ...this.#redacted(detail) };
  }

  #mayExplain(kind: string, label: string, detail: SpanStart["detail"]): boolean {
    const system = detail?.["system"];
    const isFull = this.explainers.size >= MOST_EXPLAINABLE;
    return kind === "sql" && !isFull && onlyReads(label, typeof system === "string" ? system : "");
  }

  #redacted(detail: SpanStart["detail"]): Span["detail"] {
    return detail === undefined ? {} : (this.#context.redactData(detail) as Span["detail"]);
  }
}

function textOf(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return typeof error === "string" ? error : "The thrown value is not an Error.";
}

function nothing(): void {}
