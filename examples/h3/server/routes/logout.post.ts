import { sessionOf } from "latchkey/web";
import { defineHandler } from "nitro";
import { redirect } from "nitro/h3";
import { manager } from "../../session.ts";

export default defineHandler((event) => {
  sessionOf(manager, event.req).logout();
  return redirect("/", 303);
});
