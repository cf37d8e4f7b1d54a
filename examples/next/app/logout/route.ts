import { withSession } from "../../lib/session";

export const POST = withSession((request, session) => {
  session.logout();
  return new Response(null, { status: 303, headers: { Location: "/" } });
});
