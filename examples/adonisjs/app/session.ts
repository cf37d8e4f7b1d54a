import type { HttpContext } from "@adonisjs/core/http";
import { SessionManager, type Session } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { sessionOf } from "latchkey/node";
import { Toolbar } from "latchkey/toolbar";

interface Data {
  visits: number;
}

const keys = loadKeyRing({ env: process.env });
export const manager = new SessionManager<Data>({ keys });
// Off unless NODE_ENV is development.
export const toolbar = new Toolbar({ keys });

/** The session of a request. */
export function latchkey({ request }: HttpContext): Session<Data> {
  return sessionOf(manager, request.request);
}
