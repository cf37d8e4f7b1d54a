import type { Config } from "../config/config.ts";
import { HTTPException } from "../errors/http-exception.ts";
import type { FlaskRequest } from "../request/request.ts";

/** APPLICATION_ROOT without its last slash. */
export function rootOf(config: Config): string {
  return config.APPLICATION_ROOT.replace(/\/+$/, "");
}

/**
 * The path in the application. A proxy in front has taken APPLICATION_ROOT away, or has left it.
 */
export function pathInside(pathname: string, root: string): string {
  return root !== "" && (pathname === root || pathname.startsWith(`${root}/`))
    ? pathname.slice(root.length) || "/"
    : pathname;
}

/**
 * What rules are looked up by, beside the path: a host, a sub-domain, or nothing.
 *
 * @returns undefined if the host does not belong to SERVER_NAME.
 */
export function domainOf(
  request: FlaskRequest,
  config: Config,
  { isByHost, isBySubdomain }: { readonly isByHost: boolean; readonly isBySubdomain: boolean },
): string | undefined {
  if (isByHost) return request.host;
  const name = config.SERVER_NAME?.toLowerCase();
  if (!isBySubdomain || name === undefined || name === "") return "";
  const host = request.host.toLowerCase();
  if (host === name) return "";
  return host.endsWith(`.${name}`) ? host.slice(0, -name.length - 1) : undefined;
}

/** Refuses a host that TRUSTED_HOSTS does not list. */
export function checkHost(host: string, trusted: readonly string[] | null | undefined): void {
  if (trusted === undefined || trusted === null) return;
  const name = host.toLowerCase().replace(/:\d+$/, "");
  const isTrusted = trusted.some((each) => {
    const known = each.toLowerCase().replace(/:\d+$/, "");
    return known.startsWith(".") ? name === known.slice(1) || name.endsWith(known) : name === known;
  });
  if (!isTrusted) throw new HTTPException(400, "This server does not answer for this host.");
}
