import type { LoaderFunctionArgs } from "react-router";
import { sessionContext } from "../session.server";

export function loader({ context }: LoaderFunctionArgs) {
  const { subject } = context.get(sessionContext);
  if (subject === undefined) return new Response("Log in first.", { status: 401 });
  return new Response(`You are ${subject}.`);
}
