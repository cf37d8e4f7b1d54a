import { setTimeout } from "node:timers/promises";
import { initTRPC, TRPCError } from "@trpc/server";
import type { Session } from "./session.ts";

const t = initTRPC.context<{ session: Session }>().create({ sse: { ping: { enabled: true, intervalMs: 15_000 } } });

/** For users who have logged in. The others get UNAUTHORIZED, which is a 401. */
const userProcedure = t.procedure.use(({ ctx: { session }, next }) => {
  if (session.subject === undefined) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { session, user: session.subject } });
});

export const router = t.router({
  visit: t.procedure.mutation(({ ctx: { session } }) => {
    session.data.visits = (session.data.visits ?? 0) + 1;
    return { visits: session.data.visits, messages: session.flashes().map(({ message }) => message) };
  }),
  login: t.procedure.mutation(async ({ ctx: { session } }) => {
    // A real application checks a password here, which takes as long.
    await setTimeout(100);
    session.login("ada");
    session.flash("Welcome, Ada.");
  }),
  logout: t.procedure.mutation(({ ctx: { session } }) => {
    session.logout();
  }),
  me: userProcedure.query(({ ctx: { user } }) => `You are ${user}.`),
  error: t.procedure.mutation(({ ctx: { session } }) => {
    session.data.visits = (session.data.visits ?? 0) + 1;
    throw new Error("An error of a procedure. The session is saved.");
  }),
  clock: userProcedure.subscription(async function* ({ signal }) {
    while (signal?.aborted !== true) {
      yield new Date().toISOString();
      await setTimeout(250);
    }
  }),
});

export type Router = typeof router;
