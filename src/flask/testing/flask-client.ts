import { InvalidOptionError, type HeaderPair, type Session } from "../../index.ts";
import { checkOptions } from "../../options.ts";
import { checkFunction } from "../context/current.ts";
import { sessionFacade, type FlaskSession } from "../session/session-facade.ts";
import { CookieJar, type StoredCookie } from "./cookie-jar.ts";
import { TEST_ENVIRONMENT, type Tested } from "./tested.ts";
import { baseOf, makeTestRequest, type TestRequestOptions } from "./test-request.ts";
import { TestResponse } from "./test-response.ts";

/** How a client for tests is made. */
export interface TestClientOptions {
  /** Whether it has a cookie jar. Default: true. */
  readonly useCookies?: boolean | undefined;
}

/** A request of a client, with what the client does besides. */
export interface ClientRequestOptions extends TestRequestOptions {
  /** Whether the client goes where a redirect leads. Default: false. */
  readonly followRedirects?: boolean | undefined;
}

type Without<Name extends keyof ClientRequestOptions> = Omit<ClientRequestOptions, Name>;

/** More redirects than this are a circle. */
const MOST_REDIRECTS = 20;

/**
 * A client for tests, without a server and with a cookie jar.
 *
 * Set `app.testing = true` first: then an error of a view is thrown to the test, and not answered
 * with status 500.
 *
 * @example
 * ```ts
 * const client = app.testClient();
 * const response = await client.post("/login", { data: { name: "ada" }, followRedirects: true });
 * response.text; // the page
 * ```
 */
export class FlaskClient {
  readonly #tested: Tested;
  readonly #jar: CookieJar | undefined;

  constructor(tested: Tested, options: TestClientOptions) {
    checkOptions("app.testClient", options, ["useCookies"]);
    this.#tested = tested;
    this.#jar = options.useCookies === false ? undefined : new CookieJar();
  }

  async get(path: string, options: Without<"method"> = {}): Promise<TestResponse> {
    return await this.open(path, { ...options, method: "GET" });
  }
  async post(path: string, options: Without<"method"> = {}): Promise<TestResponse> {
    return await this.open(path, { ...options, method: "POST" });
  }
  async put(path: string, options: Without<"method"> = {}): Promise<TestResponse> {
    return await this.open(path, { ...options, method: "PUT" });
  }
  async patch(path: string, options: Without<"method"> = {}): Promise<TestResponse> {
    return await this.open(path, { ...options, method: "PATCH" });
  }
  async delete(path: string, options: Without<"method"> = {}): Promise<TestResponse> {
    return await this.open(path, { ...options, method: "DELETE" });
  }
  async head(path: string, options: Without<"method"> = {}): Promise<TestResponse> {
    return await this.open(path, { ...options, method: "HEAD" });
  }
  async options(path: string, options: Without<"method"> = {}): Promise<TestResponse> {
    return await this.open(path, { ...options, method: "OPTIONS" });
  }

  /** Sends a request. */
  async open(path: string, options: ClientRequestOptions = {}): Promise<TestResponse> {
    const { followRedirects = false, ...rest } = options;
    let request = this.#withCookies(makeTestRequest(this.#tested.app, path, rest));
    const history: TestResponse[] = [];
    for (;;) {
      // A body can be read once.
      const copy = request.clone();
      const response = await this.#tested.app.fetch(request, TEST_ENVIRONMENT);
      this.#jar?.take(response.headers, new URL(request.url));
      const answer = await TestResponse.of(copy, response, [...history], this.#tested.app.json);
      const isRedirect = [301, 302, 303, 305, 307, 308].includes(answer.statusCode) && answer.location !== undefined;
      if (!followRedirects || !isRedirect) return answer;
      history.push(answer);
      if (history.length > MOST_REDIRECTS)
        throw new InvalidOptionError(`The redirects of ${path} lead in a circle. Fix: look at response.location.`);
      request = this.#withCookies(await nextRequest(copy, answer));
    }
  }

  /** Puts a cookie into the jar. */
  setCookie(key: string, value = "", options: { readonly domain?: string; readonly path?: string } = {}): void {
    const { domain = this.#host, path = "/" } = options;
    this.#cookies.put({ key, value, domain, path, isSecure: false, isShared: false });
  }

  /** A cookie of the jar. */
  getCookie(key: string, options: { readonly domain?: string; readonly path?: string } = {}): StoredCookie | undefined {
    return this.#cookies.get(key, options.domain ?? this.#host, options.path ?? "/");
  }

  /** Takes a cookie out of the jar. */
  deleteCookie(key: string, options: { readonly domain?: string; readonly path?: string } = {}): void {
    this.#cookies.delete(key, options.domain ?? this.#host, options.path ?? "/");
  }

  /**
   * Changes the session of this client before a request, or looks at it after one.
   *
   * @throws InvalidOptionError without a cookie jar, and for an application without a secret key.
   * @example
   * ```ts
   * await client.sessionTransaction((session) => {
   *   session["user_id"] = 1;
   * });
   * ```
   */
  async sessionTransaction<Result>(
    run: (session: FlaskSession) => Result,
    options: TestRequestOptions = {},
  ): Promise<Awaited<Result>> {
    checkFunction("client.sessionTransaction(run)", run);
    const jar = this.#cookies;
    const { manager } = this.#tested.built();
    if (manager === undefined)
      throw new InvalidOptionError(
        'The application has no secret key, so it has no session. Fix: app.config["SECRET_KEY"] = generateSecretKey().',
      );
    const request = makeTestRequest(this.#tested.app, "/", options);
    const url = new URL(request.url);
    const facts = {
      secure: url.protocol === "https:",
      host: url.host,
      path: url.pathname,
      peer: "127.0.0.1",
      httpVersion: "1.1",
      headers: request.headers,
    };
    const session: Session = await manager.load(jar.headerFor(url), facts);
    const use = { isAccessed: false, isModified: false };
    const result = await run(sessionFacade({ current: () => session, use: () => use }));
    const headers = new Headers();
    for (const [name, value] of (await manager.commit(session)) as readonly HeaderPair[]) headers.append(name, value);
    jar.take(headers, url);
    return result;
  }

  get #host(): string {
    return new URL(baseOf(this.#tested.app.config)).hostname;
  }

  get #cookies(): CookieJar {
    if (this.#jar !== undefined) return this.#jar;
    throw new InvalidOptionError("This client has no cookie jar. Fix: app.testClient() without useCookies: false.");
  }

  #withCookies(request: Request): Request {
    const header = this.#jar?.headerFor(new URL(request.url));
    if (header === undefined) return request;
    const own = request.headers.get("cookie");
    const headers = new Headers(request.headers);
    headers.set("Cookie", own === null ? header : `${header}; ${own}`);
    return new Request(request, { headers });
  }
}

/** The request that a browser sends to where a redirect leads. */
async function nextRequest(request: Request, { location, statusCode }: TestResponse): Promise<Request> {
  const url = new URL(location!, request.url);
  const keepsMethod = statusCode === 307 || statusCode === 308 || ["GET", "HEAD"].includes(request.method);
  const headers = new Headers(request.headers);
  headers.delete("Cookie");
  if (keepsMethod) {
    const body = request.body === null ? undefined : await request.arrayBuffer();
    return new Request(url, { method: request.method, headers, redirect: "manual", ...(body ? { body } : {}) });
  }
  headers.delete("Content-Type");
  headers.delete("Content-Length");
  return new Request(url, { headers, redirect: "manual" });
}
