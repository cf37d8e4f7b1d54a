import { layerChannels } from "./layers.ts";
import { isMessage, member, textOf } from "./message.ts";
import type { Source } from "./source.ts";

/** Middleware and handlers of Express 5, by router 2.3 and later. */
export function express(): Source {
  return {
    id: "express",
    channels: layerChannels({
      name: "express.router.request",
      requestOf: (message) => member(message, "req"),
      describe: ({ req, handler, layer, route, param }) => {
        if (typeof handler !== "function" || !isMessage(req) || !isMessage(layer)) return undefined;
        const { name } = handler;
        // A router only passes on, and what it passes on to has layers of its own.
        if ("stack" in handler || name === "debugToolbar") return undefined;
        if (typeof param === "string")
          return { kind: "layer", label: `param ${param}`, detail: { type: "middleware" } };
        // A layer of a route knows for which method it is, or that it is for all.
        if (!("method" in layer))
          return { kind: "layer", label: name === "" ? "anonymous" : name, detail: { type: "middleware" } };
        const pattern = `${textOf(req["baseUrl"]) ?? ""}${String(route)}`;
        return {
          kind: "layer",
          label: name === "" ? `${String(req["method"])} ${pattern}` : name,
          detail: { type: "handler", route: pattern },
        };
      },
      isDone: ({ res }) => member(res, "writableEnded") === true,
    }),
  };
}
