import { HTTPException } from "../errors/http-exception.ts";
import { Accept, CharsetAccept, LanguageAccept, MimeAccept } from "./accept.ts";
import { readAuthorization, type Authorization } from "./authorization.ts";
import { readCookies } from "./cookies.ts";
import type { FileStorage } from "./file-storage.ts";
import { multiDict, type MultiDict } from "./multi-dict.ts";
import { readOptionsHeader } from "./options-header.ts";
import type { Body } from "./read-body.ts";
import { readJson } from "./read-json.ts";
import { parseExactly } from "../json/parse-exactly.ts";
import { parseUrlEncoded, percentDecode } from "../url-encoded.ts";

/** The rule that matched, as `request.urlRule`. */
export interface MatchedRule {
  /** As it was written: "/user/<int:id>". */
  readonly rule: string;
  readonly endpoint: string;
  readonly methods: readonly string[];
}

/** What is known of a request beside the request itself. */
export interface RequestParts {
  readonly raw: Request;
  readonly url: URL;
  /** As it came, without the question mark. */
  readonly query: string;
  /** The path in the application, percent-encoded: without APPLICATION_ROOT. */
  readonly path: string;
  /** APPLICATION_ROOT, or what a proxy has taken off the address, without the last slash. */
  readonly root: string;
  readonly remoteAddr: string | undefined;
  /**
   * The whole address as the visitor's browser has it, if a proxy reports it. Else that of `raw`.
   */
  readonly address?: string | undefined;
  /** Reads JSON. Default: as `app.json` does. */
  readonly loads?: ((text: string) => unknown) | undefined;
}

/** How `request.getJson` reads. */
export interface GetJsonOptions {
  /** Reads the body as JSON whatever its type is. Default: false; another type is status 415. */
  readonly force?: boolean;
  /** Returns null where the body is not JSON. Default: false; that is status 400 or 415. */
  readonly silent?: boolean;
}

/**
 * The request that is being answered, with Flask's names. Its body was received before the view
 * runs, so that `request.form.get("name")` needs no `await`. It is parsed when it is asked for.
 */
export class FlaskRequest {
  readonly method: string;
  /** The path without the query and without APPLICATION_ROOT, decoded: `/user/7`. */
  readonly path: string;
  /** The same path as it came, percent-encoded. */
  readonly encodedPath: string;
  /** The whole address. */
  readonly url: string;
  /** Host and port, as the visitor's browser wrote them. */
  readonly host: string;
  /** "http" or "https". */
  readonly scheme: string;
  readonly headers: Headers;
  /**
   * APPLICATION_ROOT without its last slash: "" or "/shop". With `proxyFix({ xPrefix: 1 })` it is
   * what the proxy has taken off the address.
   */
  readonly scriptRoot: string;
  /** The query as it came, without the question mark. */
  readonly queryString: string;
  /**
   * The visitor's address, as the connection has it; undefined where the server does not report it.
   */
  readonly remoteAddr: string | undefined;
  /** The rule that matched; undefined if none did. */
  urlRule: MatchedRule | undefined = undefined;
  /** The arguments of the view; undefined if no rule matched. */
  viewArgs: Record<string, unknown> | undefined = undefined;
  /** Why no view answers: the 404, 405 or redirect of the routing. */
  routingException: Error | undefined = undefined;
  readonly #body: () => Body;
  readonly #loads: (text: string) => unknown;
  readonly #known = new Map<string, unknown>();

  constructor(
    { raw, url, query, path, root, remoteAddr, address, loads = parseExactly }: RequestParts,
    body: () => Body,
  ) {
    this.encodedPath = path;
    this.method = raw.method;
    this.path = decode(path);
    this.url = address ?? raw.url;
    this.host = url.host;
    this.scheme = url.protocol.slice(0, -1);
    this.headers = raw.headers;
    this.scriptRoot = root;
    this.queryString = query;
    this.remoteAddr = remoteAddr;
    this.#body = body;
    this.#loads = loads;
  }

  /** The name of the view that answers; undefined where no rule fits. */
  get endpoint(): string | undefined {
    return this.urlRule?.endpoint;
  }

  /** The name of the blueprint that answers: "auth", or "admin.users" for a nested one. */
  get blueprint(): string | undefined {
    // An endpoint that was named after its rule has slashes, and perhaps dots after them.
    return /^([^/]*)\./.exec(this.endpoint ?? "")?.[1];
  }

