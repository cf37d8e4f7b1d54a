import type { LoaderFunctionArgs } from "react-router";
import { sessionContext } from "../session.server";

export function loader({ context }: LoaderFunctionArgs) {
  const { data } = context.get(sessionContext);
  data.visits = (data.visits ?? 0) + 1;
  const encoder = new TextEncoder();
  const events = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      controller.enqueue(encoder.encode(`data: ${new Date().toISOString()}\n\n`));
    },
  });
  return new Response(events, { headers: { "Content-Type": "text/event-stream" } });
}
