import { createFileRoute } from "@tanstack/react-router";
import { createServerFn } from "@tanstack/react-start";

const countVisit = createServerFn().handler(({ context: { session } }) => {
  session.data.visits = (session.data.visits ?? 0) + 1;
  return {
    visit: `Visit ${session.data.visits}`,
    name: session.subject,
    messages: session.flashes().map(({ message }) => message),
  };
});

export const Route = createFileRoute("/")({ loader: () => countVisit(), component: Home });

function Home() {
  const { visit, name, messages } = Route.useLoaderData();
  return (
    <>
      {messages.map((message) => (
        <p key={message}>
          <strong>{message}</strong>
        </p>
      ))}
      <p>{visit}</p>
      <form method="post" action={name === undefined ? "/login" : "/logout"}>
        <button>{name === undefined ? "Log in" : "Log out"}</button>
      </form>
    </>
  );
}