  /** The blueprint that answers, and those around it. */
  get blueprints(): readonly string[] {
    const names: string[] = [];
    for (let name = this.blueprint ?? ""; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf("."))))
      names.push(name);
    return names;
  }

  /** Path and query. It ends with a question mark where there is no query, as in Flask. */
  get fullPath(): string {
    return `${this.path}?${this.queryString}`;
  }

  /** The address without the query. */
  get baseUrl(): string {
    return this.url.split("?")[0]!;
  }

  /** The address of the application: "http://localhost/". */
  get urlRoot(): string {
    return `${this.scheme}://${this.host}${this.scriptRoot}/`;
  }

  /** The same as `urlRoot`. */
  get rootUrl(): string {
    return this.urlRoot;
  }

  /** The address of the host: "http://localhost/". */
  get hostUrl(): string {
    return `${this.scheme}://${this.host}/`;
  }

  /** Whether the address begins with https. Behind a proxy, that is the proxy's to tell. */
  get isSecure(): boolean {
    return this.scheme === "https";
  }

  /** The query: `request.args.get("page", 1, { type: int })`. */
  get args(): MultiDict {
    return this.#once("args", () => multiDict("args", parseUrlEncoded(this.queryString)));
  }

  /**
   * The text fields of a posted form, urlencoded or multipart. A body that is too large answers the
   * request with status 413, one that cannot be read with 400.
   */
  get form(): MultiDict {
    return this.#once("form", () => multiDict("form", this.#body().form));
  }

  /** The files of a posted multipart form, by field: `request.files.getlist("photos")`. */
  get files(): MultiDict<FileStorage> {
    return this.#once("files", () => multiDict("files", this.#body().files));
  }

  /** The query, and the form unless the method is GET. */
  get values(): MultiDict {
    return this.#once("values", () => {
      return multiDict("values", [...this.args], this.method === "GET" ? [] : [...this.form]);
    });
  }

  /** The cookies. Of two with the same name, the first one counts. */
  get cookies(): MultiDict {
    return this.#once("cookies", () => readCookies(this.headers.get("cookie") ?? ""));
  }

  /** The body as it came. */
  get data(): Uint8Array {
    return this.#body().data;
  }

  /** The body as bytes, or with `{ asText: true }` as text. */
  getData(): Uint8Array;
  getData(options: { readonly asText: true }): string;
  getData({ asText = false }: { readonly asText?: boolean } = {}): Uint8Array | string {
    return asText ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.data) : this.data;
  }

  /** The posted JSON. Another type answers the request with status 415, malformed JSON with 400. */
  // oxlint-disable-next-line typescript/no-explicit-any
  get json(): any {
    return this.getJson();
  }

  /** The posted JSON; see `GetJsonOptions`. */
  // oxlint-disable-next-line typescript/no-explicit-any
  getJson({ force = false, silent = false }: GetJsonOptions = {}): any {
    try {
      if (!force && !this.isJson)
        throw new HTTPException(415, "The body is no JSON: the header Content-Type is not application/json.");
      return this.#once("json", () => readJson(this.data, this.#loads));
    } catch (error) {
      if (silent && error instanceof HTTPException && error.status !== 413) return null;
      throw error;
    }
  }

  /** Whether the header Content-Type says JSON. */
  get isJson(): boolean {
    return this.mimetype === "application/json" || /^application\/.*\+json$/.test(this.mimetype);
  }

  get contentType(): string | undefined {
    return this.headers.get("content-type") ?? undefined;
  }

  /** The type without its parameters, in lower case; "" without one. */
  get mimetype(): string {
    return (this.contentType ?? "").split(";")[0]!.trim().toLowerCase();
  }

  /** The parameters of the type: `{ charset: "utf-8" }`. */
  get mimetypeParams(): Readonly<Record<string, string>> {
    return Object.fromEntries(readOptionsHeader(this.contentType ?? "").options);
  }

  get contentLength(): number | undefined {
    const length = this.headers.get("content-length");
    return length === null ? undefined : Number(length);
  }

  get referrer(): string | undefined {
    return this.headers.get("referer") ?? undefined;
  }

  get origin(): string | undefined {
    return this.headers.get("origin") ?? undefined;
  }

  /** The browser's name for itself. In texts it is the header: `${request.userAgent}`. */
  get userAgent(): { readonly string: string; toString(): string } {
    const string = this.headers.get("user-agent") ?? "";
    return { string, toString: () => string };
  }

  /** The header Authorization; undefined without one. */
  get authorization(): Authorization | undefined {
    return readAuthorization(this.headers.get("authorization"));
  }

  /** The types of content that the browser takes. */
  get acceptMimetypes(): MimeAccept {
    return this.#once("accept", () => new MimeAccept(this.headers.get("accept")));
  }

  /** The languages that the visitor reads: `request.acceptLanguages.bestMatch(["en", "de"])`. */
  get acceptLanguages(): LanguageAccept {
    return this.#once("languages", () => new LanguageAccept(this.headers.get("accept-language")));
  }

  /** The compressions that the browser takes. */
  get acceptEncodings(): Accept {
    return this.#once("encodings", () => new Accept(this.headers.get("accept-encoding")));
  }

  get acceptCharsets(): CharsetAccept {
    return this.#once("charsets", () => new CharsetAccept(this.headers.get("accept-charset")));
  }

  /**
   * The addresses that `X-Forwarded-For` claims, else `remoteAddr`. Anybody can claim any address.
   */
  get accessRoute(): readonly string[] {
    const forwarded = this.headers.get("x-forwarded-for");
    if (forwarded !== null) return forwarded.split(",").map((address) => address.trim());
    return this.remoteAddr === undefined ? [] : [this.remoteAddr];
  }

  #once<Value>(name: string, make: () => Value): Value {
    if (!this.#known.has(name)) this.#known.set(name, make());
    return this.#known.get(name) as Value;
  }
}

/** As in Flask: one slash at the beginning, and U+FFFD for a byte that is not UTF-8. */
function decode(path: string): string {
  return percentDecode(path, () => "\ufffd").replace(/^\/+/, "/");
}
