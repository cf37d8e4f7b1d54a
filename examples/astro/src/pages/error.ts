import type { APIRoute } from "astro";

export const GET: APIRoute = ({ locals: { session } }) => {
  session.data.visits = (session.data.visits ?? 0) + 1;
  throw new Error("An error of the handler. The session is saved.");
};
