import { redirect, type ActionFunctionArgs } from "react-router";
import { sessionContext } from "../session.server";

export function action({ context }: ActionFunctionArgs) {
  context.get(sessionContext).logout();
  return redirect("/", 303);
}
