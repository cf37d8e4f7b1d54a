import type { OutgoingHttpHeader, ServerResponse } from "node:http";

type Method = "writeHead" | "write" | "end" | "flushHeaders";
type Call = readonly [method: Method, args: readonly unknown[]];
/** `open`: nothing was written yet. `held`: the handler has begun its answer, which waits. `passing`: all goes straight through. */
type Phase = "open" | "held" | "passing";

/** What a response refuses once an answer has begun. */
const REFUSED_WHILE_HELD = ["setHeader", "appendHeader", "removeHeader"] as const;

/** What a response shows while its answer is held; undefined when it shows its own state. */
interface Shown {
  readonly hasEnded: boolean;
}
const SHOWN: unique symbol = Symbol("latchkey held answer");
type Showing = ServerResponse & { [SHOWN]?: Shown | undefined };

/**
 * The same two for all responses, and never taken away again: properties that come and go, or have another getter each time, make V8 give up on the shape of a response,
 * and then every request of the server is slower, also those that hold nothing.
 */
const GETTERS = {
  headersSent: {
    configurable: true,
    get(this: Showing): boolean {
      return this[SHOWN] !== undefined || ownState(this, "headersSent");
    },
  },
  writableEnded: {
    configurable: true,
    get(this: Showing): boolean {
      return this[SHOWN]?.hasEnded ?? ownState(this, "writableEnded");
    },
  },
};

function ownState(response: ServerResponse, name: keyof typeof GETTERS): boolean {
  return Reflect.get(Object.getPrototypeOf(response) as object, name, response) as boolean;
}

/**
 * Runs `work` at the moment when a response's headers are about to leave, and holds the headers and all that follows back until it is done.
 *
 * Node has no hook at that place, so this response's own methods are replaced, and nothing that others share. For whoever writes,
 * nothing changes: the answer has begun (`headersSent` is true, header changes throw), `write` says that the buffer is full, "drain" follows, and
 * callbacks are called when the bytes have gone.
 *
 * @param work gives a function that sets headers, and is called just before they leave; or the promise of one. Only for a promise is anything held back.
 * @param onError is called if `work` fails. The response is then as it was when `beforeHeaders` was called, nothing of the held answer is sent,
 * and another answer may be.
 */
export function beforeHeaders(
  response: ServerResponse,
  work: () => (() => void) | Promise<() => void>,
  onError: (error: unknown) => void,
): void {
  const methods = response as unknown as Record<Method, (...args: readonly unknown[]) => unknown>;
  const original = { writeHead: methods.writeHead, write: methods.write, end: methods.end, flushHeaders: methods.flushHeaders };
  const before = { headers: response.getHeaders(), status: response.statusCode, message: response.statusMessage };
  const sources = new Set<{ unpipe(to: ServerResponse): void }>();
  const queue: Call[] = [];
  let phase: Phase = "open";
  let hasEnded = false;

  response.on("pipe", (source) => sources.add(source));

  const begin = (): void => {
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
    (response as Showing)[SHOWN] = {
      get hasEnded() {
        return hasEnded;
      },
    };
    for (const name of ["headersSent", "writableEnded"] as const)
      if (!Object.hasOwn(response, name)) Object.defineProperty(response, name, GETTERS[name]);
    const refusable = response as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
    for (const name of REFUSED_WHILE_HELD) {
      const own = refusable[name]!;
      refusable[name] = (...args) => {
        if (phase === "held") throw headersSent();
        return own.apply(response, [...args]);
      };
    }
    done.then(release, fail);
  };

  /** Makes the response show its own state again. */
  const pass = (): void => {
    phase = "passing";
    (response as Showing)[SHOWN] = undefined;
  };

  const release = (setHeaders: () => void): void => {
    pass();
    if (response.destroyed) return;
    try {
      setHeaders();
      let hasRoom = true;
      for (const [method, args] of queue) hasRoom = original[method].apply(response, [...args]) !== false;
      // The writer was told to wait, and Node knows nothing of it unless its own buffer is full as well.
      if (hasRoom && !hasEnded) response.emit("drain");
    } catch (error) {
      // A status or a header that cannot be: nothing has left, since Node checks before it writes.
      if (response.headersSent) response.destroy(error as Error);
      else fail(error);
    }
  };

  const fail = (error: unknown): void => {
    pass();
    // Whoever still streams the answer that is not sent must not stream it into the one that is.
    for (const source of sources) source.unpipe(response);
    for (const [, args] of queue) {
      const callback = args.at(-1);
      if (typeof callback === "function") queueMicrotask(() => (callback as (error: unknown) => void)(error));
    }
    if (response.destroyed) return;
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    for (const [name, value] of Object.entries(before.headers)) if (value !== undefined) response.setHeader(name, value);
    response.statusCode = before.status;
    response.statusMessage = before.message;
    onError(error);
  };

  const intercept = (method: Method, held: (args: readonly unknown[]) => unknown): void => {
    const replacement = (...args: readonly unknown[]): unknown => {
      if (phase === "open" && response.headersSent) phase = "passing";
      if (phase === "passing") return original[method].apply(response, [...args]);
      return held(args);
    };
    // An assignment, since a property that is defined would make a slow object of every response.
    (response as unknown as Record<Method, typeof replacement>)[method] = replacement;
  };
  /** Calls through if nothing has to be waited for; else the call is kept, and `meanwhile` is what its caller gets. */
  const callOrKeep = (method: Method, args: readonly unknown[], meanwhile: unknown): unknown => {
    if (phase === "open") begin();
    if (phase === "passing") return original[method].apply(response, [...args]);
    queue.push([method, args]);
    return meanwhile;
  };

  intercept("writeHead", ([status, ...rest]) => {
    if (phase === "held") throw headersSent();
    const headers = typeof rest[0] === "string" ? rest[1] : (rest[1] ?? rest[0]);
    // As headers of the response, so that what `work` sets is added to them. Whatever Node refuses, it refuses here, to the caller.
    setAll(response, headers);
    response.statusCode = status as number;
    return callOrKeep("writeHead", typeof rest[0] === "string" ? [status, rest[0]] : [status], response);
  });
  intercept("flushHeaders", () => {
    return phase === "open" ? callOrKeep("flushHeaders", [], undefined) : undefined;
  });
  intercept("write", (args) => callOrKeep("write", args, false));
  intercept("end", (args) => {
    hasEnded = true;
    return callOrKeep("end", args, response);
  });
}

type HeaderMap = Readonly<Record<string, OutgoingHttpHeader | undefined>>;

/** What `writeHead` is given: an object, or a list of names and values in turn, in which a name may come more than once. */
function setAll(response: ServerResponse, headers: unknown): void {
  if (typeof headers !== "object" || headers === null) return;
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers as HeaderMap)) if (value !== undefined) response.setHeader(name, value);
    return;
  }
  const list = (headers as readonly unknown[]).flat() as readonly string[];
  for (let index = 0; index < list.length; index += 2) response.removeHeader(list[index]!);
  for (let index = 0; index + 1 < list.length; index += 2) response.appendHeader(list[index]!, list[index + 1]!);
}

/** The error that Node gives, by the code that people look for. */
function headersSent(): Error {
  return Object.assign(new Error("Cannot change headers after they are sent to the client"), { code: "ERR_HTTP_HEADERS_SENT" });
}
