import { withSession } from "../../lib/session";

export const POST = withSession((request, session) => {
  // A real application checks a password here.
  session.login("ada");
  session.flash("Welcome, Ada.");
  return new Response(null, { status: 303, headers: { Location: "/" } });
});
