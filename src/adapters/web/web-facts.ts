import type { RequestFacts } from "../../sessions/cookie/cookie.ts";
import { httpVersionOf } from "../fetch-answer.ts";
import { forwardedBy } from "./fetch-options.ts";
import { pathOf } from "../node-facts.ts";
import type { Visitor } from "./visitor.ts";

const ORIGIN = /^(https?):\/\/([^/?#]*)/i;

/** What is known of a request of the fetch interface. It is found out on demand. */
export class WebFacts implements RequestFacts {
  readonly #request: Request;
  readonly #visitor: Visitor | null | undefined;
  readonly #trustsProxy: boolean;
  #origin: RegExpExecArray | null | undefined;

  constructor(request: Request, visitor: Visitor | null | undefined, trustsProxy: boolean) {
    this.#request = request;
    this.#visitor = visitor;
    this.#trustsProxy = trustsProxy;
  }

  get secure(): boolean {
    const scheme = this.#forwarded("x-forwarded-proto") ?? this.#own?.[1] ?? "https";
    return scheme.toLowerCase() === "https";
  }

  get host(): string {
    const { headers } = this.#request;
    return this.#forwarded("x-forwarded-host") ?? headers.get("host") ?? this.#own?.[2] ?? "";
  }

  get path(): string {
    return pathOf(this.#request.url);
  }

  get method(): string {
    return this.#request.method;
  }

  get peer(): string | undefined {
    return this.#visitor?.address;
  }

  get httpVersion(): string | undefined {
    return this.#visitor?.httpVersion ?? httpVersionOf(this.#request.headers);
  }

  get headers(): Headers {
    return this.#request.headers;
  }

  /** Scheme and host of the address. */
  get #own(): RegExpExecArray | null {
    return (this.#origin ??= ORIGIN.exec(this.#request.url));
  }

  #forwarded(name: string): string | undefined {
    return this.#trustsProxy ? forwardedBy(this.#request.headers, name) : undefined;
  }
}
