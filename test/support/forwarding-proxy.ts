import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificate } from "./certificate.ts";

/**
 * A proxy as hosting services have it: it ends TLS, passes on the Host header, and says in headers
 * who asked, and how.
 */
export async function startForwardingProxy(
  { key, cert }: Certificate,
  upstream: number,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const server = createServer({ key, cert }, (request, response) => {
    const headers = {
      ...request.headers,
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-proto": "https",
      "x-forwarded-port": "443",
      via: "1.1 router",
    };
    const forwarded = httpRequest({
      host: "127.0.0.1",
      port: upstream,
      path: request.url,
      method: request.method,
      headers,
    });
    forwarded.on("response", (answer) => {
      response.writeHead(answer.statusCode!, answer.rawHeaders);
      answer.pipe(response);
    });
    forwarded.on("error", () => response.writeHead(502).end());
    request.pipe(forwarded);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
