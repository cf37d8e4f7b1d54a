import type { Guard, GuardVerdict, ToolbarRequest, Visitor } from "../guard.ts";
import type { Recording } from "../recording.ts";
import type { ExceptionFacts, ExceptionLinks } from "./exception-page.ts";
import { acceptsPage } from "./inject.ts";
import type { ToolbarAnswer } from "./answer.ts";
import type { Pages } from "./pages.ts";
import { serverTiming, type TimedRecording } from "./server-timing.ts";

/** A recording whose answer has not begun. */
export interface OpenRecording extends Recording, TimedRecording {
  /** Whether the answer is the toolbar's page for an error. */
  isExceptionPage: boolean;
  /**
   * Whether it is decided if the answer gets the script: another toolbar outside may show itself.
   */
  readonly isDecided: boolean;
  /** Undefined until it is judged. */
  visitor: Visitor | undefined;
  /** Redacts JSON again, with all that is known to be secret by now. */
  scrubJson(json: string): string;
}

/** What they need. */
export interface VisitorAnswersOptions {
  readonly guard: Guard;
  readonly pages: Pages;
  /** Whether errors get a page. In production they never do, even with `authorize`. */
  readonly showsExceptions: boolean;
  readonly editor: ExceptionLinks["editor"];
}

/**
 * What the application's answers get for a visitor who may see the toolbar: headers that name the
 * record, and a page for an error that the application did not answer.
 */
export class VisitorAnswers {
  readonly #options: VisitorAnswersOptions;

  constructor(options: VisitorAnswersOptions) {
    this.#options = options;
  }

  /** Whether the visitor who made this request may see the toolbar. */
  verdict(recording: Pick<OpenRecording, "id" | "visitor">, request: ToolbarRequest): GuardVerdict {
    // `authorize` is the application's code, and is asked once for each request.
    return (recording.visitor ??= this.#judge(recording.id, request)).verdict;
  }

  /** The address of a record. Without the host if nobody has asked whether it may be seen. */
  recordAddress({ id, visitor }: Pick<OpenRecording, "id" | "visitor">): string {
    return visitor === undefined ? this.#options.pages.recordAddress(id) : visitor.recordAddress();
  }

  #judge(id: string, request: ToolbarRequest): Visitor {
    const { guard, pages } = this.#options;
    const verdict = guard.mayView(request);
    return { verdict, recordAddress: () => pages.recordAddress(id, verdict.allowed ? request : undefined) };
  }

  /** Headers to add to an answer, just before its headers are sent. */
  headers(recording: OpenRecording, request: ToolbarRequest): readonly (readonly [string, string])[] {
    if (!this.verdict(recording, request).allowed) return [];
    return [
      ["X-Latchkey-Request", recording.id],
      ["Server-Timing", serverTiming(recording)],
    ];
  }

  /**
   * The page in place of the framework's own answer to an error.
   *
   * @param status what the framework answers with.
   * @returns undefined if the framework's answer stays.
   */
  exception(
    recording: OpenRecording,
    request: ToolbarRequest,
    status: number,
  ): (ToolbarAnswer & { readonly body: string }) | undefined {
    const { pages, showsExceptions, editor } = this.#options;
    if (
      !showsExceptions ||
      recording.isDecided ||
      recording.error === undefined ||
      request.method === "HEAD" ||
      !acceptsPage(request)
    )
      return undefined;
    if (!this.verdict(recording, request).allowed) return undefined;
    const { id, method, path, query, route, requestHeaders, requestCookies, errors } = recording;
    const facts: ExceptionFacts = { method, path, query, route, requestHeaders, requestCookies, errors, status };
    recording.isExceptionPage = true;
    return pages.exception(
      request,
      id,
      JSON.parse(recording.scrubJson(JSON.stringify(facts))) as ExceptionFacts,
      editor,
    );
  }
}
