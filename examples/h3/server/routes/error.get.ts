import { sessionOf } from "latchkey/web";
import { defineHandler } from "nitro";
import { manager } from "../../session.ts";

export default defineHandler((event) => {
  const { data } = sessionOf(manager, event.req);
  data.visits = (data.visits ?? 0) + 1;
  throw new Error("An error of the handler. The session is saved.");
});
