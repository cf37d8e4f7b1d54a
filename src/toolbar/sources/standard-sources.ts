import type { Channels } from "../channels.ts";
import { own } from "./own.ts";

/** What every toolbar makes spans of. */
export function standardSources(): readonly { readonly id: string; readonly channels: Channels }[] {
  return [own()];
}
