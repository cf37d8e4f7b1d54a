import type { HeaderEntry, RecordedBody } from "../recording.ts";
import { recordBody, type HandledFile } from "./record-body.ts";
import type { ExchangeRedactor } from "./redact.ts";

/**
 * What a framework tells about a request that it answers. For adapters; nothing is redacted yet.
 */
export interface HandledRequest {
  /** The pattern of the route: "/users/:id". */
  readonly route?: string | undefined;
  /** The name of the function that answers. */
  readonly handler?: string | undefined;
  /** What was read from the path, by name. */
  readonly params?: unknown;
  /** The body as it was parsed: an object, a form, a text or bytes. */
  readonly body?: unknown;
  readonly files?: readonly HandledFile[] | undefined;
}

/** The members of a recording that a framework tells about. */
export interface RecordedHandling {
  readonly route?: string;
  readonly handler?: string;
  readonly params?: readonly HeaderEntry[];
  readonly body?: RecordedBody;
}

/**
 * Redacts and bounds what a framework tells. What it does not tell is left out.
 *
 * @param contentType of the request: a form and JSON are both parsed to an object.
 */
export function recordHandled(
  facts: HandledRequest,
  redactor: ExchangeRedactor,
  contentType: string | undefined,
): RecordedHandling {
  const { route, handler, params, body, files } = facts;
  const recorded = recordBody(body, files, redactor, contentType);
  return {
    ...(typeof route === "string" ? { route: redactor.text(route) } : {}),
    ...(typeof handler === "string" && handler !== "" ? { handler: redactor.text(handler) } : {}),
    ...(typeof params === "object" && params !== null ? { params: recordParams(params, redactor) } : {}),
    ...(recorded === undefined ? {} : { body: recorded }),
  };
}

function recordParams(params: object, redactor: ExchangeRedactor): HeaderEntry[] {
  return Object.entries(params)
    .slice(0, 100)
    .map(([name, value]) => {
      const text = String(value);
      // "/reset/:token": from now on the token is hidden in the path and in logs too.
      if (redactor.hidesName(name)) redactor.hide(text, 8);
      return [redactor.text(name), redactor.named(name, text)];
    });
}
