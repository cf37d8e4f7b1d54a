import { channel, type Channel } from "node:diagnostics_channel";
import type { ContextApplication } from "./context/context.ts";

/** What every signal carries. */
interface Sent {
  /** The application: Flask's sender. */
  readonly app: ContextApplication;
  readonly [name: string]: unknown;
}

/** Flask's signals by their names. */
export interface Signals {
  /** `{ app, template, context }`, before a template is rendered. */
  readonly beforeRenderTemplate: Channel;
  /** `{ app, template, context }`, after it. */
  readonly templateRendered: Channel;
  /** `{ app }`, before all hooks. */
  readonly requestStarted: Channel;
  /** `{ app, response }`, after all hooks. */
  readonly requestFinished: Channel;
  /** `{ app, error }`, after the teardown functions of a request. */
  readonly requestTearingDown: Channel;
  /** `{ app, error }`, for an error that no handler of its class has answered. */
  readonly gotRequestException: Channel;
  /** `{ app }` */
  readonly appcontextPushed: Channel;
  /** `{ app, error }` */
  readonly appcontextTearingDown: Channel;
  /** `{ app }` */
  readonly appcontextPopped: Channel;
  /** `{ app, message, category }` */
  readonly messageFlashed: Channel;
}

/**
 * Flask's signals, as channels of node:diagnostics_channel: `latchkey:flask.request_started` and so
 * on. A subscriber runs at once, in the request's context. What it throws is an uncaught exception
 * of the process, and never an error of the request.
 *
 * @example
 * ```ts
 * signals.templateRendered.subscribe((message) => console.log(message));
 * ```
 */
export const signals: Signals = {
  beforeRenderTemplate: channel("latchkey:flask.before_render_template"),
  templateRendered: channel("latchkey:flask.template_rendered"),
  requestStarted: channel("latchkey:flask.request_started"),
  requestFinished: channel("latchkey:flask.request_finished"),
  requestTearingDown: channel("latchkey:flask.request_tearing_down"),
  gotRequestException: channel("latchkey:flask.got_request_exception"),
  appcontextPushed: channel("latchkey:flask.appcontext_pushed"),
  appcontextTearingDown: channel("latchkey:flask.appcontext_tearing_down"),
  appcontextPopped: channel("latchkey:flask.appcontext_popped"),
  messageFlashed: channel("latchkey:flask.message_flashed"),
};

/** Sends a signal, if anything has subscribed. */
export function publish(name: keyof Signals, sent: Sent): void {
  const signal = signals[name];
  if (signal.hasSubscribers) signal.publish(sent);
}
