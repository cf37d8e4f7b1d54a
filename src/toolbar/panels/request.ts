import { counted, formatInteger } from "../format.ts";
import type { Block, Cell, PairsBlock } from "../blocks.ts";
import type { Panel } from "../panel.ts";
import type { CookieFacts, HeaderEntry, RecordedBody, Recording, UploadedFile } from "../recording.ts";
import { entryTable, requestHeaderBlocks } from "./header-blocks.ts";

/** The data of the panel Request. */
export interface RequestStats {
  readonly method: string;
  readonly path: string;
  readonly query: readonly HeaderEntry[];
  readonly httpVersion: string | null;
  readonly route: string | null;
  /** The name of the view or handler. */
  readonly handler: string | null;
  /** What the framework has read from the path. */
  readonly params: readonly HeaderEntry[];
  readonly remoteAddress: string | null;
  readonly contentType: string | null;
  /** Bytes of the body, as the client has declared them; null if it did not. */
  readonly bodyBytes: number | null;
  /** The fields of a form that the framework has parsed. */
  readonly form: readonly HeaderEntry[] | null;
  /** The members of a JSON object that the framework has parsed. */
  readonly json: readonly HeaderEntry[] | null;
  /** The places in `json` of the members that were texts: `"5"`, and not `5`. */
  readonly jsonTexts: readonly number[] | null;
  /** Fields that are not in `form` or `json`, because there are too many. */
  readonly omittedFields: number;
  readonly files: readonly { readonly field: string; readonly name: string; readonly bytes: number | null }[];
  /** What was parsed and has no fields: "a text of 12 characters". */
  readonly otherBody: string | null;
  readonly requestHeaders: readonly HeaderEntry[];
  readonly requestCookies: readonly CookieFacts[];
}

/**
 * Shows the request: where it went, who answered it, its body, headers, and cookies by name and
 * size.
 */
export const requestPanel: Panel<RequestStats> = {
  id: "request",
  title: "Request",
  collect: (recording) => ({ ...factsOf(recording), ...bodyOf(recording.body) }),
  subtitle: ({ method }) => method,
  view: requestBlocks,
};

function factsOf(recording: Recording): Omit<RequestStats, keyof ReturnType<typeof bodyOf>> {
  const header = (name: string): string | undefined =>
    recording.requestHeaders.find(([each]) => each.toLowerCase() === name)?.[1];
  const length = header("content-length");
  return {
    method: recording.method,
    path: recording.path,
    query: recording.query,
    httpVersion: recording.httpVersion ?? null,
    route: recording.route ?? null,
    handler: recording.handler ?? null,
    params: recording.params,
    remoteAddress: recording.remoteAddress ?? null,
    contentType: header("content-type") ?? null,
    bodyBytes: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : null,
    requestHeaders: recording.requestHeaders,
    requestCookies: recording.requestCookies,
  };
}

function bodyOf(
  body: RecordedBody | undefined,
): Pick<RequestStats, "form" | "json" | "jsonTexts" | "omittedFields" | "files" | "otherBody"> {
  const { kind, fields = [], texts = [], omitted = 0, files = [], length } = body ?? {};
  const none = kind === undefined || length === undefined;
  return {
    form: kind === "form" ? fields : null,
    json: kind === "json" && none ? fields : null,
    jsonTexts: kind === "json" && none ? texts : null,
    omittedFields: omitted,
    files: files.map(({ bytes, ...file }: UploadedFile) => ({ ...file, bytes: bytes ?? null })),
    otherBody: none ? null : `a ${kind} ${kind === "json" ? `list of ${length}` : `body of ${length}`}`,
  };
}

function requestBlocks(stats: RequestStats): Block[] {
  const { query, requestHeaders, requestCookies } = stats;
  const blocks: Block[] = [mainFacts(stats)];
  if (query.length > 0) blocks.push(entryTable("Query", query));
  blocks.push(...bodyBlocks(stats), ...requestHeaderBlocks(requestHeaders));
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

function mainFacts(stats: RequestStats): PairsBlock {
  const { method, path, route, handler, params, remoteAddress, httpVersion, contentType, bodyBytes } = stats;
  const given = params.map(([name, value]) => `${name}: ${value}`).join(", ");
  const rows: readonly (readonly [string, Cell | null])[] = [
    ["Request", mono(`${method} ${path}`)],
    ["Route", mono(route)],
    ["Handler", handler === null && given === "" ? null : mono(`${handler ?? ""}(${given})`)],
    ["Visitor", mono(remoteAddress)],
    ["HTTP version", httpVersion],
    ["Content type", mono(contentType)],
    ["Size of the body", bodyBytes === null ? null : `${formatInteger(bodyBytes)} bytes`],
  ];
  return {
    kind: "pairs",
    rows: rows.flatMap(([name, value]) => (value === null ? [] : [{ name, value }])),
  };
}

function bodyBlocks(stats: RequestStats): Block[] {
  const { form, json, omittedFields, files, otherBody, bodyBytes } = stats;
  const blocks: Block[] = [];
  if (form !== null && form.length > 0) blocks.push(entryTable("Form", form));
  if (json !== null && json.length > 0) blocks.push(entryTable("JSON", json));
  if (omittedFields > 0)
    blocks.push({
      kind: "note",
      tone: "warn",
      text: `${counted(omittedFields, "more field was", "more fields were")} not recorded.`,
    });
  if (files.length > 0)
    blocks.push({
      kind: "table",
      title: "Files",
      columns: [{ title: "Field" }, { title: "Name", grow: true }, { title: "Bytes", align: "right" }],
      rows: files.map(({ field, name, bytes }) => [mono(field), mono(name), bytes ?? "not known"]),
    });
  if (otherBody !== null) blocks.push({ kind: "text", text: `The body is ${otherBody}. Its content is not recorded.` });
  if (blocks.length === 0 && bodyBytes !== null && bodyBytes > 0)
    blocks.push({ kind: "text", text: "The framework has not parsed the body, so its fields are not known." });
  return blocks;
}

function mono(text: string): Cell;
function mono(text: string | null): Cell | null;
function mono(text: string | null): Cell | null {
  return text === null ? null : { text, mono: true };
}
