import type { APIRoute } from "astro";

export const POST: APIRoute = ({ locals: { session }, redirect }) => {
  session.logout();
  return redirect("/", 303);
};
