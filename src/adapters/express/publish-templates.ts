import { tracingChannel } from "node:diagnostics_channel";
import type { Response } from "express";

/** Where templates that are rendered for a request are published; see docs/channels.md. */
const templates = tracingChannel("latchkey:template");

type Callback = (error: unknown, html?: string) => void;
type Render = (view: string, options: object, callback: Callback) => void;

/**
 * Publishes what this response renders. Only this response's own `render` is replaced, and nothing
 * that others share.
 */
export function publishTemplates(response: Response): void {
  const render = response.render.bind(response) as Render;
  const replacement = (view: string, options?: object | Callback | null, callback?: Callback): void => {
    const isCallback = typeof options === "function";
    const context = isCallback ? {} : (options ?? {});
    const given = isCallback ? (options as Callback) : callback;
    // What Express does without a callback.
    const send: Callback = (error, html) => void (error ? response.req.next?.(error) : response.send(html));
    const message = { name: view, names: [...new Set([...Object.keys(context), ...Object.keys(response.locals)])] };
    templates.traceCallback(render, 2, message, undefined, view, context, given ?? send);
  };
  response.render = replacement as Response["render"];
}
