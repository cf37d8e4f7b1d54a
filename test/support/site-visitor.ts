import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { CookieJar } from "tough-cookie";

/** What a visitor got. */
export interface SiteAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly setCookie: readonly string[];
  readonly body: string;
}

/**
 * A browser, as far as cookies are concerned, that sends no Sec-Fetch-Site. It calls the site by
 * its public address, wherever a server of it listens on this machine.
 */
export class SiteVisitor {
  readonly #jar = new CookieJar();
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Sends a request by TLS, to a port of this machine. */
  async visit(port: number, path: string, method = "GET", origin = this.#origin): Promise<SiteAnswer> {
    return await this.#send(port, path, method, { Origin: origin }, true);
  }

  /** Sends a request straight to an application, as a proxy that ends TLS does. */
  async behindTls(port: number, path: string, method = "GET"): Promise<SiteAnswer> {
    const headers = { Origin: this.#origin, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7" };
    return await this.#send(port, path, method, headers, false);
  }

  /** The Cookie header for a path of the site. */
  async cookies(path = "/"): Promise<string> {
    return await this.#jar.getCookieString(new URL(path, this.#origin).href);
  }

  /** Takes the Set-Cookie lines of an answer. */
  async take(setCookie: readonly string[], path = "/"): Promise<void> {
    for (const line of setCookie) await this.#jar.setCookie(line, new URL(path, this.#origin).href);
  }

  async #send(
    port: number,
    path: string,
    method: string,
    { Origin, ...others }: Readonly<Record<string, string>>,
    overTls: boolean,
  ): Promise<SiteAnswer> {
    const { host, hostname } = new URL(this.#origin);
    const headers: Record<string, string> = { Host: host, Accept: "text/html", ...others };
    if (method !== "GET") Object.assign(headers, { Origin, "Content-Length": "0" });
    const cookies = await this.cookies(path);
    if (cookies !== "") headers["Cookie"] = cookies;
    const options = { host: "127.0.0.1", port, path, method, headers, agent: false };
    const request = overTls
      ? httpsRequest({ ...options, servername: hostname, rejectUnauthorized: false })
      : httpRequest(options);
    request.end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const body = await text(response);
    const setCookie = response.headers["set-cookie"] ?? [];
    await this.take(setCookie, path);
    return { status: response.statusCode!, headers: response.headers, setCookie, body };
  }
}
