import { STATUS_CODES } from "node:http";
import { counted, formatInteger } from "../format.ts";
import type { Block } from "../blocks.ts";
import type { Panel } from "../panel.ts";
import type { CookieFacts, HeaderEntry } from "../recording.ts";

/** The data of the panel Request. */
export interface RequestStats {
  readonly method: string;
  readonly path: string;
  readonly query: readonly HeaderEntry[];
  readonly route: string | null;
  readonly remoteAddress: string | null;
  readonly status: number | null;
  readonly requestHeaders: readonly HeaderEntry[];
  readonly requestCookies: readonly CookieFacts[];
  readonly responseHeaders: readonly HeaderEntry[];
  readonly responseCookies: readonly CookieFacts[];
  readonly hasThrown: boolean;
  readonly aborted: boolean;
  readonly notShown: string | null;
}

/**
 * Shows request and response: addresses, headers, and cookies by name and size.
 */
export function requestPanel(): Panel<RequestStats> {
  return {
    id: "request",
    title: "Request",
    collect: (recording) => ({
      method: recording.method,
      path: recording.path,
      query: recording.query,
      route: recording.route ?? null,
      remoteAddress: recording.remoteAddress ?? null,
      status: recording.status ?? null,
      requestHeaders: recording.requestHeaders,
      requestCookies: recording.requestCookies,
      responseHeaders: recording.responseHeaders,
      responseCookies: recording.responseCookies,
      hasThrown: recording.error !== undefined,
      aborted: recording.aborted,
      notShown: recording.notShown ?? null,
    }),
    subtitle: ({ status }) => (status === null ? undefined : String(status)),
    findings: ({ hasThrown, aborted, status }) => [
      ...(aborted
        ? [{ tone: "warn" as const, text: "The connection was closed before the response was complete." }]
        : []),
      // An exception is a finding of its own panel.
      ...(!hasThrown && status !== null && status >= 500
        ? [{ tone: "error" as const, text: `The server answered ${formatStatus(status)}.` }]
        : []),
    ],
    view: (stats) => [...requestBlocks(stats), ...responseBlocks(stats)],
  };
}

function requestBlocks(stats: RequestStats): Block[] {
  const { method, path, route, status, remoteAddress, query, requestHeaders, requestCookies, notShown } = stats;
  const blocks: Block[] = [
    {
      kind: "pairs",
      rows: [
        { name: "Request", value: { text: `${method} ${path}`, mono: true } },
        {
          name: "Answer",
          value:
            status === null
              ? "not yet"
              : { text: formatStatus(status), tone: status >= 500 ? "error" : status >= 400 ? "warn" : "ok" },
        },
        ...(route === null ? [] : [{ name: "Route", value: { text: route, mono: true } }]),
        ...(remoteAddress === null ? [] : [{ name: "Visitor", value: { text: remoteAddress, mono: true } }]),
        ...(notShown === null ? [] : [{ name: "Toolbar", value: { text: "not in this answer", detail: notShown } }]),
      ],
    },
  ];
  if (query.length > 0) blocks.push(headerTable("Query", query));
  blocks.push(headerTable("Request headers", requestHeaders));
  if (requestCookies.length > 0) {
    const total = requestCookies.reduce((sum, { bytes }) => sum + bytes, 0);
    blocks.push({
      kind: "table",
      title: `Cookies received: ${counted(requestCookies.length, "cookie")}, ${formatInteger(total)} bytes`,
      columns: [{ title: "Name" }, { title: "Bytes", align: "right" }, { title: "Value", grow: true }],
      rows: requestCookies.map(({ name, bytes }) => [{ text: name, mono: true }, bytes, "never recorded"]),
    });
  }
  return blocks;
}

function responseBlocks({ responseHeaders, responseCookies }: RequestStats): Block[] {
  const blocks: Block[] = [headerTable("Response headers", responseHeaders)];
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

function headerTable(title: string, entries: readonly HeaderEntry[]): Block {
  return {
    kind: "table",
    title,
    columns: [{ title: "Name" }, { title: "Value", grow: true }],
    rows: entries.map(([name, value]) => [
      { text: name, mono: true },
      { text: value, mono: true },
    ]),
    empty: "None.",
  };
}

function formatStatus(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ""}`.trim();
}
