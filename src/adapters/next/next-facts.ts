import type { RequestFacts } from "../../sessions/cookie/cookie.ts";
import { forwardedBy } from "../web/fetch-options.ts";
import { currentConnection, type NodeConnection } from "./connection.ts";

/** What is known of a request to Next.js, which gives its parts only the headers. */
export class NextFacts implements RequestFacts {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly #sent: Headers;
  readonly #trustsProxy: boolean;
  readonly #connection: NodeConnection | undefined = currentConnection();

  /** @param request what the part knows. `headers` are those that Next.js has. */
  constructor(
    request: { readonly headers: Headers; readonly method?: string; readonly path?: string },
    trustsProxy: boolean,
  ) {
    this.method = request.method;
    this.path = request.path;
    this.#sent = request.headers;
    this.#trustsProxy = trustsProxy;
  }

  get secure(): boolean {
    if (this.#trustsProxy) return forwardedBy(this.#sent, "x-forwarded-proto")?.toLowerCase() === "https";
    return this.#connection?.secure === true;
  }

  get host(): string {
    return (
      (this.#trustsProxy ? forwardedBy(this.#sent, "x-forwarded-host") : undefined) ?? this.#sent.get("host") ?? ""
    );
  }

  get origin(): string {
    return this.#sent.get("origin") ?? "";
  }

  get site(): string {
    return this.#sent.get("sec-fetch-site") ?? "";
  }

  get peer(): string | undefined {
    return this.#connection?.peer;
  }

  get httpVersion(): string | undefined {
    return this.#connection?.httpVersion;
  }

  /** As they came, to see whether a proxy was in between: Next.js adds the headers of one. */
  get headers(): RequestFacts["headers"] {
    return this.#connection?.headers ?? this.#sent;
  }
}
