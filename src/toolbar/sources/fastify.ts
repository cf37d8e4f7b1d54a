import { layerChannels } from "./layers.ts";
import { isMessage, member, textOf } from "./message.ts";
import type { Source } from "./source.ts";

/** Handlers of Fastify 5. Its hooks publish nothing. */
export function fastify(): Source {
  return {
    id: "fastify",
    channels: layerChannels({
      name: "fastify.request.handler",
      requestOf: (message) => member(member(message, "request"), "raw"),
      describe: ({ request, route }) => {
        const url = textOf(member(route, "url"));
        if (!isMessage(request) || url === undefined) return undefined;
        const handler = member(request["routeOptions"], "handler");
        const name = typeof handler === "function" ? handler.name.replace(/^bound /, "") : "";
        return {
          kind: "layer",
          label: name === "" || name === "handler" ? `${String(request["method"])} ${url}` : name,
          detail: { type: "handler", route: url },
        };
      },
      isDone: ({ async, reply }) => async !== true && member(reply, "sent") === true,
    }),
  };
}
