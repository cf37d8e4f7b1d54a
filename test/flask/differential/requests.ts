import type { Exchange } from "./configuration.ts";

/** A GET with header lines. */
export function get(path: string, ...headers: readonly string[]): string {
  return [`GET ${path}`, ...headers].join("\n");
}

/** A posted form, as a browser sends it. */
export function form(path: string, body: string, ...headers: readonly string[]): string {
  return [`POST ${path}`, "Content-Type: application/x-www-form-urlencoded", ...headers, "", body].join("\n");
}

/** A posted body of JSON. */
export function json(path: string, body: string, ...headers: readonly string[]): string {
  return [`POST ${path}`, "Content-Type: application/json", ...headers, "", body].join("\n");
}

/** A part of a form with files. */
export interface Part {
  readonly name: string;
  readonly content: string;
  readonly filename?: string;
  readonly type?: string;
}

/** A posted form with files. */
export function multipart(path: string, parts: readonly Part[], ...headers: readonly string[]): Exchange {
  const boundary = "----boundary7d3c";
  const text = parts.map(({ name, content, filename, type }) => {
    const file = filename === undefined ? "" : `; filename="${filename}"`;
    const kind = type === undefined ? "" : `\r\nContent-Type: ${type}`;
    return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}${kind}\r\n\r\n${content}\r\n`;
  });
  return {
    request: [`POST ${path}`, `Content-Type: multipart/form-data; boundary=${boundary}`, ...headers].join("\n"),
    body: Buffer.from(`${text.join("")}--${boundary}--\r\n`),
  };
}
