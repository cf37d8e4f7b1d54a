import { withSession } from "../../lib/session";

export const GET = withSession((request, session) => {
  session.data.visits = (session.data.visits ?? 0) + 1;
  const encoder = new TextEncoder();
  const events = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      controller.enqueue(encoder.encode(`data: ${new Date().toISOString()}\n\n`));
    },
  });
  return new Response(events, { headers: { "Content-Type": "text/event-stream" } });
});
