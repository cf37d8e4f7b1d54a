import { sessionOf } from "latchkey/web";
import { defineHandler, HTTPError } from "nitro";
import { manager } from "../../session.ts";

export default defineHandler((event) => {
  const { subject } = sessionOf(manager, event.req);
  if (subject === undefined) throw new HTTPError({ status: 401, message: "Log in first." });
  return `You are ${subject}.`;
});
