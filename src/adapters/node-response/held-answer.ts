import { lateModule } from "../../late-module.ts";
import type { ServerResponse } from "node:http";
import { showHeld, showOwn, type HeldState } from "./held-state.ts";
import { checkChunk, checkStatus, destroyed, headersSent, isHttp1, setStatus, statusOf } from "./node-answer.ts";
import { copyHeaders, resetHeaders, setGivenHeaders } from "./response-headers.ts";

const types = lateModule("node:util/types");

/** A method of a response, called with the response as `this`. */
export type Replaced = (...args: readonly unknown[]) => unknown;
/** The methods through which an answer leaves. */
export type Method = "writeHead" | "write" | "end" | "flushHeaders";
/** The methods that a response refuses once an answer has begun. */
export type HeaderMethod = "setHeader" | "appendHeader" | "removeHeader";
export type Methods = Record<Method | HeaderMethod | "on", Replaced> & { flush?: Replaced };

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

/** A call that waits. */
type Call = { readonly method: Method | "flush"; readonly args: readonly unknown[] };
/**
 * `open`: nothing was written yet. `held`: the handler has begun its answer, which waits.
 * `passing`: all goes straight through. `refused`: the answer is not sent, and what still comes of
 * it is dropped.
 */
type Phase = "open" | "held" | "passing" | "refused";
type Source = { unpipe(to: ServerResponse): void; listenerCount(name: string): number; destroy?: () => void };

/** The answer of one response, from the handler's first call until it leaves or is refused. */
export class HeldAnswer {
  readonly #response: ServerResponse;
  readonly #options: BeforeHeadersOptions;
  /** The methods that the response had before. */
  readonly #original: Methods;
  readonly #refusals: Pick<Methods, HeaderMethod>;
  readonly #before: { readonly headers: ReturnType<typeof copyHeaders>; readonly status: ReturnType<typeof statusOf> };
  readonly #sources = new Set<Source>();
  readonly #drains = new Set<() => void>();
  readonly #state: HeldState = { hasEnded: false, needsDrain: false };
  #queue: Call[] = [];
  #phase: Phase = "open";
  #begun: ReturnType<typeof statusOf>;

