import type { Block } from "../blocks.ts";
import type { ToolbarRequest } from "../guard.ts";
import type { Profiler } from "../profiler/profiler.ts";
import { PATIENCE } from "../profiler/armed-profile.ts";

/** What the toolbar's pages answer about profiles. */
export type ProfileAnswer =
  | { readonly kind: "blocks"; readonly blocks: readonly Block[] }
  | { readonly kind: "file"; readonly id: string; readonly json: string };

/**
 * The addresses of the profiler: `/profile` asks for the profile of the next request that fits, and
 * `/exchanges/<id>/profile` is the file. Undefined for all others. The access token was checked.
 */
export function answerProfile(profiler: Profiler, request: ToolbarRequest, url: URL): ProfileAnswer | undefined {
  const { pathname, searchParams } = url;
  if (pathname !== "/profile") {
    const id = /^\/exchanges\/([0-9a-f-]{36})\/profile$/.exec(pathname)?.[1];
    const json = id === undefined ? undefined : profiler.file(id);
    return id === undefined || json === undefined ? undefined : { kind: "file", id, json };
  }
  const method = searchParams.get("method") ?? undefined;
  const path = searchParams.get("path") ?? undefined;
  if ((method !== undefined && !/^[A-Z]{3,10}$/.test(method)) || (path !== undefined && !/^\/.{0,2000}$/.test(path)))
    return undefined;
  profiler.arm({ method, path, remoteAddress: request.remoteAddress });
  const what = path === undefined ? "request" : `${method ?? "request"} ${path}`;
  return {
    kind: "blocks",
    blocks: [
      {
        kind: "note",
        tone: "info",
        text: `The next ${what} from your address is profiled, if it comes within ${PATIENCE} seconds. Make it now: load the page, or send the form.`,
      },
    ],
  };
}
