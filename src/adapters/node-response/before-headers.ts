import type { ServerResponse } from "node:http";
import { HeldAnswer, type BeforeHeadersOptions, type HeaderMethod, type Method, type Methods } from "./held-answer.ts";

const ANSWERS: unique symbol = Symbol("latchkey answers that may be held");
/** The answers of a response, the first one outermost: each mounted manager has one. */
type Carrier = ServerResponse & { [ANSWERS]?: HeldAnswer[] };

/**
 * Whether a response has what `beforeHeaders` works with. What stands in for one in a WebSocket
 * upgrade has only some of it.
 */
export function isHoldable(response: object): response is ServerResponse {
  const { getHeaders, getHeaderNames, removeHeader, setHeader, writeHead, write, end, on } =
    response as Partial<ServerResponse>;
  return [getHeaders, getHeaderNames, removeHeader, setHeader, writeHead, write, end, on].every(
    (method) => typeof method === "function",
  );
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
export function beforeHeaders(response: ServerResponse, options: BeforeHeadersOptions): void {
  if (response.headersSent) return options.onMissed();
  const answers = ((response as Carrier)[ANSWERS] ??= []);
  const { writeHead, write, end, flushHeaders, refusals } = replacementsAt(answers.length);
  answers.push(new HeldAnswer(response, options, refusals));
  // Assignments, since properties that are defined would make a slow object of every response.
  Object.assign(response, { writeHead, write, end, flushHeaders });
}

type Replacements = Pick<Methods, Method> & { readonly refusals: Pick<Methods, HeaderMethod> };
/**
 * The methods for the first, the second, … answer of a response. All responses share them: a
 * response that has a function of its own as a property lives through the collections of the young
 * generation, which cost a write on Express 30 to 70 µs (Node 24).
 */
const replacements: Replacements[] = [];

function replacementsAt(index: number): Replacements {
  const present = replacements[index];
  if (present !== undefined) return present;
  const leaving = (method: Method) =>
    function (this: Carrier, ...args: readonly unknown[]): unknown {
      return this[ANSWERS]![index]!.call(method, args);
    };
  const changing = (method: HeaderMethod) =>
    function (this: Carrier, ...args: readonly unknown[]): unknown {
      return this[ANSWERS]![index]!.changeHeaders(method, args);
    };
  return (replacements[index] = {
    writeHead: leaving("writeHead"),
    write: leaving("write"),
    end: leaving("end"),
    flushHeaders: leaving("flushHeaders"),
    refusals: {
      setHeader: changing("setHeader"),
      appendHeader: changing("appendHeader"),
      removeHeader: changing("removeHeader"),
    },
  });
}
