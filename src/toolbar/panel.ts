import type { Block, Finding, NumbersBlock } from "./blocks.ts";
import type { Channels } from "./channels.ts";
import type { Recording } from "./recording.ts";

/**
 * One tab of the toolbar.
 *
 * A panel listens to messages (`channels`). When the response has ended, it returns plain JSON
 * about them (`collect`). When a person opens the panel, it turns that JSON into blocks (`view`).
 * `Stats` must survive `JSON.parse(JSON.stringify(stats))` unchanged: `subtitle`, `findings`,
 * `numbers`, `overview` and `view` get nothing else.
 *
 * @example
 * ```ts
 * const jobs: Panel<{ names: string[] }> = {
 *   id: "jobs",
 *   title: "Jobs",
 *   channels: {
 *     "app:job": (message, recording) =>
 *       recording.slot("jobs", () => [] as string[]).push(recording.redactText(String(message))),
 *   },
 *   collect: (recording) => ({ names: recording.slot("jobs", () => [] as string[]) }),
 *   subtitle: ({ names }) => String(names.length),
 *   view: ({ names }) => [
 *     { kind: "table", columns: [{ title: "Job" }], rows: names.map((text) => [text]), empty: "No job was started." },
 *   ],
 * };
 * ```
 */
export interface Panel<Stats = unknown> {
  /** Lower-case letters, digits and hyphens; one panel per id. */
  readonly id: string;
  readonly title: string;
  /**
   * Listeners for channels of node:diagnostics_channel, by name. Exceptions are caught; after five
   * the listener is removed.
   */
  readonly channels?: Channels | undefined;
  /** Called when a request has arrived, before the application has it. Must be fast. */
  begin?(recording: Recording): void;
  /** Called when the toolbar is closed: undoes what the panel has begun. */
  close?(): void;
  /** Called when the response has ended. Must be fast and synchronous: it delays other requests. */
  collect(recording: Recording): Stats;
  /** A few words next to the title. */
  subtitle?(stats: Stats): string | undefined;
  findings?(stats: Stats): readonly Finding[];
  /** Its part of the big numbers on the first tab. None for what did not happen. */
  numbers?(stats: Stats): NumbersBlock["items"];
  /** Blocks below the big numbers of the first tab. For what matters in most requests. */
  overview?(stats: Stats): readonly Block[];
  view(stats: Stats): readonly Block[];
}
