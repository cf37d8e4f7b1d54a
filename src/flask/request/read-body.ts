import { HTTPException } from "../errors/http-exception.ts";
import { FileStorage } from "./file-storage.ts";
import { readParts, type FormPart } from "./multipart.ts";
import { readOptionsHeader } from "./options-header.ts";
import { parseUrlEncoded, strictly } from "../url-encoded.ts";

/** Limits for a body, by Flask's settings. Infinity for none. */
export interface BodyLimits {
  readonly MAX_CONTENT_LENGTH: number;
  readonly MAX_FORM_MEMORY_SIZE: number;
  readonly MAX_FORM_PARTS: number;
}

/**
 * The body of a request. Asking for a part that could not be read throws the error of the reading.
 */
export interface Body {
  readonly data: Uint8Array;
  readonly form: readonly (readonly [string, string])[];
  readonly files: readonly (readonly [string, FileStorage])[];
}

/** Requests of which only a part was read, because the rest would be too large. */
const cutOff = new WeakSet<Request>();

/** Whether nothing of the request's body is left on its connection. */
export function isReadToItsEnd(request: Request): boolean {
  if (request.method === "GET" || request.method === "HEAD" || request.body === null) return true;
  return request.bodyUsed && !cutOff.has(request);
}

const NOTHING: Body = { data: new Uint8Array(), form: [], files: [] };

/**
 * Reads a body. An error is thrown when a view or a hook asks for the body, and not before: a view
 * that does not look at a broken form answers as if there were none.
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<() => Body> {
  if (request.body === null || request.method === "GET" || request.method === "HEAD") return () => NOTHING;
  const type = request.headers.get("content-type") ?? "";
  const mimetype = type.split(";")[0]!.trim().toLowerCase();
  try {
    const data = await readBytes(request, limits.MAX_CONTENT_LENGTH);
    if (mimetype === "multipart/form-data") return bodyOr({ data, ...readMultipart(data, type, limits) });
    if (mimetype !== "application/x-www-form-urlencoded") return bodyOr({ ...NOTHING, data });
    return lazily(data, limits);
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function bodyOr(body: Body & { readonly problem?: Error }): () => Body {
  const { problem, data } = body;
  if (problem === undefined) return () => body;
  return () => ({
    data,
    get form(): never {
      throw problem;
    },
    get files(): never {
      throw problem;
    },
  });
}

/** The form of a body in the URL's encoding is read when it is asked for. */
function lazily(data: Uint8Array, { MAX_FORM_MEMORY_SIZE: most }: BodyLimits): () => Body {
  let form: Body["form"] | undefined;
  const body = {
    data,
    files: [],
    get form() {
      if (data.byteLength > most) throw tooLarge("MAX_FORM_MEMORY_SIZE");
      // As in Flask, a form that is not UTF-8 has no fields.
      return (form ??= parseUrlEncoded(strictly(data) ?? ""));
    },
  };
  return () => body;
}

async function readBytes(request: Request, most: number): Promise<Buffer> {
  // Such a body is not read at all.
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge("MAX_CONTENT_LENGTH");
  // A body without Content-Length is counted while it is read, so that the server never holds more
  // than the limit.
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > most) {
      cutOff.add(request);
      throw tooLarge("MAX_CONTENT_LENGTH");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readMultipart(
  data: Buffer,
  type: string,
  { MAX_FORM_PARTS: mostParts, MAX_FORM_MEMORY_SIZE: mostBytes }: BodyLimits,
): Pick<Body, "form" | "files"> & { readonly problem?: Error } {
  const form: (readonly [string, string])[] = [];
  const files: (readonly [string, FileStorage])[] = [];
  let count = 0;
  try {
    for (const part of readParts(data, type)) {
      if (++count > mostParts) throw tooLarge("MAX_FORM_PARTS");
      if (part.filename !== undefined) files.push([part.name, fileOf(part)]);
      else if (part.content.byteLength > mostBytes) throw tooLarge("MAX_FORM_MEMORY_SIZE");
      else form.push([part.name, textOf(part)]);
    }
    return { form, files };
  } catch (error) {
    const problem =
      error instanceof HTTPException
        ? error
        : new HTTPException(
            400,
            "The form could not be read: it is not well-formed multipart data.",
            {},
            { cause: error },
          );
    return { form: [], files: [], problem };
  }
}

function fileOf({ name, filename = "", headers, content }: FormPart): FileStorage {
  const type = headers.get("content-type") ?? "";
  return new FileStorage(name, new File([new Uint8Array(content)], filename, { type }), headers);
}

/** A text field has a charset of its own only as Latin-1; the others are UTF-8. */
function textOf({ headers, content }: FormPart): string {
  const charset = readOptionsHeader(headers.get("content-type") ?? "").options.get("charset");
  return charset?.toLowerCase() === "iso-8859-1"
    ? content.toString("latin1")
    : new TextDecoder("utf-8", { ignoreBOM: true }).decode(content);
}

function tooLarge(setting: keyof BodyLimits): HTTPException {
  return new HTTPException(
    413,
    undefined,
    {},
    { cause: new RangeError(`The request is larger than ${setting} allows.`) },
  );
}
