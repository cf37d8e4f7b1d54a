import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** How an application is made, with Flask's names. */
export interface FlaskOptions {
  /**
   * The folder of static files, relative to the application's. Default: `static`; null for none.
   */
  readonly staticFolder?: string | null | undefined;
  /** Their address. Default: `/` and the folder's name. */
  readonly staticUrlPath?: string | undefined;
  /** Their host, with `hostMatching`. */
  readonly staticHost?: string | undefined;
  /** The folder of templates, relative to the application's. Default: `templates`. */
  readonly templateFolder?: string | undefined;
  /** Whether rules have a host. Default: false. */
  readonly hostMatching?: boolean | undefined;
  /** Whether rules have a sub-domain of SERVER_NAME. Default: false. */
  readonly subdomainMatching?: boolean | undefined;
  /** The folder for files that are not deployed. Default: `instance` in the application's. */
  readonly instancePath?: string | undefined;
  /** Whether `config.fromFile` begins at the instance folder. Default: false. */
  readonly instanceRelativeConfig?: boolean | undefined;
  /** The application's folder. Default: that of the file in `importName`. */
  readonly rootPath?: string | undefined;
}

/** The names of the options, for messages. */
export const FLASK_OPTIONS: readonly string[] = [
  "staticFolder",
  "staticUrlPath",
  "staticHost",
  "templateFolder",
  "hostMatching",
  "subdomainMatching",
  "instancePath",
  "instanceRelativeConfig",
  "rootPath",
];

/** The folder of a file, by `import.meta.url`; a path of a folder stays as it is. */
export function rootPathOf(importName: string): string {
  return importName.startsWith("file:") ? dirname(fileURLToPath(importName)) : importName;
}
