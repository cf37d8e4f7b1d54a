import { withSession } from "../../lib/session";

export const GET = withSession((request, { subject }) => {
  if (subject === undefined) return new Response("Log in first.", { status: 401 });
  return new Response(`You are ${subject}.`);
});
