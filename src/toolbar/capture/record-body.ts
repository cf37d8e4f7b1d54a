import type { HeaderEntry, RecordedBody, UploadedFile } from "../recording.ts";
import { HIDDEN, type ExchangeRedactor } from "./redact.ts";

/** A file that was uploaded, as the framework tells it. */
export interface HandledFile {
  readonly field: string;
  readonly name: string;
  readonly bytes?: number | undefined;
}

const MOST_FIELDS = 100;
const LONGEST_VALUE = 1_000;

const FORM = /^\s*(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i;

/**
 * The body of a request as its framework has parsed it: the fields of a form or the members of a
 * JSON object, redacted by name and by value; files by name and size. Undefined for no body.
 */
export function recordBody(
  body: unknown,
  files: readonly HandledFile[] | undefined,
  redactor: ExchangeRedactor,
  contentType = "",
): RecordedBody | undefined {
  const found: UploadedFile[] = (files ?? [])
    .slice(0, MOST_FIELDS)
    .map(({ field, name, bytes }) => ({ field: redactor.text(field), name: redactor.text(name), bytes }));
  const none = { fields: [], texts: [], omitted: 0, files: found, length: undefined };
  if (body === undefined || body === null) return found.length === 0 ? undefined : { kind: "form", ...none };
  if (typeof body === "string") return body === "" ? undefined : { kind: "text", ...none, length: body.length };
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer)
    return body.byteLength === 0 ? undefined : { kind: "bytes", ...none, length: body.byteLength };
  if (Array.isArray(body)) return { kind: "json", ...none, length: body.length };
  if (typeof body !== "object") return { kind: "json", ...none };

  const { entries, count } = entriesOf(body);
  const isForm = body instanceof URLSearchParams || body instanceof FormData || FORM.test(contentType);
  // Of a form that OAuth has posted, the state is a secret too. Elsewhere it is a part of an
  // address.
  const isGrant = isForm && entries.some(([name]) => name === "code");
  const fields: HeaderEntry[] = [];
  const texts: number[] = [];
  for (const [name, value] of entries) {
    const file = fileOf(value);
    if (file !== undefined) {
      if (found.length < MOST_FIELDS)
        found.push({ field: redactor.text(name), name: redactor.text(file.name), bytes: file.size });
      continue;
    }
    if (!isForm && typeof value === "string") texts.push(fields.length);
    fields.push([redactor.text(name), shortened(fieldText(name, value, isGrant, redactor))]);
  }
  if (fields.length === 0 && found.length === 0) return undefined;
  const kind = isForm ? "form" : "json";
  return { kind, fields, texts, omitted: count - entries.length, files: found, length: undefined };
}

interface BodyEntries {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly count: number;
}

function entriesOf(body: object): BodyEntries {
  if (body instanceof URLSearchParams || body instanceof FormData) {
    const entries: [string, unknown][] = [];
    let count = 0;
    for (const entry of body) if (count++ < MOST_FIELDS) entries.push(entry);
    return { entries, count };
  }
  const names = Object.keys(body);
  const entries = names.slice(0, MOST_FIELDS).map((name): readonly [string, unknown] => {
    const descriptor = Object.getOwnPropertyDescriptor(body, name);
    return [name, descriptor !== undefined && "value" in descriptor ? (descriptor.value as unknown) : "[getter]"];
  });
  return { entries, count: names.length };
}

/** A File of the web, or what stands for one. */
function fileOf(value: unknown): { readonly name: string; readonly size: number | undefined } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Blob) return { name: (value as Partial<File>).name ?? "", size: value.size };
  // As @fastify/multipart has it in the body.
  const { filename } = value as { readonly filename?: unknown };
  return typeof filename === "string" ? { name: filename, size: undefined } : undefined;
}

function fieldText(name: string, value: unknown, isGrant: boolean, redactor: ExchangeRedactor): string {
  const text = textOf(value);
  if (text !== undefined) return isGrant ? redactor.parameter(name, text) : redactor.named(name, text);
  return redactor.hidesName(name) ? HIDDEN : JSON.stringify(redactor.data(value));
}

/** Undefined for an object. */
function textOf(value: unknown): string | undefined {
  const { fieldname, value: inner } = (value ?? {}) as { readonly fieldname?: unknown; readonly value?: unknown };
  if (typeof fieldname === "string" && typeof inner === "string") return inner;
  return typeof value === "object" && value !== null ? undefined : String(value);
}

function shortened(text: string): string {
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}… (${text.length} characters)` : text;
}
