import { redirect, type ActionFunctionArgs } from "react-router";
import { sessionContext } from "../session.server";

export function action({ context }: ActionFunctionArgs) {
  const session = context.get(sessionContext);
  // A real application checks a password here.
  session.login("ada");
  session.flash("Welcome, Ada.");
  return redirect("/", 303);
}
