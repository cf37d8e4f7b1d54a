import { writeFile } from "node:fs/promises";
import { checkText } from "../../options.ts";
import { readOptionsHeader } from "./options-header.ts";

/**
 * An uploaded file: a `File` of JavaScript with Flask's names beside its own. `name` is the file's
 * name, as `File` has it; the name of the field is `field`.
 */
export class FileStorage extends File {
  /** The name of the form's field. */
  readonly field: string;

  /** The headers of this part of the form. */
  readonly headers: Headers;

  /** @throws TypeError for anything but a name and a file. */
  constructor(field: string, file: File, headers: Headers = headersOf(file)) {
    if (typeof field !== "string" || !((file as unknown) instanceof Blob))
      throw new TypeError("FileStorage(field, file) takes the name of a field and a File.");
    super([file], file.name, { type: file.type });
    this.field = field;
    this.headers = headers;
  }

  /**
   * The name that the visitor's browser gave. It may hold anything: never use it as a path. It is
   * "" where no file was chosen.
   */
  get filename(): string {
    return this.name;
  }

  /** The type that the visitor's browser has named; undefined without one. */
  get contentType(): string | undefined {
    return this.headers.get("content-type") ?? undefined;
  }

  /** The type without its parameters, in lower case; "" without one. */
  get mimetype(): string {
    return readOptionsHeader(this.contentType ?? "").value.toLowerCase();
  }

  /** The parameters of the type, such as `charset`. */
  get mimetypeParams(): Readonly<Record<string, string>> {
    return Object.fromEntries(readOptionsHeader(this.contentType ?? "").options);
  }

  get contentLength(): number {
    return this.size;
  }

  /** The content. */
  async read(): Promise<Buffer> {
    return Buffer.from(await this.arrayBuffer());
  }

  /** Writes the file to a path of the server. An existing file is replaced. */
  async save(path: string | URL): Promise<void> {
    if (!(path instanceof URL)) checkText("file.save(path)", path);
    await writeFile(path, await this.read());
  }
}

function headersOf(file: File | undefined): Headers {
  return new Headers(file?.type ? { "Content-Type": file.type } : {});
}
