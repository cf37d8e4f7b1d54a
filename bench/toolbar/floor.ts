import { AsyncLocalStorage } from "node:async_hooks";
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { StatementSync } from "node:sqlite";
import { format } from "node:util";
import type { Handler } from "express";

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

const context = new AsyncLocalStorage<Event[]>();
const key = randomBytes(32);
const records: string[] = [];

/**
 * What no toolbar with such a record can do without, by hand: a context, each query and line with
 * the line of the application, headers, one text of JSON and one search of it for secrets, a signed
 * address, and the script's element in the page. Nothing is hidden, nothing is counted or judged.
 */
export function floorToolbar(): Handler {
  subscribe("console.log", (message) => note(format(...(message as unknown[]))));
  return (request, response, next) => {
    const events: Event[] = [];
    const id = randomUUID();
    const began = performance.now();
    const { headers, method, url } = request;
    const send = response.send.bind(response);
    response.send = (body: unknown) => {
      const token = createHmac("sha256", key).update(id).digest("base64url");
      return send(`${String(body)}<script src="/_floor/toolbar.js?exchange=${id}&token=${token}"></script>`);
    };
    response.once("close", () => {
      const record = JSON.stringify({
        id,
        method,
        url,
        headers,
        status: response.statusCode,
        answered: response.getHeaders(),
        duration: performance.now() - began,
        events,
      });
      records.push(record.replaceAll(SECRETS, "…"));
      if (records.length > KEPT) records.shift();
    });
    context.run(events, next);
  };
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
