import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Listens on one port, and hands each request to the server of its address.
 *
 * @param targets the port of a server, by the first part of the path: `{ "/python/": 5000 }`.
 * @returns the address of the proxy.
 */
export async function startProxy(port: number, targets: Readonly<Record<string, number>>): Promise<string> {
  const proxy = createServer((request, response) => {
    const { method, url = "/", headers } = request;
    const target = Object.entries(targets).find(([prefix]) => url.startsWith(prefix))?.[1];
    if (target === undefined) {
      response.writeHead(302, { Location: Object.keys(targets)[0]! }).end();
      return;
    }
    const passed = forward({ host: "127.0.0.1", port: target, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => {
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
    request.pipe(passed);
  });
  await new Promise<void>((resolve, reject) => {
    proxy.once("error", reject);
    proxy.listen(port, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
