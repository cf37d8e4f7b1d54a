import type { HeaderEntry } from "../recording.ts";
import type { ExchangeSummary } from "../exchange-page.ts";

/** A stored record, as far as it is read here. */
export interface RawRecord {
  readonly summary: Pick<ExchangeSummary, "method" | "path" | "status" | "host">;
  /** The figures of each panel, by its id. */
  readonly panels: Readonly<Record<string, unknown>>;
}

/** What has to be sent for the same answer, after redaction. */
export interface RecordedRequest {
  readonly method: string;
  /** "http://localhost:3000". */
  readonly origin: string;
  readonly path: string;
  readonly query: readonly HeaderEntry[];
  readonly headers: readonly HeaderEntry[];
  /** Names only: values are never recorded. */
  readonly cookies: readonly string[];
  /** The fields of a form; undefined if there was none, or if it was not recorded. */
  readonly form: readonly HeaderEntry[] | undefined;
  /** The members of a JSON object; undefined if there was none. */
  readonly json: readonly JsonMember[] | undefined;
  /** Whether there was a body, or a part of one, that is not recorded. */
  readonly hasUnknownBody: boolean;
  readonly status: number | undefined;
  /** The session that was read. Undefined if the request read none. */
  readonly session: RecordedSession | undefined;
}

/** A member of a JSON object. */
export interface JsonMember {
  readonly name: string;
  /** A text as it is, and any other value as JSON. */
  readonly value: string;
  /** Undefined if the record does not say. */
  readonly isText: boolean | undefined;
}

/** What was known of the visitor's session when the request came in. */
export interface RecordedSession {
  readonly cookieName: string;
  readonly verdict: "none" | "valid" | "rejected";
  readonly reason: string | undefined;
  readonly subject: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the request out of a record. A panel that is missing, or that has another shape, is left
 * out.
 */
export function recordedRequest({ summary, panels }: RawRecord): RecordedRequest {
  const request = membersOf(panels["request"]);
  const headers = entriesOf(request["requestHeaders"] ?? request["headers"]);
  const form = filled(request["form"]);
  const texts = request["jsonTexts"];
  const json = filled(request["json"])?.map(([name, value], index): JsonMember => ({
    name,
    value,
    isText: Array.isArray(texts) ? texts.includes(index) : undefined,
  }));
  const find = (name: string): string | undefined => headers.find(([each]) => each.toLowerCase() === name)?.[1];
  return {
    method: summary.method,
    origin: originOf(summary.host ?? find("host"), find("origin") ?? find("referer")),
    path: summary.path,
    query: entriesOf(request["query"]),
    headers,
    cookies: listOf(request["requestCookies"] ?? request["cookies"]).flatMap((cookie) => {
      const { name } = membersOf(cookie);
      return typeof name === "string" && name !== "" ? [name] : [];
    }),
    form,
    json,
    hasUnknownBody:
      form === undefined && json === undefined
        ? hasBody(summary.method, find("content-length"), find("transfer-encoding"))
        : Number(request["omittedFields"] ?? 0) > 0 || listOf(request["files"]).length > 0,
    status: summary.status,
    session: sessionOf(membersOf(panels["session"])),
  };
}

function originOf(host: string | undefined, page: string | undefined): string {
  const name = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? host : "localhost";
  // The server does not record whether it ended TLS. The browser says it of the page.
  return `${page?.startsWith(`https://${name}`) === true ? "https" : "http"}://${name}`;
}

function hasBody(method: string, length: string | undefined, encoding: string | undefined): boolean {
  return method !== "GET" && method !== "HEAD" && (encoding !== undefined || (length !== undefined && length !== "0"));
}

/** The entries of a body; undefined for none. */
function filled(fields: unknown): readonly HeaderEntry[] | undefined {
  const entries = entriesOf(fields);
  return entries.length === 0 ? undefined : entries;
}

function sessionOf({ loaded }: Members): RecordedSession | undefined {
  const { cookieName, verdict, reason, subject, data } = membersOf(loaded);
  if (typeof cookieName !== "string" || (verdict !== "none" && verdict !== "valid" && verdict !== "rejected"))
    return undefined;
  return {
    cookieName,
    verdict,
    reason: typeof reason === "string" ? reason : undefined,
    subject: typeof subject === "string" ? subject : undefined,
    data: membersOf(data),
  };
}

function entriesOf(value: unknown): readonly HeaderEntry[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry: unknown): HeaderEntry[] => {
      const [name, text] = Array.isArray(entry)
        ? (entry as unknown[])
        : [membersOf(entry)["name"], membersOf(entry)["value"]];
      return typeof name === "string" && typeof text === "string" ? [[name, text]] : [];
    });
  }
  return Object.entries(membersOf(value)).flatMap(([name, text]): HeaderEntry[] =>
    typeof text === "string" ? [[name, text]] : [],
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}
