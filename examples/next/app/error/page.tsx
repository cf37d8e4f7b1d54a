import { getSession } from "../../lib/session";

export default async function Failing() {
  const { data } = await getSession();
  throw new Error(`An error of a page, at visit ${data.visits}. The proxy has saved the session.`);
}
