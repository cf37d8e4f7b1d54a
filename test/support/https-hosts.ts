import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificate } from "./certificate.ts";

/**
 * Several host names over HTTPS on one port of this machine. A name without a listener of its own
 * answers with a plain page.
 */
export class HttpsHosts {
  readonly #server: Server;
  readonly #listeners = new Map<string, RequestListener>();

  private constructor({ key, cert }: Certificate) {
    this.#server = createServer({ key, cert }, (request, response) => {
      const host = (request.headers.host ?? "").replace(/:\d+$/, "");
      (this.#listeners.get(host) ?? plainPage)(request, response);
    });
  }

  static async start(certificate: Certificate): Promise<HttpsHosts> {
    const hosts = new HttpsHosts(certificate);
    hosts.#server.listen(0, "127.0.0.1");
    await once(hosts.#server, "listening");
    return hosts;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  serve(host: string, listener: RequestListener): void {
    this.#listeners.set(host, listener);
  }

  url(host: string, path: string): string {
    return `https://${host}:${this.port}${path}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/**
 * An empty page without an icon, so that the browser asks for nothing by itself. It sends the
 * cookies of `?set=…`, each a whole Set-Cookie line.
 */
export const plainPage: RequestListener = (request, response) => {
  const lines = new URL(request.url!, "https://page.test").searchParams.getAll("set");
  if (lines.length > 0) response.setHeader("Set-Cookie", lines);
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end("<!doctype html><title>A page</title><link rel='icon' href='data:,'><h1>A page</h1>");
};
