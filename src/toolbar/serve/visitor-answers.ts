import type { Guard, GuardVerdict, ToolbarRequest } from "../guard.ts";
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
  /** `authorize` is the application's code, and is asked once for each request. */
  readonly #verdicts = new WeakMap<object, { readonly verdict: GuardVerdict; readonly request: ToolbarRequest }>();

  constructor(options: VisitorAnswersOptions) {
    this.#options = options;
  }

  /** Whether the visitor who made this request may see the toolbar. */
  verdict(recording: object, request: ToolbarRequest): GuardVerdict {
    let known = this.#verdicts.get(recording);
    if (known === undefined)
      this.#verdicts.set(recording, (known = { verdict: this.#options.guard.mayView(request), request }));
    return known.verdict;
  }

  /**
   * The address of a record: with the host if the visitor may see it, since the host is checked
   * then.
   */
  recordAddress(recording: Recording): string {
    const known = this.#verdicts.get(recording);
    return this.#options.pages.recordAddress(recording.id, known?.verdict.allowed === true ? known.request : undefined);
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
