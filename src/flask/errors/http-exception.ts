import { STATUSES } from "./titles.ts";

/** An answer that ends the request when thrown: `abort(404)` throws one. */
export class HTTPException extends Error {
  readonly status: number;
  readonly description: string;
  /** Additional headers of the error page, such as Allow with a 405. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a view asked for a form field, an argument or a cookie that is not there. */
  readonly isMissingKey: boolean = false;

  /**
   * @param status an HTTP status from 400 to 599.
   * @param description the text of the page. Default: the usual sentence for the status.
   * @param headers sent with the page.
   * @param options `cause`: the error that led to this one.
   */
  constructor(
    status: number,
    description?: string,
    headers: Readonly<Record<string, string>> = {},
    options: { readonly cause?: unknown; readonly isMissingKey?: boolean } = {},
  ) {
    if (!Number.isInteger(status) || status < 400 || status > 599)
      throw new RangeError(
        `abort(status): status is an integer from 400 to 599. It got ${String(status)}. Fix: abort(404).`,
      );
    const [title, text] = STATUSES[status] ?? ["Error", "The request could not be answered."];
    super(`${status} ${title}: ${description ?? text}`, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "HTTPException";
    this.status = status;
    this.description = description ?? text;
    this.headers = headers;
    this.isMissingKey = options.isMissingKey ?? false;
  }

  /** The status, as Flask calls it. */
  get code(): number {
    return this.status;
  }

  /** The title of the status: "Not Found". */
  get title(): string {
    return (STATUSES[this.status] ?? ["Error"])[0];
  }

  /** The error that was not caught, where this is the 500 that it became: the same as `cause`. */
  get originalException(): unknown {
    return this.cause;
  }

  /** The default page for this error. */
  toResponse(detail?: string): Response {
    const title = escapeHtml(`${this.status} ${this.title}`);
    const pre = detail === undefined ? "" : `<pre>${escapeHtml(detail)}</pre>\n`;
    const html = `<!doctype html>\n<html lang="en">\n<title>${title}</title>\n<h1>${title}</h1>\n<p>${escapeHtml(this.description)}</p>\n${pre}</html>\n`;
    return new Response(html, {
      status: this.status,
      headers: { ...this.headers, "Content-Type": "text/html; charset=utf-8" },
    });
  }
}

/** Thrown by `abort(response)`: it is sent as it is, and no error handler sees it. */
export class ResponseException extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super("abort(response) ends the request with this response.");
    this.name = "ResponseException";
    this.response = response;
  }
}

/**
 * Ends the request with an error page, or with a response that is ready.
 *
 * @param description the text of the page. Default: the usual sentence for the status.
 * @throws HTTPException always, for a status.
 * @example
 * ```ts
 * if (user === undefined) abort(404);
 * ```
 */
export function abort(status: number | Response, description?: string): never {
  if (status instanceof Response) throw new ResponseException(status);
  throw new HTTPException(status, description);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
