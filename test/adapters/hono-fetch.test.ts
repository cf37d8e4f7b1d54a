import { Hono } from "hono";
import { session, type SessionEnv } from "latchkey/hono";
import { adapterContract, type Data, type Served } from "../contracts/adapter-contract.ts";

adapterContract(
  "Hono, on the fetch interface alone",
  async (manager, routes): Promise<Served> => {
    const app = new Hono<SessionEnv<Data>>()
      .use(session(manager))
      .onError((_, c) => c.text("Something went wrong", 500));
    for (const [path, route] of Object.entries(routes)) {
      app.all(path, async (c) => {
        const { status = 200, headers = {}, body = "", chunks } = await route(c.get("session"));
        if (chunks !== undefined)
          return new Response(ReadableStream.from(chunks).pipeThrough(new TextEncoderStream()), {
            status,
            headers: { ...headers },
          });
        return new Response([204, 302, 304].includes(status) ? null : body, { status, headers: { ...headers } });
      });
    }
    return {
      url: "http://127.0.0.1",
      fetch: async (url, init) => await app.request(url, init),
      close: async () => undefined,
    };
  },
  { listens: false },
);
