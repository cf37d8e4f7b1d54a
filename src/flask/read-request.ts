import { HTTPException } from "./http-exception.ts";
import type { FlaskRequest } from "./request.ts";

/** Reads a request and its body. */
export async function readRequest(
  request: Request,
  endpoint: string | undefined,
  maxContentLength: number,
): Promise<FlaskRequest> {
  const url = new URL(request.url);
  const data = await readBody(request, maxContentLength);
  const type = (request.headers.get("content-type") ?? "").toLowerCase();
  const form = new URLSearchParams();
  const files = new Map<string, File>();
  let json: unknown;

  if (type.startsWith("application/x-www-form-urlencoded")) {
    for (const [name, value] of new URLSearchParams(new TextDecoder().decode(data))) form.append(name, value);
  } else if (type.startsWith("multipart/form-data")) {
    for (const [name, value] of await readMultipart(data, request.headers.get("content-type")!)) {
      if (typeof value === "string") form.append(name, value);
      else files.set(name, value);
    }
  } else if (/^application\/(?:[\w.+-]+\+)?json\b/.test(type)) {
    json = readJson(data);
  }
  return {
    method: request.method,
    path: decodePath(url.pathname),
    url: request.url,
    host: url.host,
    headers: request.headers,
    args: url.searchParams,
    form,
    files,
    json,
    data,
    cookies: readCookies(request.headers.get("cookie") ?? ""),
    endpoint,
  };
}

async function readBody(request: Request, maxContentLength: number): Promise<Uint8Array> {
  if (request.body === null || request.method === "GET" || request.method === "HEAD") return new Uint8Array();
  if (Number(request.headers.get("content-length") ?? 0) > maxContentLength) throw new HTTPException(413);
  // A body without Content-Length is counted while it is read, so that the server never holds more
  // than the limit.
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxContentLength) throw new HTTPException(413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readMultipart(data: Uint8Array, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(data), { headers: { "Content-Type": contentType } }).formData();
  } catch {
    throw new HTTPException(400, "The form could not be read: it is not well-formed multipart data.");
  }
}

function readJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data)) as unknown;
  } catch {
    throw new HTTPException(400, "The body could not be read: it is not JSON.");
  }
}

function readCookies(header: string): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    if (at < 0) continue;
    const name = part.slice(0, at).replace(/^[ \t]+|[ \t]+$/g, "");
    cookies[name] ??= part.slice(at + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  }
  return cookies;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
