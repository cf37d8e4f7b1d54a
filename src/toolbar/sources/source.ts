import type { Channels } from "../channels.ts";

/**
 * Turns the messages of one library into spans.
 *
 * A source listens by the names of channels alone, so the toolbar needs none of these libraries.
 * Messages have no version: a source ignores one that does not look as expected.
 */
export interface Source {
  /** Lower-case letters, digits and hyphens; one source per id. */
  readonly id: string;
  readonly channels: Channels;
}
