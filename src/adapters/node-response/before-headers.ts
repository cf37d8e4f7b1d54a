import type { ServerResponse } from "node:http";
import { isUint8Array } from "node:util/types";
import { showHeld, showOwn, type HeldState } from "./held-state.ts";
import { checkChunk, checkStatus, destroyed, headersSent, isHttp1, setStatus, statusOf } from "./node-answer.ts";
import { copyHeaders, resetHeaders, setGivenHeaders } from "./response-headers.ts";

type Method = "writeHead" | "write" | "end" | "flushHeaders";
type Methods = Record<Method | "on", Replaced> & { flush?: Replaced };
type Replaced = (...args: readonly unknown[]) => unknown;
/** A call that waits: what it does, and the function that is told when the bytes have gone. */
type Call = { readonly method: Method | "flush"; readonly args: readonly unknown[] };
/**
 * `open`: nothing was written yet. `held`: the handler has begun its answer, which waits.
 * `passing`: all goes straight through. `refused`: the answer is not sent, and what still comes of
 * it is dropped.
 */
type Phase = "open" | "held" | "passing" | "refused";
type Source = { unpipe(to: ServerResponse): void; listenerCount(name: string): number; destroy?: () => void };

/** What a response refuses once an answer has begun. */
const REFUSED_WHILE_HELD = ["setHeader", "appendHeader", "removeHeader"] as const;

/** What `beforeHeaders` is told. */
export interface BeforeHeadersOptions {
  /**
   * Called when an answer begins. Gives a function that sets headers, or the promise of one; only
   * for a promise the answer is held.
   */
  readonly work: () => (() => void) | Promise<() => void>;
  /** Called if `work` fails. Nothing of the held answer is sent, and another answer may be. */
  readonly onError: (error: unknown) => void;
  /** Called in place of `work` if the headers have left before anybody could hold them. */
  readonly onMissed: () => void;
}

/**
 * Whether a response has what `beforeHeaders` works with. What stands in for one in a WebSocket
 * upgrade has only some of it.
 */
export function isHoldable(response: object): response is ServerResponse {
  const { getHeaders, getHeaderNames, removeHeader, setHeader, writeHead, write, end, on } = response as Partial<ServerResponse>;
  return [getHeaders, getHeaderNames, removeHeader, setHeader, writeHead, write, end, on].every((method) => typeof method === "function");
}

/**
 * Does something at the moment when a response's headers are about to leave, and holds the headers
 * and all that follows back until that is done.
 *
 * Node has no hook at that place, so this response's own methods are replaced, and nothing that
 * others share. A writer sees what it sees without us: the answer has begun (`headersSent` and
 * `_header` say so, header changes throw), what was written is what it was at that moment, `write`
 * says that the buffer is full and "drain" follows, and callbacks are called when the bytes have
 * gone, or with an error when they cannot go.
 */
