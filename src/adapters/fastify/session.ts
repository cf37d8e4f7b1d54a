import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import type { HeaderPair } from "../../sessions/data/header-pair.ts";
import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";
import { discardBody } from "../node-response/discard-body.ts";
import { NodeFacts } from "../node-facts.ts";
import { giveUp } from "../not-saved.ts";
import { hasSession, noteSession } from "../session-of.ts";
import { sessionAccessor, showSession } from "../session-place.ts";
import { plugin } from "./plugin.ts";
import { unwrapResponse } from "./unwrap-response.ts";
import { checkManager } from "../check-mounted.ts";

/** A request with its session. */
export type SessionRequest<Data extends object = Record<string, unknown>> = FastifyRequest & { session: Session<Data> };

type Headers = ReturnType<FastifyReply["getHeaders"]>;

/** A decorator of this name says that `request.session` is ours. */
const OURS = Symbol.for("latchkey.session");

/**
 * Gives each request of a Fastify 5 application its session, as `request.session`, and saves it
 * before the headers leave, for error answers too. It serves the instance that registers it and all
 * plugins below. `sessionOf(manager, request)` is the same session with the manager's types.
 *
 * `request.session = null` ends the session. Any other value that is assigned throws
 * InvalidOptionError.
 *
 * Fastify decides whether a request came over HTTPS: set `trustProxy` where a proxy ends TLS. A
 * session that cannot be opened or saved is an error, and goes to the application's error handler.
 * Nothing of the handler's own answer is sent.
 *
 * A reply that is hijacked or written to `reply.raw` bypasses Fastify's hooks, so the session is
 * not saved, and a change is warned of once (LATCHKEY_NOT_SAVED). Call `manager.commit(session)`
 * before, and append its headers to `reply.raw`.
 *
 * @throws InvalidOptionError for anything but a SessionManager.
 * @param manager the same manager may be registered twice; the outer one saves. Another manager's
 *   session is beside it, see `sessionOf`.
 * @example
 * ```ts
 * app.register(session(manager));
 * app.get("/", async (request) => sessionOf(manager, request).data);
 * ```
 */
export function session<Data extends object>(manager: SessionManager<Data>): FastifyPluginCallback {
  checkManager("session", manager);
  return plugin("latchkey-session", (app) => {
    if (!app.hasRequestDecorator(OURS)) {
      app.decorateRequest(OURS, null);
      app.decorateRequest("session", {
        getter(this: FastifyRequest) {
          return sessionAccessor.get.call(this) ?? null;
        },
        setter(this: FastifyRequest, value: unknown) {
          sessionAccessor.set.call(this, value);
        },
      });
    }
    const opened: unique symbol = Symbol("latchkey session, to be saved");
    type Carrier<Data extends object> = {
      [opened]?: { readonly session: Session<Data>; readonly headers: Headers } | undefined;
    };

    // With callbacks, since a hook that returns a promise costs more than most sessions do.
    app.addHook("onRequest", (request, reply, done) => {
      // Registered twice with the same manager: the outer one saves the session.
      if (hasSession(manager, request)) return done();
      const facts = new FastifyFacts(request);
      const start = (session: Session<Data>): void => {
        noteSession(manager, [request, request.raw], session, facts);
        const end = (): void => session.logout();
        showSession(request, { name: "request.session", entries: "request.session.data", value: session, end }, false);
        (request as Carrier<Data>)[opened] = { session, headers: copyHeaders(reply) };
        reply.raw.on("close", () => {
          // Without headers the client has left, and the handler may still come to its answer.
          if ((request as Carrier<Data>)[opened] !== undefined && reply.raw.headersSent) giveUp(manager, session);
        });
      };
      manager
        .load(request.headers.cookie, facts)
        .then(start)
        .then(() => done(), done);
    });

    app.addHook("onSend", (request, reply, payload, done) => {
      const known = (request as Carrier<Data>)[opened];
      if (known === undefined) return done(null, payload);
      // An error answer comes here a second time, when the first could not be sent. The session is
      // closed by then, and sets nothing.
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
      manager.commit(known.session).then(send, refuse);
    });
  });
}

/** What Fastify knows of a request. */
class FastifyFacts extends NodeFacts {
  readonly #request: FastifyRequest;

  constructor(request: FastifyRequest) {
    super(request.raw, request.originalUrl);
    this.#request = request;
  }

  override get secure(): boolean {
    return this.#request.protocol === "https";
  }

  override get host(): string {
    return (this.#request.host as string | undefined) ?? super.host;
  }
}

/** Lists are copied: Fastify appends cookies to the very list that it was given. */
function copyHeaders(reply: FastifyReply): Headers {
  const headers = { ...reply.getHeaders() };
  for (const [name, value] of Object.entries(headers)) if (Array.isArray(value)) headers[name] = [...value];
  return headers;
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
