import { HTTPException } from "../errors/http-exception.ts";
import { InvalidOptionError } from "../../index.ts";
import type { FlaskRequest } from "../request/request.ts";
import { FlaskResponse } from "../response/flask-response.ts";
import type { Rule } from "../routing/rule.ts";
import type { ApplicationParts } from "./parts.ts";
import { checkHost, domainOf } from "./place.ts";

/** Thrown by routing: the page has another address. No error handler sees it. */
export class RoutingRedirect extends Error {
  readonly location: string;

  constructor(location: string) {
    super(`308 Permanent Redirect: ${location}`);
    this.location = location;
  }

  toResponse(): Response {
    return new FlaskResponse(null, { status: 308, headers: { Location: this.location } });
  }
}

/**
 * Finds what answers a request, and notes it at the request. What no rule answers is thrown by the
 * function that is returned, so that hooks run before.
 */
export function routeTo(parts: ApplicationParts, request: FlaskRequest): () => unknown {
  try {
    checkHost(request.host, parts.app.config.TRUSTED_HOSTS);
    return find(parts, request);
  } catch (error) {
    if (!(error instanceof HTTPException || error instanceof RoutingRedirect)) throw error;
    request.routingException = error;
    return () => {
      throw error;
    };
  }
}

function find(parts: ApplicationParts, request: FlaskRequest): () => unknown {
  const { app, urlMap, views } = parts;
  const { scriptRoot: root, encodedPath: path } = request;
  const domain = domainOf(request, app.config, parts);
  if (domain === undefined) throw new HTTPException(404);
  const match = urlMap.match(domain, path, request.method);
  if (match.kind === "redirect") throw new RoutingRedirect(`${root}${match.path}${queryOf(request)}`);
  if (match.kind === "missing") {
    if (match.methods.size === 0) throw new HTTPException(404);
    throw new HTTPException(405, undefined, { Allow: [...match.methods].join(", ") });
  }
  const { rule, values } = match;
  if (rule.options.redirectTo !== undefined) throw new RoutingRedirect(`${root}${redirectOf(rule, values)}`);
  request.urlRule = { rule: rule.text, endpoint: rule.endpoint, methods: [...(rule.methods ?? [])] };
  request.viewArgs = { ...values };
  if (rule.options.isAutomaticOptions === true && request.method === "OPTIONS") {
    const allowed = urlMap.allowedMethods(domain, path).join(", ");
    return () => new FlaskResponse("", { headers: { Allow: allowed, "Content-Type": "text/html; charset=utf-8" } });
  }
  const view = views.get(rule.endpoint);
  return () => {
    if (view === undefined)
      throw new InvalidOptionError(
        `The rule "${rule.text}" leads to the endpoint "${rule.endpoint}", which has no view. Fix: app.endpoint("${rule.endpoint}", () => "Hello").`,
      );
    return view(request.viewArgs as never);
  };
}

function queryOf({ queryString }: FlaskRequest): string {
  return queryString === "" ? "" : `?${queryString}`;
}

function redirectOf(rule: Rule, values: Readonly<Record<string, unknown>>): string {
  const { redirectTo } = rule.options;
  const target =
    typeof redirectTo === "function"
      ? redirectTo(values)
      : redirectTo!.replace(/<(\w+)>/g, (_, name: string) => rule.converters.get(name)?.toUrl(values[name]) ?? "");
  return `/${target.replace(/^\/+/, "")}`;
}
