import type { LoaderFunctionArgs } from "react-router";
import { sessionContext } from "../session.server";

export function loader({ context }: LoaderFunctionArgs) {
  const { data } = context.get(sessionContext);
  data.visits = (data.visits ?? 0) + 1;
  throw new Error("An error of the handler. The session is saved.");
}

export default function NeverShown() {
  return <p>This page is never shown.</p>;
}
