import { InvalidOptionError } from "../../index.ts";
import { kindOf } from "../../options.ts";
import { contextOrNone, isOfRequest, type UrlForOptions } from "../context/context.ts";
import type { FlaskRequest } from "../request/request.ts";
import type { Place } from "../routing/url-map.ts";
import type { ApplicationParts } from "./parts.ts";
import { domainOf, rootOf } from "./place.ts";

const OPTIONS = ["_external", "_anchor", "_scheme", "_method"];

/**
 * The address of a view, as Flask's `url_for` builds it: in a request from that request, and
 * outside of one from SERVER_NAME.
 */
export function buildUrl(parts: ApplicationParts, endpointGiven: string, given: UrlForOptions): string {
  const { app, urlMap, hooks } = parts;
  const unknown = Object.keys(given).find((name) => name.startsWith("_") && !OPTIONS.includes(name));
  if (unknown !== undefined)
    throw new InvalidOptionError(
      `urlFor has no option "${unknown}". Fix: use one of ${OPTIONS.join(", ")}; a value of the query does not begin with "_".`,
    );
  const context = contextOrNone();
  const request = isOfRequest(context) && context.app === app ? context.request : undefined;
  const endpoint = absolute(endpointGiven, request);
  const { _external: external, _scheme: scheme, _anchor: anchor, _method: method, ...own } = given;
  // None is as good as nothing, as in Python.
  const [_external, _scheme, _anchor, _method] = [
    external ?? undefined,
    scheme ?? undefined,
    anchor ?? undefined,
    method ?? undefined,
  ];
  const isExternal = _external ?? (request === undefined || _scheme !== undefined);
  if (_scheme !== undefined && !isExternal)
    throw new InvalidOptionError("urlFor with _scheme needs the host as well. Fix: add _external: true.");
  if (_anchor !== undefined && typeof _anchor !== "string")
    throw new InvalidOptionError(
      `The option _anchor of urlFor is text. It got ${kindOf(_anchor)}. Fix: _anchor: "top".`,
    );

  const values: Record<string, unknown> = { ...own };
  for (const { urlDefaults } of hooks.inwards(blueprintsOf(endpoint)))
    for (const run of urlDefaults) run(endpoint, values);
  const url = urlMap.build(endpoint, values, placeOf(parts, request), {
    isExternal,
    scheme: _scheme,
    anchor: _anchor,
    method: _method,
  });
  if (url === undefined) throw urlMap.buildError(endpoint, values, _method);
  return url;
}

function placeOf(parts: ApplicationParts, request: FlaskRequest | undefined): Place {
  const { config } = parts.app;
  const name = config.SERVER_NAME ?? "";
  if (request !== undefined) {
    const host = parts.isByHost || name === "" ? request.host : name;
    return { scheme: request.scheme, host, domain: domainOf(request, config, parts), root: request.scriptRoot };
  }
  if (name === "")
    throw new Error(
      "Unable to build URLs outside an active request without 'SERVER_NAME' configured. Also configure 'APPLICATION_ROOT' and 'PREFERRED_URL_SCHEME' as needed.",
    );
  return { scheme: config.PREFERRED_URL_SCHEME, host: name, domain: undefined, root: rootOf(config) };
}

/** ".login" is the view of the blueprint that answers. */
function absolute(endpoint: string, request: FlaskRequest | undefined): string {
  if (!endpoint.startsWith(".")) return endpoint;
  const blueprint = request?.blueprint;
  return blueprint === undefined ? endpoint.slice(1) : `${blueprint}${endpoint}`;
}

function blueprintsOf(endpoint: string): readonly string[] {
  const names: string[] = [];
  for (let at = endpoint.lastIndexOf("."); at > 0; at = endpoint.lastIndexOf(".", at - 1))
    names.push(endpoint.slice(0, at));
  return names;
}
