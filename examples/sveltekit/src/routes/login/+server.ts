import { redirect, type RequestHandler } from "@sveltejs/kit";

export const POST: RequestHandler = ({ locals: { session } }) => {
  // A real application checks a password here.
  session.login("ada");
  session.flash("Welcome, Ada.");
  redirect(303, "/");
};
