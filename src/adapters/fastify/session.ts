import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import type { HeaderPair } from "../../sessions/manager-options.ts";
import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";
import { discardBody } from "../discard-body.ts";
import { hasSession, keepSession } from "../session-of.ts";
import { plugin } from "./plugin.ts";
import { unwrapResponse } from "./unwrap-response.ts";

/** A request with its session. */
export type SessionRequest<Data extends object = Record<string, unknown>> = FastifyRequest & { session: Session<Data> };

type Headers = ReturnType<FastifyReply["getHeaders"]>;

/** A decorator of this name says that `request.session` is ours. */
const OURS = Symbol.for("latchkey.session");

/**
 * Gives each request of a Fastify 5 application its session, as `request.session`, and keeps it before the headers leave, for error answers too. It
 * serves the instance that registers it and all plugins below. `sessionOf(manager, request)` is the same session with the manager's types.
 *
 * Whether a request came over https is Fastify's to say: set `trustProxy` where a proxy ends TLS. A session that cannot be opened or kept is an
 * error, and goes to the application's error handler; nothing of the handler's own answer is sent. A reply that is hijacked, or
 * written to `reply.raw`, passes Fastify's hooks by, and then nothing is kept.
 *
 * @example
 * ```ts
 * app.register(session(manager));
 * app.get("/", async (request) => sessionOf(manager, request).data);
 * ```
 */
export function session<Data extends object>(manager: SessionManager<Data>): FastifyPluginCallback {
  return plugin("latchkey-session", (app) => {
    if (!app.hasRequestDecorator(OURS)) {
      app.decorateRequest(OURS, null);
      app.decorateRequest("session", null);
    }
    const opened: unique symbol = Symbol("latchkey session, to be kept");
    type Carrier<Data extends object> = { [opened]?: { readonly session: Session<Data>; readonly headers: Headers } | undefined };

    // With callbacks, since a hook that returns a promise costs more than most sessions do.
    app.addHook("onRequest", (request, reply, done) => {
      // Registered twice: the outer one keeps the session.
      if (hasSession(request)) return done();
      const start = (session: Session<Data>): void => {
        keepSession(manager, request, session);
        (request as SessionRequest<Data>).session = session;
        (request as Carrier<Data>)[opened] = { session, headers: reply.getHeaders() };
      };
      const session = manager.open(request.headers.cookie, { secure: request.protocol === "https", host: request.host ?? "" });
      if (session instanceof Promise) return void session.then(start).then(() => done(), done);
      start(session);
      done();
    });

    app.addHook("onSend", (request, reply, payload, done) => {
      const known = (request as Carrier<Data>)[opened];
      if (known === undefined) return done(null, payload);
      // An error answer comes here a second time, when the first could not be sent.
      (request as Carrier<Data>)[opened] = undefined;
      const body = unwrapResponse(reply, payload);
      const send = (headers: readonly HeaderPair[]): void => {
        for (const [name, value] of headers) append(reply, name, value);
        done(null, body);
      };
      const refuse = async (error: Error): Promise<void> => {
        try {
          await discardBody(body);
        } finally {
          reset(reply, known.headers);
          done(error);
        }
      };
      let headers: ReturnType<typeof manager.close>;
      try {
        headers = manager.close(known.session);
      } catch (error) {
        return void refuse(error as Error);
      }
      if (headers instanceof Promise) headers.then(send, refuse);
      else send(headers);
    });
  });
}

function append(reply: FastifyReply, name: string, value: string): void {
  const before = reply.getHeader(name);
  if (before === undefined) return void reply.header(name, value);
  const present = [before].flat().map(String);
  // Only this one must not be joined by commas (RFC 9110, section 5.3).
  const isCookie = name.toLowerCase() === "set-cookie";
  reply.removeHeader(name);
  reply.header(name, isCookie ? [...present, value] : [...present, value].join(", "));
}

/** The headers of the answer that is not sent must not get into the one that is. */
function reset(reply: FastifyReply, headers: Headers): void {
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
}
