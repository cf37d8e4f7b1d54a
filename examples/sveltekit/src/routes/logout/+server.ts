import { redirect, type RequestHandler } from "@sveltejs/kit";

export const POST: RequestHandler = ({ locals: { session } }) => {
  session.logout();
  redirect(303, "/");
};
