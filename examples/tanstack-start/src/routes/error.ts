import { createFileRoute } from "@tanstack/react-router";

export const Route = createFileRoute("/error")({
  server: {
    handlers: {
      GET: ({ context: { session } }) => {
        session.data.visits = (session.data.visits ?? 0) + 1;
        throw new Error("An error of the handler. The session is saved.");
      },
    },
  },
});
