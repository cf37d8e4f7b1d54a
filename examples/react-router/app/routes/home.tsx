import { Form, useLoaderData, type LoaderFunctionArgs } from "react-router";
import { sessionContext } from "../session.server";

export function loader({ context }: LoaderFunctionArgs) {
  const session = context.get(sessionContext);
  session.data.visits = (session.data.visits ?? 0) + 1;
  return {
    visit: `Visit ${session.data.visits}`,
    name: session.subject,
    messages: session.flashes().map(({ message }) => message),
  };
}

export default function Home() {
  const { visit, name, messages } = useLoaderData<typeof loader>();
  return (
    <>
      {messages.map((message) => (
        <p key={message}>
          <strong>{message}</strong>
        </p>
      ))}
      <p>{visit}</p>
      <Form method="post" action={name === undefined ? "/login" : "/logout"}>
        <button>{name === undefined ? "Log in" : "Log out"}</button>
      </Form>
    </>
  );
}
