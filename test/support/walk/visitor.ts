import { CookieJar } from "tough-cookie";

/** A browser without a screen: a cookie jar, and the headers that browsers send. */
export class Visitor {
  readonly jar = new CookieJar(undefined, { prefixSecurity: "strict", allowSpecialUseDomain: true });
  readonly #url: string;
  readonly #origin: string;

  /**
   * @param url of the server.
   * @param origin what the browser takes for the site's origin, if a proxy were in front.
   */
  constructor(url: string, origin: string = url) {
    this.#url = url;
    this.#origin = origin;
  }

  /** Opens a page, as if its address was typed. */
  async get(path: string): Promise<Response> {
    return await this.send(path, { headers: { "Sec-Fetch-Site": "none" } });
  }

  /** Sends an empty form of the site's own page. */
  async post(path: string): Promise<Response> {
    return await this.postFrom(this.#origin, path);
  }

  /** Sends an empty form of a page of this origin. */
  async postFrom(origin: string, path: string): Promise<Response> {
    const site = origin === this.#origin ? "same-origin" : "cross-site";
    return await this.send(path, {
      method: "POST",
      headers: { Origin: origin, "Sec-Fetch-Site": site, "Content-Type": "application/x-www-form-urlencoded" },
      body: "",
    });
  }

  /** The text of a page. */
  async read(path: string): Promise<string> {
    return await (await this.get(path)).text();
  }

  /** The Cookie header for the next request; "" for an empty jar. */
  async cookies(): Promise<string> {
    return await this.jar.getCookieString(this.#url);
  }

  /** Sends any request with the visitor's cookies, and takes the cookies of the answer. */
  async send(path: string, { headers, ...init }: RequestInit & { headers: Record<string, string> }): Promise<Response> {
    const url = this.#url + path;
    const cookie = await this.cookies();
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: {
        Accept: "text/html,application/xhtml+xml",
        "Sec-Fetch-Dest": "document",
        ...headers,
        ...(cookie === "" ? {} : { Cookie: cookie }),
      },
    });
    for (const line of response.headers.getSetCookie()) await this.jar.setCookie(line, url);
    return response;
  }
}
