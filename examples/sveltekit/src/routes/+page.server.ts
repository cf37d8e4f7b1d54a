import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = ({ locals: { session } }) => {
  session.data.visits = (session.data.visits ?? 0) + 1;
  return {
    visits: session.data.visits,
    name: session.subject,
    messages: session.flashes().map(({ message }) => message),
  };
};
