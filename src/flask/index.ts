/**
 * Flask's interface in TypeScript: a small Flask application can be ported line by line.
 *
 * @module
 */
export { AppCli, type AppCommand, type CommandOptions, type CommandRun } from "./cli/app-cli.ts";
export type { ConfigMethods, FromFileOptions } from "./config/config-methods.ts";
export type { Config, ConfigValues } from "./config/config.ts";
export type { ContextApplication, UrlForOptions } from "./context/context.ts";
export { afterThisRequest, copyCurrentRequestContext, hasAppContext, hasRequestContext } from "./context/current.ts";
export type { GlobalMembers } from "./context/global-values.ts";
export { currentApp, g, request, session } from "./context/globals.ts";
export { DebugToolbarExtension } from "./debug-toolbar-extension.ts";
export { proxyFix, type ProxyFixOptions } from "./dispatch/proxy-fix.ts";
export type { RunningServer, RunOptions } from "./dispatch/run-server.ts";
export { abort, HTTPException } from "./errors/http-exception.ts";
export type { FlaskOptions } from "./flask-options.ts";
export { Flask } from "./flask.ts";
export { JSONProvider } from "./json/json-provider.ts";
export { Logger, type LogLevel } from "./logger.ts";
export {
  getTemplateAttribute,
  renderTemplate,
  renderTemplateString,
  streamTemplate,
  streamTemplateString,
  type TemplateContext,
} from "./rendering.ts";
export { escape } from "./templates/escape.ts";
export type { TemplateFunction, Templates } from "./templates/templates.ts";
export { TemplateError, TemplateNotFound, type TemplateErrorKind } from "./templates/errors.ts";
export type { Accept, CharsetAccept, LanguageAccept, MimeAccept } from "./request/accept.ts";
export type { Authorization } from "./request/authorization.ts";
export { FileStorage } from "./request/file-storage.ts";
export { float, int, type MultiDict, type MultiDictMembers } from "./request/multi-dict.ts";
export type { FlaskRequest, GetJsonOptions, MatchedRule } from "./request/request.ts";
export { FlaskResponse, type CookieAttributes } from "./response/flask-response.ts";
export { jsonify } from "./response/json.ts";
export { makeResponse, type ViewHeaders, type ViewResult, type ViewStatus } from "./response/make-response.ts";
export { redirect } from "./response/redirect.ts";
export { sendFile, sendFromDirectory, type SendFileOptions } from "./response/send-file.ts";
export { streamWithContext } from "./response/stream.ts";
export { BaseConverter, ValidationError, type ConverterClass } from "./routing/base-converter.ts";
export { urlFor } from "./routing/url-for.ts";
export type { UrlMap } from "./routing/url-map.ts";
export type { ViewArguments } from "./routing/view-arguments.ts";
export { Blueprint } from "./scaffold/blueprint.ts";
export type { BlueprintOptions, BlueprintState, RegisterOptions } from "./scaffold/blueprint-state.ts";
export type {
  AfterRequest,
  BeforeRequest,
  ContextProcessor,
  ErrorClass,
  ErrorHandler,
  Teardown,
  UrlDefaults,
  UrlValuePreprocessor,
} from "./scaffold/hooks.ts";
export type { RouteOptions, UrlRuleOptions, View as ViewFunction } from "./scaffold/route-options.ts";
export { checkPasswordHash, generatePasswordHash, type PasswordHashOptions } from "./security/password-hash.ts";
export { secureFilename } from "./security/secure-filename.ts";
export { flash, getFlashedMessages, type FlashedMessagesOptions } from "./flashing.ts";
export type { FlaskSession } from "./session/session-facade.ts";
export { signals } from "./signals.ts";
export type { CliResult, CliRunner } from "./testing/cli-runner.ts";
export type { StoredCookie } from "./testing/cookie-jar.ts";
export type { ClientRequestOptions, FlaskClient, TestClientOptions } from "./testing/flask-client.ts";
export type { TestRequestContext } from "./testing/test-request-context.ts";
export type { TestField, TestRequestOptions } from "./testing/test-request.ts";
export type { TestResponse } from "./testing/test-response.ts";
export { MethodView } from "./views/method-view.ts";
export { View, type ClassView } from "./views/view.ts";
