import type { FastifyRequest } from "fastify";
import type { HandledRequest } from "../../toolbar/index.ts";
import { uploadedFiles } from "../uploaded-files.ts";

/** What Fastify knows about the request. */
export function fastifyRequest(request: FastifyRequest): HandledRequest {
  const { handler } = request.routeOptions as { readonly handler?: unknown };
  const { files } = request as { readonly files?: unknown };
  return {
    handler: handlerName(handler),
    params: request.params,
    body: request.body,
    files: typeof files === "function" ? [] : uploadedFiles(files),
  };
}

/** The name that the application gave to a handler, which Fastify binds to the instance. */
export function handlerName(handler: unknown): string | undefined {
  return typeof handler === "function" ? handler.name.replace(/^bound /, "") : undefined;
}
