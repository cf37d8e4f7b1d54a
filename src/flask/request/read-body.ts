import { HTTPException } from "../errors/http-exception.ts";
import { FileStorage } from "./file-storage.ts";

/** Limits for a body, by Flask's settings. Infinity for none. */
export interface BodyLimits {
  readonly MAX_CONTENT_LENGTH: number;
  readonly MAX_FORM_MEMORY_SIZE: number;
  readonly MAX_FORM_PARTS: number;
}

/** The body of a request. Asking for a part that could not be read throws the error of the reading. */
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
  try {
    const data = await readBytes(request, limits.MAX_CONTENT_LENGTH);
    if (/^\s*multipart\/form-data\b/i.test(type)) return bodyOr({ data, ...(await readMultipart(data, type, limits)) });
    if (!/^\s*application\/(?:x-www-form-urlencoded|x-url-encoded)\b/i.test(type)) return bodyOr({ ...NOTHING, data });
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
      return (form ??= [...new URLSearchParams(new TextDecoder().decode(data))]);
    },
  };
  return () => body;
}

async function readBytes(request: Request, most: number): Promise<Uint8Array> {
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

async function readMultipart(
  data: Uint8Array,
  type: string,
  { MAX_FORM_PARTS: mostParts, MAX_FORM_MEMORY_SIZE: mostBytes }: BodyLimits,
): Promise<Pick<Body, "form" | "files"> & { readonly problem?: Error }> {
  const failed = (problem: Error): Pick<Body, "form" | "files"> & { readonly problem: Error } => ({
    form: [],
    files: [],
    problem,
  });
  let parts: FormData;
  try {
    parts = await new Response(new Uint8Array(data), { headers: { "Content-Type": type } }).formData();
  } catch {
    return failed(new HTTPException(400, "The form could not be read: it is not well-formed multipart data."));
  }
  const form: (readonly [string, string])[] = [];
  const files: (readonly [string, FileStorage])[] = [];
  let count = 0;
  for (const [name, value] of parts) {
    if (++count > mostParts) return failed(tooLarge("MAX_FORM_PARTS"));
    if (typeof value !== "string") files.push([name, new FileStorage(name, value)]);
    else if (Buffer.byteLength(value) > mostBytes) return failed(tooLarge("MAX_FORM_MEMORY_SIZE"));
    else form.push([name, value]);
  }
  return { form, files };
}

function tooLarge(setting: keyof BodyLimits): HTTPException {
  return new HTTPException(
    413,
    undefined,
    {},
    { cause: new RangeError(`The request is larger than ${setting} allows.`) },
  );
}
