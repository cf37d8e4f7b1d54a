import { channel } from "node:diagnostics_channel";
import { generateSecretKey } from "../../../src/keys/generate.ts";
import { KeyRing } from "../../../src/keys/key-ring.ts";
import { Toolbar, type Span, type ToolbarRequest } from "../../../src/toolbar/index.ts";
import type { QueryMessage } from "../../../src/toolbar/instrument/query-channel.ts";

const keys = KeyRing.from(generateSecretKey());
const REQUEST: ToolbarRequest = {
  method: "GET",
  url: "/",
  header: () => undefined,
  headers: [],
  remoteAddress: "127.0.0.1",
  httpVersion: "1.1",
};

/** Runs a function as a request of its own, and returns the spans that a toolbar has recorded. */
export async function spansOf(run: () => unknown): Promise<readonly Span[]> {
  const [spans] = await spansOfRequests(1, run);
  return spans!;
}

/** The same for requests that run at the same time, with one toolbar. */
export async function spansOfRequests(
  count: number,
  run: (number: number) => unknown,
): Promise<readonly (readonly Span[])[]> {
  const toolbar = new Toolbar({ keys });
  try {
    return await Promise.all(
      Array.from({ length: count }, async (_, number) => {
        const exchange = toolbar.begin(REQUEST, {})!;
        await toolbar.run(exchange, () => run(number));
        toolbar.finish(exchange);
        return exchange.spans;
      }),
    );
  } finally {
    toolbar.close();
  }
}

/** What was published while a function ran: the event, and the message. */
export interface Published {
  readonly event: "start" | "end" | "asyncStart" | "asyncEnd" | "error";
  readonly message: QueryMessage;
}

const EVENTS = ["start", "end", "asyncStart", "asyncEnd", "error"] as const;

/** Listens to the channel of statements while a function runs. */
export async function publishedBy(run: () => unknown, name = "latchkey:query"): Promise<readonly Published[]> {
  const published: Published[] = [];
  const listeners = EVENTS.map((event) => {
    const listener = (message: unknown): void => void published.push({ event, message: message as QueryMessage });
    const heard = channel(`tracing:${name}:${event}`);
    heard.subscribe(listener);
    return () => heard.unsubscribe(listener);
  });
  try {
    await run();
  } finally {
    for (const stop of listeners) stop();
  }
  return published;
}

/** The messages of statements that have begun, in their order. */
export async function statementsOf(run: () => unknown): Promise<readonly QueryMessage[]> {
  return (await publishedBy(run)).filter(({ event }) => event === "start").map(({ message }) => message);
}

/**
 * Compares what a usage gives: with a plain client, and with an observed one, unheard and heard.
 */
export async function threeWays<Client>(
  open: () => Promise<{ plain: Client; observed: Client; close?: () => unknown }>,
  usage: (client: Client) => unknown,
): Promise<{ plain: unknown; unheard: unknown; heard: unknown; spans: readonly Span[] }> {
  const { plain, observed, close } = await open();
  try {
    const outcome = { plain: await usage(plain), unheard: await usage(observed) };
    let heard: unknown;
    const spans = await spansOf(async () => void (heard = await usage(observed)));
    return { ...outcome, heard, spans };
  } finally {
    await close?.();
  }
}

/** What an application sees of an error. */
export function errorOf(error: unknown): unknown {
  const { name, message, code } = error as Error & { code?: unknown };
  return { name, message, code };
}

/** What a promise gives, or the error that it is rejected with. */
export async function outcomeOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return errorOf(error);
  }
}
