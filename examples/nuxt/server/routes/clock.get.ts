export default defineEventHandler((event) => {
  const { data } = useLatchkey(event);
  data.visits = (data.visits ?? 0) + 1;
  setResponseHeader(event, "Content-Type", "text/event-stream");
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      controller.enqueue(encoder.encode(`data: ${new Date().toISOString()}\n\n`));
    },
  });
});
