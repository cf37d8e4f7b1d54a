import { writeFile } from "node:fs/promises";
import { checkText } from "../../options.ts";

/**
 * An uploaded file: a `File` of JavaScript with Flask's names beside its own. `name` is the file's
 * name, as `File` has it; the name of the field is `field`.
 */
export class FileStorage extends File {
  /** The name of the form's field. */
  readonly field: string;

  /** @throws TypeError for anything but a name and a file. */
  constructor(field: string, file: File) {
    if (typeof field !== "string" || !((file as unknown) instanceof Blob))
      throw new TypeError("FileStorage(field, file) takes the name of a field and a File.");
    super([file], file.name, { type: file.type });
    this.field = field;
  }

  /**
   * The name that the visitor's browser gave. It may hold anything: never use it as a path. It is
   * "" where no file was chosen.
   */
  get filename(): string {
    return this.name;
  }

  get contentType(): string {
    return this.type;
  }

  get mimetype(): string {
    return this.type.split(";")[0]!.trim().toLowerCase();
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
