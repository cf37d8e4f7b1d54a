import type { APIRoute } from "astro";

export const POST: APIRoute = ({ locals: { session }, redirect }) => {
  // A real application checks a password here.
  session.login("ada");
  session.flash("Welcome, Ada.");
  return redirect("/", 303);
};
