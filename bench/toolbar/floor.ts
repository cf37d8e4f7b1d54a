import { AsyncLocalStorage } from "node:async_hooks";
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { StatementSync } from "node:sqlite";
import { format } from "node:util";
import type { Handler, Request, Response } from "express";

/** What happened in a request. */
interface Event {
  readonly text: string;
  readonly at: number;
  readonly duration?: number;
  readonly line: string;
}

const KEPT = 100;
/** As many frames as it takes to get out of this file and of Node's channels. */
const FRAMES = 5;
const SECRETS = /password|secret|token|authorization|eyJ[\w-]{10,}\.|AKIA[A-Z0-9]{16}|gh[opsu]_\w{36}|sk_live_/gi;

const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/;
const PROXY = /^(?:forwarded|via|x-forwarded-.*|x-real-ip|cf-.*)$/;

const context = new AsyncLocalStorage<Event[]>();
const key = randomBytes(32);
const records: string[] = [];

/**
 * What no toolbar with such a record can do without, by hand: a context, each query and line with
 * the line of the application, headers, one text of JSON and one search of it for secrets, a signed
 * address, and the script's element in the page. Before the first byte it knows whether the visitor
 * is on this machine, and names the record in two headers. Nothing is hidden, nothing is counted,
 * and no policy, cache or other toolbar is thought of.
 */
export function floorToolbar(): Handler {
  subscribe("console.log", (message) => note(format(...(message as unknown[]))));
  return (request, response, next) => {
    const events: Event[] = [];
    const id = randomUUID();
    const began = performance.now();
    const cpu = process.cpuUsage();
    const { headers, method, url } = request;
    if (isOnThisMachine(request)) append(response, id, began);
    response.once("close", () => {
      const { user, system } = process.cpuUsage(cpu);
      const record = JSON.stringify({
        id,
        method,
        url,
        headers,
        status: response.statusCode,
        answered: response.getHeaders(),
        duration: performance.now() - began,
        cpu: user + system,
        events,
      });
      records.push(record.replaceAll(SECRETS, "…"));
      if (records.length > KEPT) records.shift();
    });
    context.run(events, next);
  };
}

function isOnThisMachine({ headers, socket }: Request): boolean {
  if (socket.remoteAddress !== "127.0.0.1" || !LOCAL_HOST.test(headers.host ?? "")) return false;
  return !Object.keys(headers).some((name) => PROXY.test(name));
}

/** Adds two headers to the answer, and to a page the script's element. */
function append(response: Response, id: string, began: number): void {
  const writeHead = response.writeHead.bind(response) as (status: number) => Response;
  const end = response.end.bind(response) as (chunk?: string) => Response;
  let isPage = false;
  const tail = (): string => {
    const token = createHmac("sha256", key).update(id).digest("base64url");
    return `<script src="/_floor/toolbar.js?exchange=${id}&token=${token}"></script>`;
  };
  response.writeHead = (status: number) => {
    response.setHeader("X-Floor-Request", id);
    response.setHeader("Server-Timing", `total;dur=${(performance.now() - began).toFixed(2)}`);
    isPage = /^text\/html\b/i.test(String(response.getHeader("content-type") ?? ""));
    if (isPage) {
      response.removeHeader("etag");
      response.setHeader("cache-control", "no-store");
      const length = response.getHeader("content-length");
      if (length !== undefined) response.setHeader("content-length", Number(length) + Buffer.byteLength(tail()));
    }
    return writeHead(status);
  };
  response.end = ((chunk?: string) => {
    if (!response.headersSent) response.writeHead(response.statusCode);
    if (!isPage) return end(chunk);
    if (chunk !== undefined) response.write(chunk);
    return end(tail());
  }) as Response["end"];
}

/** Records each query of a statement. */
export function watched(statement: StatementSync, sql: string): { get(id: number): ReturnType<StatementSync["get"]> } {
  return {
    get: (id) => {
      const start = performance.now();
      const row = statement.get(id);
      note(`${sql} [${id}]`, performance.now() - start);
      return row;
    },
  };
}

function note(text: string, duration?: number): void {
  const events = context.getStore();
  if (events === undefined) return;
  events.push({ text, at: performance.now(), ...(duration === undefined ? {} : { duration }), line: lineOf() });
}

function lineOf(): string {
  const errors: { stackTraceLimit: number; prepareStackTrace?: unknown } = Error;
  const { stackTraceLimit, prepareStackTrace } = errors;
  const holder: { stack?: unknown } = {};
  errors.stackTraceLimit = FRAMES;
  errors.prepareStackTrace = (_: unknown, sites: unknown) => sites;
  Error.captureStackTrace(holder, lineOf);
  const sites = holder.stack as readonly NodeJS.CallSite[];
  errors.stackTraceLimit = stackTraceLimit;
  errors.prepareStackTrace = prepareStackTrace;
  for (const site of sites) {
    const file = site.getFileName();
    if (file?.endsWith("/server.ts") === true) return `${file}:${site.getLineNumber()}`;
  }
  return "";
}
