import { createFileRoute } from "@tanstack/react-router";

export const Route = createFileRoute("/login")({
  server: {
    handlers: {
      POST: ({ context: { session } }) => {
        // A real application checks a password here.
        session.login("ada");
        session.flash("Welcome, Ada.");
        return new Response(null, { status: 303, headers: { Location: "/" } });
      },
    },
  },
});
