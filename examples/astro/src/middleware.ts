import { defineMiddleware } from "astro:middleware";
import { unsentHeaders } from "latchkey/web";
import { withSession, withToolbar } from "./session";

export const onRequest = defineMiddleware(async (context, next) => {
  // A prerendered page has no visitor, and no session.
  if (context.isPrerendered) return await next();
  const { request } = context;
  const visitor = { address: context.clientAddress };
  const answer = (asked: Request) =>
    withSession(
      asked,
      (session) => {
        context.locals.session = session;
        return next();
      },
      visitor,
    );
  try {
    return await withToolbar(request, answer, visitor);
  } catch (error) {
    console.error(error);
    // What the session held was saved. Its cookie goes out with this answer.
    const headers = unsentHeaders(request).map(([name, value]): [string, string] => [name, value]);
    return new Response("Something went wrong\n", { status: 500, headers });
  }
});
