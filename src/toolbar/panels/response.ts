import { STATUS_CODES } from "node:http";
import { formatInteger, formatMilliseconds } from "../format.ts";
import type { Block, Cell } from "../blocks.ts";
import type { Panel } from "../panel.ts";
import type { CookieFacts, HeaderEntry, ResponseSize } from "../recording.ts";
import { entryTable } from "./header-blocks.ts";

/** The data of the panel Response. */
export interface ResponseStats {
  readonly status: number | null;
  /** Milliseconds. */
  readonly duration: number;
  readonly contentType: string | null;
  readonly size: ResponseSize | null;
  readonly responseHeaders: readonly HeaderEntry[];
  readonly responseCookies: readonly CookieFacts[];
  readonly aborted: boolean;
  readonly hasThrown: boolean;
  /** Why the toolbar is not in this answer; null if it is, or if no adapter handled it. */
  readonly notShown: string | null;
}

/**
 * Shows the answer: status, size, headers, cookies with their attributes, and why the toolbar is
 * not in it.
 */
export const responsePanel: Panel<ResponseStats> = {
  id: "response",
  title: "Response",
  collect: (recording) => ({
    status: recording.status ?? null,
    duration: recording.elapsed(),
    contentType: recording.responseHeaders.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? null,
    size: recording.responseSize ?? null,
    responseHeaders: recording.responseHeaders,
    responseCookies: recording.responseCookies,
    aborted: recording.aborted,
    hasThrown: recording.error !== undefined,
    notShown: recording.notShown ?? null,
  }),
  subtitle: ({ status }) => (status === null ? undefined : String(status)),
  numbers: (stats) => {
    const bytes = bytesOf(stats);
    if (bytes === undefined) return [];
    const about = stats.size?.isExact === false ? "about " : "";
    return [{ value: `${about}${formatInteger(bytes)}`, unit: "bytes", label: "Size" }];
  },
  findings: ({ hasThrown, aborted, status }) => [
    ...(aborted
      ? [{ tone: "warn" as const, text: "The connection was closed before the response was complete." }]
      : []),
    // An exception is a finding of its own panel.
    ...(!hasThrown && status !== null && status >= 500
      ? [{ tone: "error" as const, text: `The server answered ${formatStatus(status)}.` }]
      : []),
  ],
  view: viewResponse,
};

function viewResponse(stats: ResponseStats): Block[] {
  const { status, duration, contentType, size, responseHeaders, responseCookies, notShown } = stats;
  const rows: readonly (readonly [string, Cell | null])[] = [
    [
      "Status",
      status === null
        ? "not yet"
        : { text: formatStatus(status), tone: status >= 500 ? "error" : status >= 400 ? "warn" : "ok" },
    ],
    ["Duration", `${formatMilliseconds(duration)} ms`],
    ["Content type", contentType === null ? null : { text: contentType, mono: true }],
    ["Size of the body", sizeCell(size)],
    ["Toolbar", notShown === null ? null : { text: "not in this answer", detail: notShown }],
  ];
  const blocks: Block[] = [
    { kind: "pairs", rows: rows.flatMap(([name, value]) => (value === null ? [] : [{ name, value }])) },
    entryTable("Response headers", responseHeaders),
  ];
  if (responseCookies.length > 0) {
    blocks.push({
      kind: "table",
      title: "Cookies sent",
      columns: [{ title: "Name" }, { title: "Bytes", align: "right" }, { title: "Attributes", grow: true }],
      rows: responseCookies.map(({ name, bytes, attributes }) => [
        { text: name, mono: true },
        bytes,
        { text: attributes ?? "", mono: true },
      ]),
    });
  }
  return blocks;
}

/** Bytes of the body as they were sent, or else as the answer declares them. */
function bytesOf({ size, responseHeaders }: ResponseStats): number | undefined {
  const declared = Number(responseHeaders.find(([name]) => name.toLowerCase() === "content-length")?.[1]);
  return size?.body ?? (Number.isFinite(declared) ? declared : undefined);
}

function sizeCell(size: ResponseSize | null): Cell | null {
  if (size === null) return null;
  const { body, isExact, added } = size;
  const detail = [
    ...(isExact ? [] : ["It was sent in chunks. The marks between them are counted too."]),
    ...(added > 0 ? [`The toolbar's script is not counted: ${formatInteger(added)} bytes.`] : []),
  ].join(" ");
  const text = `${isExact ? "" : "about "}${formatInteger(body)} bytes`;
  return detail === "" ? text : { text, detail };
}

function formatStatus(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ""}`.trim();
}
