/**
 * Flask's interface in TypeScript: a small Flask application can be ported line by line.
 *
 * @module
 */
export type { Config, ConfigValues } from "./config.ts";
export { DebugToolbarExtension } from "./debug-toolbar-extension.ts";
export { flash, getFlashedMessages, type FlashedMessagesOptions } from "./flashing.ts";
export { Flask, type RouteOptions, type View } from "./flask.ts";
export { g, request, session } from "./globals.ts";
export { abort, HTTPException } from "./http-exception.ts";
export type { FlaskRequest } from "./request.ts";
export { jsonify, redirect, type ViewResult } from "./response.ts";
export type { ViewArguments } from "./rule.ts";
export type { RunningServer, RunOptions } from "./run-server.ts";
export type { FlaskSession } from "./session-facade.ts";
export {
  getTemplateAttribute,
  renderTemplate,
  renderTemplateString,
  streamTemplate,
  streamTemplateString,
  type TemplateContext,
  type Templates,
} from "./templating.ts";
export type { TemplateFunction } from "./templates/templates.ts";
export { TemplateError, TemplateNotFound, type TemplateErrorKind } from "./templates/errors.ts";
export { urlFor } from "./url-for.ts";
