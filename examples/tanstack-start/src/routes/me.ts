import { createFileRoute } from "@tanstack/react-router";

export const Route = createFileRoute("/me")({
  server: {
    handlers: {
      GET: ({ context: { session } }) => {
        if (session.subject === undefined) return new Response("Log in first.", { status: 401 });
        return new Response(`You are ${session.subject}.`);
      },
    },
  },
});
