import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { unixNow } from "../../clock.ts";
import { InvalidOptionError } from "../../index.ts";
import { checkOptions, checkText, kindOf } from "../../options.ts";
import { contextOrNone, currentAppContext, isOfRequest } from "../context/context.ts";
import { HTTPException } from "../errors/http-exception.ts";
import { isForOther, isFresh, rangeOf, type FileFacts } from "./conditional.ts";
import { FlaskResponse } from "./flask-response.ts";
import { guessType, type GuessedType } from "./mime-types.ts";
import { withCharset } from "./with-charset.ts";

/** How a file is sent, with Flask's names. */
export interface SendFileOptions {
  /** Default: by the ending of the file's name. */
  readonly mimetype?: string | undefined;
  /** Whether the browser saves the file in place of showing it. Default: false. */
  readonly asAttachment?: boolean | undefined;
  /** The name that the browser saves it under. Default: the file's own. */
  readonly downloadName?: string | undefined;
  /** Whether parts of the file are sent, and nothing if the browser has it. Default: true. */
  readonly conditional?: boolean | undefined;
  /** Whether an ETag is sent, or the text of one. Default: true. */
  readonly etag?: boolean | string | undefined;
  /** Default: when the file was changed. */
  readonly lastModified?: Date | number | undefined;
  /** Seconds for which the browser does not ask again. Default: SEND_FILE_MAX_AGE_DEFAULT. */
  readonly maxAge?: number | ((path: string | undefined) => number | null) | undefined;
}

const OPTIONS = ["mimetype", "asAttachment", "downloadName", "conditional", "etag", "lastModified", "maxAge"];

/**
 * A file as an answer. Use `sendFromDirectory` for a name that came from a visitor.
 *
 * @param file the path of a file, relative to the application's folder, or its bytes.
 * @throws HTTPException 404 for a missing file, 416 for a part that the file does not have,
 *   412 for a request that wants another version of it.
 * @throws InvalidOptionError for bytes without `downloadName` or `mimetype`.
 */
export async function sendFile(file: string | Uint8Array, options: SendFileOptions = {}): Promise<FlaskResponse> {
  if (!(file instanceof Uint8Array)) checkText("sendFile(file)", file);
  checkOptions("sendFile", options, OPTIONS);
  if (file instanceof Uint8Array) return sendBytes(file, options);
  const { rootPath } = currentAppContext().app;
  const path = resolve(rootPath, file);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new HTTPException(404);
  const facts = {
    size: found.size,
    modified: timeOf(options.lastModified) ?? found.mtimeMs,
    etag: etagOf(
      options.etag,
      `${Math.trunc(found.mtimeMs).toString(36)}-${found.size.toString(36)}-${checksum(path)}`,
    ),
  };
  const name = options.downloadName ?? basename(path);
  const isAccelerated = currentAppContext().app.config.USE_X_SENDFILE;
  const headers = headersOf(name, path, facts, options);
  if (isAccelerated) headers.set("X-Sendfile", path);
  return answer(headers, facts, options, (start, end) =>
    isAccelerated ? null : (Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream<Uint8Array>),
  );
}

/**
 * A file of a folder as an answer. A name that leads out of the folder is status 404.
 *
 * @param directory relative to the application's folder.
 * @param path may come from a visitor.
 */
export async function sendFromDirectory(
  directory: string,
  path: string,
  options: SendFileOptions = {},
): Promise<FlaskResponse> {
  checkText("sendFromDirectory(directory)", directory);
  checkText("sendFromDirectory(directory, path): path", path);
  const { rootPath } = currentAppContext().app;
  const folder = resolve(rootPath, directory);
  const file = resolve(folder, path);
  const isInside = file.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
  if (!isInside || path.includes("\0") || path.startsWith("/") || path.split(/[/\\]/).includes(".."))
    throw new HTTPException(404);
  return await sendFile(file, options);
}

function sendBytes(bytes: Uint8Array, options: SendFileOptions): FlaskResponse {
  if (options.downloadName === undefined && options.mimetype === undefined)
    throw new InvalidOptionError(
      'sendFile(bytes) needs a type. Fix: sendFile(bytes, { downloadName: "report.pdf" }), or { mimetype: "application/pdf" }.',
    );
  const facts = {
    size: bytes.byteLength,
    modified: timeOf(options.lastModified),
    etag: typeof options.etag === "string" ? `"${options.etag}"` : undefined,
  };
  const headers = headersOf(options.downloadName, undefined, facts, options);
  return answer(headers, facts, options, (start, end) => new Uint8Array(bytes.subarray(start, end + 1)));
}

