import type { Request } from "express";
import { NodeFacts } from "../node-facts.ts";
import { isExpress4 } from "./express-4.ts";

/**
 * What Express knows of a request. Its getters are missing where others call the middleware with a
 * bare request.
 */
export class ExpressFacts extends NodeFacts {
  readonly #request: Partial<Pick<Request, "secure" | "host" | "app" | "headers" | "socket">>;

  constructor(request: Request) {
    super(request);
    this.#request = request;
  }

  override get secure(): boolean {
    return this.#request.secure ?? super.secure;
  }

  /**
   * In Express 4, `request.host` writes a warning to the terminal and leaves the port out. The
   * `Origin` of a request has the port, so the header is read here, as Express 5 reads it.
   */
  override get host(): string {
    const { app, headers, socket } = this.#request;
    if (!isExpress4(app)) return this.#request.host ?? super.host;
    const forwarded = headers?.["x-forwarded-host"];
    const trusts = app?.get("trust proxy fn") as ((address: string | undefined, hops: number) => boolean) | undefined;
    if (typeof forwarded !== "string" || forwarded === "" || trusts?.(socket?.remoteAddress, 0) !== true)
      return super.host;
    return forwarded.split(",")[0]!.trimEnd();
  }
}
