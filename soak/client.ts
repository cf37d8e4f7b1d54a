import { Agent, request } from "node:http";

/** An answer; undefined if none came, or the client left before. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The first cookie that is not an expiry. */
  readonly cookie: string | undefined;
}

export interface Asked {
  readonly method?: "GET" | "POST";
  readonly cookie?: string | undefined;
  readonly origin?: string;
  /** Milliseconds after which the client closes its connection. */
  readonly leavesAfter?: number;
}

/** Longer than any answer may take. */
const PATIENCE = 60_000;

/** A client of one server, with connections that it uses again. */
export class Client {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(port: number) {
    this.#port = port;
  }

  async ask(
    path: string,
    { method = "GET", cookie, origin, leavesAfter = PATIENCE }: Asked = {},
  ): Promise<Answer | undefined> {
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    const headers = {
      ...(cookie === undefined ? {} : { Cookie: cookie }),
      ...(origin === undefined ? {} : { Origin: origin, "Sec-Fetch-Site": "cross-site" }),
    };
    const asking = request({ host: "127.0.0.1", port: this.#port, path, method, headers, agent: this.#agent });
    const leaving = setTimeout(() => asking.destroy(), leavesAfter);
    asking.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        const lines = response.headers["set-cookie"] ?? [];
        const line = lines.find((each) => !/^[^=]*=;|max-age=0|expires=thu, 01 jan 1970/i.test(each));
        resolve({ status: response.statusCode!, text, cookie: line?.split(";")[0] });
      });
      response.on("close", () => resolve(undefined));
      response.on("error", () => resolve(undefined));
    });
    asking.on("error", () => resolve(undefined));
    asking.on("close", () => clearTimeout(leaving));
    asking.end();
    return await promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}
