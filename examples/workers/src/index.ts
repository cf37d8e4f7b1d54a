import { SessionManager } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { session } from "latchkey/web";
import { answer, type Data } from "./app.ts";

const manager = new SessionManager<Data>({
  // A function: Cloudflare runs this file once without its secrets, when it is deployed.
  keys: () => loadKeyRing({ env: process.env, mode: "production" }),
});
const withSession = session(manager, {
  // What the session held was saved. Its cookie goes out with this answer.
  onError: (error) => {
    console.error(error);
    return new Response("Something went wrong\n", { status: 500 });
  },
});

export default {
  fetch: (request: Request) => withSession(request, (session) => answer(request, session)),
};
