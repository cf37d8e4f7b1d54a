import type { HttpContext } from "@adonisjs/core/http";
import type { NextFn } from "@adonisjs/core/types/http";
import { debugToolbar, session } from "latchkey/node";
import { manager, toolbar } from "../session.ts";

const showToolbar = debugToolbar(toolbar);
const openSession = session(manager);

export default class LatchkeyMiddleware {
  async handle({ request, response }: HttpContext, next: NextFn): Promise<void> {
    // Those of node:http, which AdonisJS's own are made around.
    const { request: incoming } = request;
    const { response: outgoing } = response;
    await new Promise<void>((resolve, reject) => {
      showToolbar(incoming, outgoing, () => {
        openSession(incoming, outgoing, (error?: unknown) => {
          if (error !== undefined) return reject(error as Error);
          Promise.resolve(next()).then(() => resolve(), reject);
        });
      });
    });
  }
}
