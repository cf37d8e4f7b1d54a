import type { APIRoute } from "astro";

export const GET: APIRoute = ({ locals: { session } }) => {
  if (session.subject === undefined) return new Response("Log in first.", { status: 401 });
  return new Response(`You are ${session.subject}.`);
};
