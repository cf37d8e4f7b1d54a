import { Outlet, Scripts, type MiddlewareFunction } from "react-router";
import { sessionContext, withSession } from "./session.server";

export const middleware: MiddlewareFunction<Response>[] = [
  ({ request, context }, next) =>
    withSession(request, (session) => {
      context.set(sessionContext, session);
      return next();
    }),
];

export default function Root() {
  return (
    <html lang="en">
      <head>
        <title>Latchkey</title>
      </head>
      <body>
        <Outlet />
        <Scripts />
      </body>
    </html>
  );
}
