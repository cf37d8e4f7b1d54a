"use server";

import { redirect } from "next/navigation";
import { action } from "../lib/session";

export const paint = action((session, form: FormData) => {
  session.data.color = String(form.get("color"));
  session.flash("Painted.");
  redirect("/");
});
