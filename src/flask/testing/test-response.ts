import type { JSONProvider } from "../json/json-provider.ts";

/** An answer in a test, read to its end. */
export class TestResponse {
  readonly statusCode: number;
  readonly headers: Headers;
  /** The body. */
  readonly data: Uint8Array;
  /** The request that this is the answer to. */
  readonly request: Request;
  /** The redirects that led here, the first one first. */
  readonly history: readonly TestResponse[];
  readonly #provider: JSONProvider;

  private constructor(
    request: Request,
    response: Response,
    data: Uint8Array,
    history: readonly TestResponse[],
    provider: JSONProvider,
  ) {
    this.#provider = provider;
    this.request = request;
    this.statusCode = response.status;
    this.headers = response.headers;
    this.data = data;
    this.history = history;
  }

  /** Reads an answer. */
  static async of(
    request: Request,
    response: Response,
    history: readonly TestResponse[],
    provider: JSONProvider,
  ): Promise<TestResponse> {
    return new TestResponse(request, response, new Uint8Array(await response.arrayBuffer()), history, provider);
  }

  /** The status, as `Response` calls it. */
  get status(): number {
    return this.statusCode;
  }

  get text(): string {
    return new TextDecoder().decode(this.data);
  }

  /** The body as bytes, or with `{ asText: true }` as text. */
  getData(): Uint8Array;
  getData(options: { readonly asText: true }): string;
  getData({ asText = false }: { readonly asText?: boolean } = {}): Uint8Array | string {
    return asText ? this.text : this.data;
  }

  /** The body, which `app.json` reads as JSON; undefined if its type is not JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- any JSON
  get json(): any {
    return /^application\/(?:[\w.+-]+\+)?json\b/i.test(this.headers.get("content-type") ?? "")
      ? this.#provider.loads(this.text)
      : undefined;
  }

  /** Where a redirect leads. */
  get location(): string | undefined {
    return this.headers.get("location") ?? undefined;
  }

  get mimetype(): string {
    return (this.headers.get("content-type") ?? "").split(";")[0]!.trim();
  }
}
