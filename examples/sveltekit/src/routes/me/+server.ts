import { error, text, type RequestHandler } from "@sveltejs/kit";

export const GET: RequestHandler = ({ locals: { session } }) => {
  if (session.subject === undefined) error(401, "Log in first.");
  return text(`You are ${session.subject}.`);
};