function headersOf(
  name: string | undefined,
  path: string | undefined,
  { etag, modified }: FileFacts,
  { mimetype, asAttachment = false, maxAge: given }: SendFileOptions,
): Headers {
  const guessed: GuessedType = mimetype === undefined ? guessType(name ?? "") : { type: mimetype, encoding: undefined };
  const headers = new Headers({ "Content-Type": withCharset(guessed.type ?? "application/octet-stream") });
  // A browser that shows the file unpacks it first. One that saves it does not.
  if (guessed.encoding !== undefined && !asAttachment) headers.set("Content-Encoding", guessed.encoding);
  if (name !== undefined)
    headers.set("Content-Disposition", `${asAttachment ? "attachment" : "inline"}; ${fileName(name)}`);
  else if (asAttachment)
    throw new InvalidOptionError('sendFile with asAttachment needs a name. Fix: add downloadName: "report.pdf".');
  if (modified !== undefined) headers.set("Last-Modified", new Date(modified).toUTCString());
  if (etag !== undefined) headers.set("ETag", etag);
  const { SEND_FILE_MAX_AGE_DEFAULT: usual } = currentAppContext().app.config;
  const maxAge = typeof given === "function" ? given(path) : (given ?? usual);
  if (typeof maxAge === "number" && maxAge > 0) {
    headers.set("Cache-Control", `public, max-age=${maxAge}`);
    headers.set("Expires", new Date((unixNow() + maxAge) * 1000).toUTCString());
  } else if (typeof maxAge === "number") headers.set("Cache-Control", "max-age=0");
  else headers.set("Cache-Control", "no-cache");
  return headers;
}

function answer(
  headers: Headers,
  facts: FileFacts,
  { conditional = true }: SendFileOptions,
  read: (start: number, end: number) => ConstructorParameters<typeof Response>[0],
): FlaskResponse {
  const context = contextOrNone();
  const request = isOfRequest(context) ? context.request : undefined;
  const whole = (): FlaskResponse => {
    headers.set("Content-Length", String(facts.size));
    // A stream of a file that nobody reads would keep the file open.
    const body = request?.method === "HEAD" ? null : facts.size === 0 ? "" : read(0, facts.size - 1);
    return new FlaskResponse(body, { headers });
  };
  if (!conditional || request === undefined || !["GET", "HEAD"].includes(request.method)) return whole();
  headers.set("Accept-Ranges", "bytes");
  if (isForOther(request.headers, facts))
    throw new HTTPException(412, undefined, facts.etag === undefined ? {} : { ETag: facts.etag });
  if (isFresh(request.headers, facts)) {
    for (const name of ["Content-Type", "Content-Encoding", "Last-Modified"]) headers.delete(name);
    return new FlaskResponse(null, { status: 304, headers });
  }
  const range = rangeOf(request.headers, facts);
  if (range === undefined) return whole();
  if (range === "none") throw new HTTPException(416, undefined, { "Content-Range": `bytes */${facts.size}` });
  headers.set("Content-Range", `bytes ${range.start}-${range.end}/${facts.size}`);
  headers.set("Content-Length", String(range.end - range.start + 1));
  const body = request.method === "HEAD" ? null : read(range.start, range.end);
  return new FlaskResponse(body, { status: 206, headers });
}

/** The name of a file in a header: as RFC 6266 wants it where it is not plain. */
function fileName(name: string): string {
  const plain = name.normalize("NFKD").replace(/[^\x20-\x7e]/g, "");
  const text = /^[\w!#$%&'*+\-.^`|~]+$/.test(plain) ? plain : `"${plain.replace(/["\\]/g, "\\$&")}"`;
  if (plain === name) return `filename=${text}`;
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename=${text}; filename*=UTF-8''${encoded}`;
}

function etagOf(given: boolean | string | undefined, own: string): string | undefined {
  if (given === false) return undefined;
  return typeof given === "string" ? `"${given}"` : `"${own}"`;
}

function timeOf(time: Date | number | undefined): number | undefined {
  if (time === undefined) return undefined;
  if (typeof time === "number") return time * 1000;
  if (time instanceof Date) return time.getTime();
  throw new InvalidOptionError(
    `The option lastModified of sendFile is a date, or Unix seconds. It got ${kindOf(time)}. Fix: lastModified: new Date(2030, 0).`,
  );
}

/** Tells two paths with the same size and time apart (Adler-32, as Werkzeug). */
function checksum(text: string): string {
  let [low, high] = [1, 0];
  for (const byte of Buffer.from(text)) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return (high * 65_536 + low).toString(36);
}
