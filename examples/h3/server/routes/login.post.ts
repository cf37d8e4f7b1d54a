import { sessionOf } from "latchkey/web";
import { defineHandler } from "nitro";
import { redirect } from "nitro/h3";
import { manager } from "../../session.ts";

export default defineHandler((event) => {
  const session = sessionOf(manager, event.req);
  // A real application checks a password here.
  session.login("ada");
  session.flash("Welcome, Ada.");
  return redirect("/", 303);
});
