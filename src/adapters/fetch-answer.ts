/* What the toolbar's adapters for the fetch interface do with requests and answers. */

/** What an answer says of its own body. */
const OF_OTHER_BODY = new Set([
  "content-length",
  "content-encoding",
  "content-language",
  "content-disposition",
  "content-security-policy-report-only",
  "etag",
  "last-modified",
]);

/** The page, with the cookies and all else that the application has set and the page has not. */
export function withHeadersOf(answer: Response, page: Response): Response {
  for (const [name, value] of answer.headers) {
    if (name === "set-cookie") page.headers.append(name, value);
    else if (!page.headers.has(name) && !OF_OTHER_BODY.has(name)) page.headers.set(name, value);
  }
  return page;
}

/** A body with a text after it. A stream stays a stream. */
export function bodyWithTail(
  body: ReadableStream<Uint8Array> | null,
  tail: () => string,
): ReadableStream<Uint8Array> | string {
  if (body === null) return tail();
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      flush: (controller) => controller.enqueue(new TextEncoder().encode(tail())),
    }),
  );
}

/**
 * An answer that tells when its body was read, which is when it has ended where no server of Node
 * reports it.
 *
 * @returns undefined if there is no body: then the end was told at once.
 */
export function watchBody(response: Response, finish: (aborted: boolean) => void): Response | undefined {
  const { body } = response;
  if (body === null) {
    finish(false);
    return undefined;
  }
  const watched = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({ flush: () => finish(false), cancel: () => finish(true) }),
  );
  return new Response(watched, response);
}

/** Whether the headers of a request can be changed. On Deno they cannot. */
export function isChangeable(headers: Headers): boolean {
  try {
    headers.delete("x-latchkey-toolbar");
    return true;
  } catch {
    return false;
  }
}

/**
 * The version of HTTP, which servers of the fetch interface do not report. Browsers send
 * `Connection: keep-alive` in HTTP/1.1 alone; nginx sends "close" in HTTP/1.0 to a server behind
 * it, or nothing.
 */
export function httpVersionOf(headers: Headers): string | undefined {
  return headers.get("connection")?.toLowerCase() === "keep-alive" ? "1.1" : undefined;
}
