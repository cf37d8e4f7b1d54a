/** An answer of the toolbar itself, for an adapter to send. */
export interface ToolbarAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array>;
}

const PRIVATE = {
  // A compressor or a proxy would hold back the events (RFC 9111, section 5.2.2.6, and nginx's
  // own).
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
} as const;

/** The answer to everything that is not there, and to everybody who may not see it. */
export const NOT_FOUND: ToolbarAnswer = {
  status: 404,
  headers: { "Content-Type": "text/plain; charset=utf-8" },
  body: "Not Found",
};

/**
 * An answer that no cache stores and no other site embeds.
 *
 * @param type without its charset, which is always UTF-8.
 */
export function privateAnswer<Body extends ToolbarAnswer["body"]>(
  type: string,
  body: Body,
  { status = 200, headers = {} }: { readonly status?: number; readonly headers?: ToolbarAnswer["headers"] } = {},
): ToolbarAnswer & { readonly body: Body } {
  return { status, headers: { ...PRIVATE, "Content-Type": `${type}; charset=utf-8`, ...headers }, body };
}

/**
 * Plain JSON, or a module with the same data: a page's policy may forbid fetch but allow scripts.
 *
 * @param value what the JSON is of; it may be a promise that is never rejected.
 */
export function dataAnswer(value: object | Promise<object>, parameters: URLSearchParams): ToolbarAnswer {
  const isModule = parameters.get("as") === "module";
  const textOf = (data: object): string =>
    isModule ? `export default ${JSON.stringify(data)};\n` : JSON.stringify(data);
  const body = value instanceof Promise ? later(value.then(textOf)) : textOf(value);
  const headers = parameters.has("save") ? { "Content-Disposition": "attachment" } : {};
  return isModule ? privateAnswer("text/javascript", body) : privateAnswer("application/json", body, { headers });
}

/** A text that is not there yet, as a stream. */
function later(text: Promise<string>): ReadableStream<Uint8Array> {
  // An unhandled rejection would end the process, and the stream may never be read.
  text.catch(() => {});
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue(new TextEncoder().encode(await text));
      controller.close();
    },
  });
}