export function beforeHeaders(response: ServerResponse, { work, onError, onMissed }: BeforeHeadersOptions): void {
  if (response.headersSent) return onMissed();
  const methods = response as unknown as Methods;
  const { writeHead, write, end, flushHeaders, on } = methods;
  const original: Methods = { writeHead, write, end, flushHeaders, on };
  const before = { headers: copyHeaders(response), status: statusOf(response) };
  const sources = new Set<Source>();
  const queue: Call[] = [];
  const state: HeldState = { hasEnded: false, needsDrain: false };
  const drains = new Set<() => void>();
  let phase: Phase = "open";
  let begun = before.status;

  response.on("pipe", (source) => sources.add(source));

  const begin = (): void => {
    // Node refuses a bad status to the caller, who can then answer in another way.
    checkStatus(response);
    let setHeaders: ReturnType<typeof work>;
    try {
      setHeaders = work();
      if (!(setHeaders instanceof Promise)) {
        setHeaders();
        phase = "passing";
        return;
      }
    } catch (error) {
      // Not at once: the handler that is about to write has to be through first.
      setHeaders = Promise.reject(error as Error);
    }
    hold(setHeaders);
  };

  const hold = (done: Promise<() => void>): void => {
    phase = "held";
    begun = statusOf(response);
    showHeld(response, state);
    const refusable = response as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
    for (const name of REFUSED_WHILE_HELD) {
      const own = refusable[name]!;
      refusable[name] = (...args) => {
        if (phase === "held") throw headersSent();
        return own.apply(response, [...args]);
      };
    }
    holdCompression();
    response.on("close", leave);
    done.then(release, fail).catch(rethrow);
  };

  /**
   * Middleware that compresses, mounted before, has a `flush` for server-sent events and sends
   * listeners of "drain" elsewhere. It knows nothing of an answer that is held, so both wait here.
   */
  const holdCompression = (): void => {
    const { flush, on: listen } = methods;
    if (typeof flush !== "function" || !Object.hasOwn(response, "on")) return;
    original.flush = flush;
    methods.flush = (...args) => {
      if (phase !== "held") return flush.apply(response, [...args]);
      queue.push({ method: "flush", args });
      return undefined;
    };
    methods.on = (name, listener) => {
      if (phase === "held" && name === "drain") drains.add(listener as () => void);
      return listen.call(response, name, listener);
    };
  };

  const drain = (): void => {
    response.emit("drain");
    const heard = new Set<unknown>(response.listeners("drain"));
    for (const listener of drains) if (!heard.has(listener)) listener.call(response);
  };

  /**
   * The client has left, so the answer is dropped. Its writer is told, because it may wait for
   * that.
   */
  const leave = (): void => {
    if (phase !== "held") return;
    phase = "passing";
    showOwn(response);
    callBack(destroyed());
  };

  const callBack = (error: unknown): void => {
    for (const { args } of queue.splice(0)) {
      const callback = args.at(-1);
      if (typeof callback === "function") queueMicrotask(() => (callback as (error: unknown) => void)(error));
    }
  };

  const release = (setHeaders: () => void): void => {
    if (response.destroyed) return leave();
    phase = "passing";
    showOwn(response);
    const late = statusOf(response);
    try {
      setHeaders();
      setStatus(response, begun);
      let hasRoom = true;
      for (const { method, args } of queue.splice(0)) {
        const result = original[method]!.apply(response, [...args]);
        if (method === "write") hasRoom = result !== false;
      }
      // What the handler has set too late is what the response shows, as without us.
      if (late.code !== begun.code || late.message !== begun.message) setStatus(response, late);
      // The writer was told to wait, and Node does not know of it unless its own buffer is full as
      // well.
      if (hasRoom && state.needsDrain && !state.hasEnded) process.nextTick(drain);
    } catch (error) {
      // A status or a header that cannot be sent. Nothing has left unless headersSent, because Node
      // checks before it writes.
      if (response.headersSent) response.destroy(error as Error);
      else fail(error);
    }
  };

  const fail = (error: unknown): void => {
    phase = "refused";
    showOwn(response);
    for (const source of sources) {
      source.unpipe(response);
      // So that a file is closed, and a pipeline ends. The request itself is the connection.
      if ((source as unknown) !== response.req && source.listenerCount("data") === 0) source.destroy?.();
    }
    callBack(error);
    // Middleware that was mounted later may be in the midst of the answer that is not sent:
    // compression, for one, drops an answer that comes after `end`, and still has bytes of the
    // first. So the other answer goes past it.
    Object.assign(methods, original);
    // The handler may still write, into an answer that has ended by then. That must not end the
    // process.
    response.on("error", () => undefined);
    if (!response.headersSent) {
      resetHeaders(response, before.headers);
      setStatus(response, before.status);
    }
    onError(error);
  };

  const intercept = (method: Method, answer: (args: readonly unknown[]) => unknown): void => {
    const replacement = (...args: readonly unknown[]): unknown => {
      if (phase === "open" && response.headersSent) {
        phase = "passing";
        onMissed();
      }
      if (phase === "passing") return original[method].apply(response, [...args]);
      return phase === "refused" ? drop(args, method === "write" ? true : response) : answer(args);
    };
    // An assignment, since a property that is defined would make a slow object of every response.
    (response as unknown as Record<Method, typeof replacement>)[method] = replacement;
  };
  /**
   * Calls through if nothing has to be waited for; else the call is queued, and `meanwhile` is what
   * its caller gets.
   */
  const callOrQueue = (method: Method, args: readonly unknown[], meanwhile: unknown): unknown => {
    if (phase === "open") begin();
    if (phase === "passing") return original[method].apply(response, [...args]);
    // The writer may fill its buffer again when it likes.
    queue.push({ method, args: isUint8Array(args[0]) ? [Buffer.from(args[0]), ...args.slice(1)] : args });
    return meanwhile;
  };

  intercept("writeHead", ([status, ...rest]) => {
    if (phase === "held") throw headersSent();
    const [reason] = rest;
    // As headers of the response, so that what `work` sets is added to them. Whatever Node refuses,
    // it refuses here, to the caller.
    setGivenHeaders(response, typeof reason === "string" ? rest[1] : (rest[1] ?? reason));
    response.statusCode = status as number;
    if (typeof reason !== "string") return callOrQueue("writeHead", [status], response);
    if (isHttp1(response)) response.statusMessage = reason;
    return callOrQueue("writeHead", [status, reason], response);
  });
  intercept("flushHeaders", () => (phase === "open" ? callOrQueue("flushHeaders", [], undefined) : undefined));
  intercept("write", (args) => {
    checkChunk(args);
    // Passing, it is Node that says whether there is room.
    const hasRoom = callOrQueue("write", args, false);
    state.needsDrain ||= phase === "held";
    return hasRoom;
  });
  intercept("end", (args) => {
    if (Boolean(args[0]) && typeof args[0] !== "function") checkChunk(args);
    const answer = callOrQueue("end", args, response);
    state.hasEnded = true;
    return answer;
  });
}

/** Answers a call that belongs to an answer which is not sent. */
function drop(args: readonly unknown[], result: unknown): unknown {
  const callback = args.at(-1);
  if (typeof callback === "function") queueMicrotask(() => (callback as (error: unknown) => void)(destroyed()));
  return result;
}

/** Out of the promise, to where exceptions of a handler without middleware would go. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
