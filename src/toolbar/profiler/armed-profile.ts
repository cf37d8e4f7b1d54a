import type { ToolbarRequest } from "../guard.ts";

/** How long a request for a profile waits, in seconds. */
export const PATIENCE = 60;
/** What a page loads besides itself. */
const ASSET = /^(?:image|style|script|font|audio|video|track|manifest|worker|sharedworker|serviceworker)$/;

/** Which request is to be profiled. */
export interface ProfileTarget {
  /** Undefined for any method. */
  readonly method: string | undefined;
  /** A path, with `:name` for parts that may be anything. Undefined for any page or fetch. */
  readonly path: string | undefined;
  /** The visitor who has asked for the profile. */
  readonly remoteAddress: string | undefined;
}

/** Whether this request is the one that was asked for. */
export function isTarget({ method, path, remoteAddress }: ProfileTarget, request: ToolbarRequest): boolean {
  if (request.remoteAddress !== remoteAddress) return false;
  if (method !== undefined && request.method !== method) return false;
  if (path === undefined) return !ASSET.test(request.header("sec-fetch-dest") ?? "");
  const [wanted, given] = [path.split("/"), request.url.split("?", 1)[0]!.split("/")];
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith(":") || part === given[at]);
}
