/**
 * The request that is being answered, with Flask's names. Its body was read before the view ran, so
 * that `request.form.get("name")` needs no `await`.
 */
export interface FlaskRequest {
  readonly method: string;
  /** The path without the query, such as `/user/7`. */
  readonly path: string;
  /** The whole address. */
  readonly url: string;
  readonly host: string;
  readonly headers: Headers;
  /** The query: `request.args.get("q")` is null when absent. */
  readonly args: URLSearchParams;
  /** The text fields of a posted form, urlencoded or multipart. */
  readonly form: URLSearchParams;
  /** The files of a posted multipart form, by field name. */
  readonly files: ReadonlyMap<string, File>;
  /** The posted JSON; undefined for any other kind of body. */
  readonly json: unknown;
  /** The body as it came. */
  readonly data: Uint8Array;
  /** The cookies of this request, not decoded. Of two with the same name, the first one counts. */
  readonly cookies: Readonly<Record<string, string>>;
  /** The name of the view that answers; undefined where no rule fits. */
  readonly endpoint: string | undefined;
}
