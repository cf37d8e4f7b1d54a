import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = ({ locals: { session } }) => {
  session.data.visits = (session.data.visits ?? 0) + 1;
  throw new Error("An error of the handler. The session is saved.");
};
