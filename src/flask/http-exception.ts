/** The titles and texts of the default error pages. */
const STATUSES: Readonly<Record<number, readonly [title: string, text: string]>> = {
  400: ["Bad Request", "The browser (or proxy) sent a request that this server could not understand."],
  401: ["Unauthorized", "The server could not verify that you are allowed to see this page. Log in and try again."],
  403: ["Forbidden", "You are not allowed to see this page."],
  404: ["Not Found", "There is no page at this address. If you typed it, check the spelling."],
  405: ["Method Not Allowed", "This address does not answer to that method."],
  409: ["Conflict", "The request conflicts with the current state of the resource."],
  413: ["Request Entity Too Large", "The request is larger than this server accepts."],
  415: ["Unsupported Media Type", "The server does not read this kind of content."],
  422: ["Unprocessable Entity", "The request could be read, but not carried out as it is."],
  429: ["Too Many Requests", "Too many requests came in a short time. Wait a little and try again."],
  500: ["Internal Server Error", "The server met an error and could not answer. It is not your fault."],
  503: ["Service Unavailable", "The server cannot answer at the moment. Try again in a while."],
};

/** An answer that ends the request when thrown: `abort(404)` throws one. */
export class HTTPException extends Error {
  readonly status: number;
  readonly description: string;
  /** Additional headers of the error page, such as Allow with a 405. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param status an HTTP status from 400 to 599.
   * @param description the text of the page. Default: the usual sentence for the status.
   * @param headers sent with the page.
   */
  constructor(status: number, description?: string, headers: Readonly<Record<string, string>> = {}) {
    if (!Number.isInteger(status) || status < 400 || status > 599)
      throw new RangeError(
        `abort(status): status is an integer from 400 to 599. It got ${String(status)}. Fix: abort(404).`,
      );
    const [title, text] = STATUSES[status] ?? ["Error", "The request could not be answered."];
    super(`${status} ${title}: ${description ?? text}`);
    this.name = "HTTPException";
    this.status = status;
    this.description = description ?? text;
    this.headers = headers;
  }

  /** The default page for this error. */
  toResponse(detail?: string): Response {
    const title = `${this.status} ${(STATUSES[this.status] ?? ["Error"])[0]}`;
    const pre = detail === undefined ? "" : `<pre>${escapeHtml(detail)}</pre>\n`;
    const html = `<!doctype html>\n<html lang="en">\n<title>${title}</title>\n<h1>${title}</h1>\n<p>${escapeHtml(this.description)}</p>\n${pre}</html>\n`;
    return new Response(html, {
      status: this.status,
      headers: { ...this.headers, "Content-Type": "text/html; charset=utf-8" },
    });
  }
}

/**
 * Ends the request with an error page.
 *
 * @throws HTTPException always.
 * @example
 * ```ts
 * if (user === undefined) abort(404);
 * ```
 */
export function abort(status: number, description?: string): never {
  throw new HTTPException(status, description);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
