import { headers } from "next/headers";
import { getSession } from "../lib/session";
import { paint } from "./actions";

export default async function Home() {
  const { subject, data } = await getSession();
  const given = (await headers()).get("x-messages") ?? "[]";
  const messages = JSON.parse(decodeURIComponent(given)) as string[];
  return (
    <>
      {messages.map((message) => (
        <p key={message}>
          <strong>{message}</strong>
        </p>
      ))}
      <p style={{ color: data.color }}>{`Visit ${data.visits}`}</p>
      <form action={paint}>
        <input name="color" defaultValue={data.color} />
        <button>Paint</button>
      </form>
      <form method="post" action={subject === undefined ? "/login" : "/logout"}>
        <button>{subject === undefined ? "Log in" : "Log out"}</button>
      </form>
    </>
  );
}