  /**
   * @param refusals what the response gets in place of its own methods while the answer is held.
   */
  constructor(response: ServerResponse, options: BeforeHeadersOptions, refusals: Pick<Methods, HeaderMethod>) {
    const { writeHead, write, end, flushHeaders, on, setHeader, appendHeader, removeHeader } =
      response as unknown as Methods;
    this.#response = response;
    this.#options = options;
    this.#original = { writeHead, write, end, flushHeaders, on, setHeader, appendHeader, removeHeader };
    this.#refusals = refusals;
    this.#before = { headers: copyHeaders(response), status: statusOf(response) };
    this.#begun = this.#before.status;
    response.on("pipe", (source) => this.#sources.add(source));
  }

  /** Answers a call of one of the methods through which an answer leaves. */
  call(method: Method, args: readonly unknown[]): unknown {
    const response = this.#response;
    if (this.#phase === "open" && response.headersSent) {
      this.#phase = "passing";
      this.#options.onMissed();
    }
    if (this.#phase === "passing") return this.#pass(method, args);
    if (this.#phase === "refused") return drop(args, method === "write" ? true : response);
    switch (method) {
      case "writeHead":
        return this.#writeHead(args);
      case "flushHeaders":
        return this.#phase === "open" ? this.#passOrQueue("flushHeaders", [], undefined) : undefined;
      case "write": {
        checkChunk(args);
        // Passing, it is Node that says whether there is room.
        const hasRoom = this.#passOrQueue("write", args, false);
        this.#state.needsDrain ||= this.#isHeld();
        return hasRoom;
      }
      case "end": {
        if (Boolean(args[0]) && typeof args[0] !== "function") checkChunk(args);
        const answer = this.#passOrQueue("end", args, response);
        this.#state.hasEnded = true;
        return answer;
      }
    }
  }

  /** Answers a call that changes headers. Once an answer has begun, that is an error. */
  changeHeaders(method: HeaderMethod, args: readonly unknown[]): unknown {
    if (this.#isHeld()) throw headersSent();
    return this.#pass(method, args);
  }

  #isHeld(): boolean {
    return this.#phase === "held";
  }

  #pass(method: Method | HeaderMethod | "flush", args: readonly unknown[]): unknown {
    return this.#original[method]!.apply(this.#response, args as unknown[]);
  }

  /**
   * Calls through if nothing has to be waited for; else the call is queued, and `meanwhile` is what
   * its caller gets.
   */
  #passOrQueue(method: Method, args: readonly unknown[], meanwhile: unknown): unknown {
    if (this.#phase === "open") this.#begin();
    if (this.#phase === "passing") return this.#pass(method, args);
    // The writer may fill its buffer again when it likes.
    this.#queue.push({ method, args: types().isUint8Array(args[0]) ? [Buffer.from(args[0]), ...args.slice(1)] : args });
    return meanwhile;
  }

  #writeHead([status, ...rest]: readonly unknown[]): unknown {
    if (this.#isHeld()) throw headersSent();
    const response = this.#response;
    const [reason] = rest;
    // As headers of the response, so that what `work` sets is added to them. Whatever Node refuses,
    // it refuses here, to the caller.
    setGivenHeaders(response, typeof reason === "string" ? rest[1] : (rest[1] ?? reason));
    response.statusCode = status as number;
    if (typeof reason !== "string") return this.#passOrQueue("writeHead", [status], response);
    if (isHttp1(response)) response.statusMessage = reason;
    return this.#passOrQueue("writeHead", [status, reason], response);
  }

  #begin(): void {
    // Node refuses a bad status to the caller, who can then answer in another way.
    checkStatus(this.#response);
    let setHeaders: ReturnType<BeforeHeadersOptions["work"]>;
    try {
      setHeaders = this.#options.work();
      if (!(setHeaders instanceof Promise)) {
        setHeaders();
        this.#phase = "passing";
        return;
      }
    } catch (error) {
      // Not at once: the handler that is about to write has to be through first.
      setHeaders = Promise.reject(error as Error);
    }
    this.#hold(setHeaders);
  }

  #hold(done: Promise<() => void>): void {
    const response = this.#response;
    this.#phase = "held";
    this.#begun = statusOf(response);
    showHeld(response, this.#state);
    const { setHeader, appendHeader, removeHeader } = response as unknown as Methods;
    Object.assign(this.#original, { setHeader, appendHeader, removeHeader });
    Object.assign(response, this.#refusals);
    this.#holdCompression();
    response.on("close", () => this.#leave());
    done
      .then(
        (setHeaders) => this.#release(setHeaders),
        (error: unknown) => this.#fail(error),
      )
      .catch(rethrow);
  }

  /**
   * Middleware that compresses, mounted before, has a `flush` for server-sent events and sends
   * listeners of "drain" elsewhere. It knows nothing of an answer that is held, so both wait here.
   */
  #holdCompression(): void {
    const response = this.#response;
    const methods = response as unknown as Methods;
    const { flush, on: listen } = methods;
    if (typeof flush !== "function" || !Object.hasOwn(response, "on")) return;
    this.#original.flush = flush;
    methods.flush = (...args) => {
      if (!this.#isHeld()) return flush.apply(response, [...args]);
      this.#queue.push({ method: "flush", args });
      return undefined;
    };
    methods.on = (name, listener) => {
      if (this.#isHeld() && name === "drain") this.#drains.add(listener as () => void);
      return listen.call(response, name, listener);
    };
  }

  #drain(): void {
    const response = this.#response;
    response.emit("drain");
    const told = new Set<unknown>(response.listeners("drain"));
    for (const listener of this.#drains) if (!told.has(listener)) listener.call(response);
  }

  /**
   * The client has left, so the answer is dropped. Its writer is told, because it may wait for
   * that.
   */
  #leave(): void {
    if (!this.#isHeld()) return;
    this.#phase = "passing";
    showOwn(this.#response);
    this.#callBack(destroyed());
  }

  #callBack(error: unknown): void {
    for (const { args } of this.#takeQueue()) {
      const callback = args.at(-1);
      if (typeof callback === "function") queueMicrotask(() => (callback as (error: unknown) => void)(error));
    }
  }

  #takeQueue(): readonly Call[] {
    const queue = this.#queue;
    this.#queue = [];
    return queue;
  }

  #release(setHeaders: () => void): void {
    const response = this.#response;
    if (response.destroyed) return this.#leave();
    this.#phase = "passing";
    showOwn(response);
    const late = statusOf(response);
    const begun = this.#begun;
    try {
      setHeaders();
      setStatus(response, begun);
      let hasRoom = true;
      for (const { method, args } of this.#takeQueue()) {
        const result = this.#pass(method, args);
        if (method === "write") hasRoom = result !== false;
      }
      // What the handler has set too late is what the response shows, as without us.
      if (late.code !== begun.code || late.message !== begun.message) setStatus(response, late);
      // The writer was told to wait, and Node does not know of it unless its own buffer is full as
      // well.
      if (hasRoom && this.#state.needsDrain && !this.#state.hasEnded) process.nextTick(() => this.#drain());
    } catch (error) {
      // A status or a header that cannot be sent. Nothing has left unless headersSent, because Node
      // checks before it writes.
      if (response.headersSent) response.destroy(error as Error);
      else this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const response = this.#response;
    this.#phase = "refused";
    showOwn(response);
    for (const source of this.#sources) {
      source.unpipe(response);
      // So that a file is closed, and a pipeline ends. The request itself is the connection.
      if ((source as unknown) !== response.req && source.listenerCount("data") === 0) source.destroy?.();
    }
    this.#callBack(error);
    // Middleware that was mounted later may be in the midst of the answer that is not sent:
    // compression, for one, drops an answer that comes after `end`, and still has bytes of the
    // first. So the other answer goes past it.
    const { writeHead, write, end, flushHeaders, on, flush } = this.#original;
    Object.assign(response, { writeHead, write, end, flushHeaders, on }, flush === undefined ? {} : { flush });
    // The handler may still write, into an answer that has ended by then. That must not end the
    // process.
    response.on("error", () => undefined);
    if (!response.headersSent) {
      resetHeaders(response, this.#before.headers);
      setStatus(response, this.#before.status);
    }
    this.#options.onError(error);
  }
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
