import { sessionOf } from "latchkey/web";
import { defineHandler } from "nitro";
import { iterable } from "nitro/h3";
import { manager } from "../../session.ts";

export default defineHandler((event) => {
  const { data } = sessionOf(manager, event.req);
  data.visits = (data.visits ?? 0) + 1;
  event.res.headers.set("Content-Type", "text/event-stream");
  return iterable(clock());
});

/** The time, four times a second, for as long as somebody reads it. */
async function* clock(): AsyncGenerator<string> {
  while (true) {
    yield `data: ${new Date().toISOString()}\n\n`;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
