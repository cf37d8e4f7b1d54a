import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidOptionError } from "../../index.ts";
import { prefixedEnvironment } from "../../mode.ts";
import { checkText, kindOf } from "../../options.ts";
import { readPrefixedEnvironment } from "./prefixed-environment.ts";

type Values = Record<string, unknown>;

/** Settings by their names. */
export type Settings = Readonly<Record<string, unknown>>;

/** How a file of settings is read. */
export interface FromFileOptions {
  /** Whether a missing file is no error. Default: false. */
  readonly silent?: boolean;
}

/** What `app.config` can do. Names in lower case are left out, as in Flask. */
export interface ConfigMethods {
  /** A setting, or the default. */
  get(name: string, defaultValue?: unknown): unknown;
  /** Sets several settings, in lower case too. */
  update(values: Settings): void;
  /** Sets a setting that is not there yet, and returns it. */
  setdefault(name: string, value: unknown): unknown;
  /** Copies the entries with upper-case names. */
  fromMapping(values: Settings): boolean;
  /** Copies the properties with upper-case names: of an object, a class or an imported module. */
  fromObject(object: object): void;
  /**
   * Reads variables of the environment: `FLASK_TESTING=true` is `TESTING`. A value is read as JSON
   * if it is JSON, and as text otherwise. A key, a password or a token is always text.
   * `FLASK_MAIL__PORT=25` sets `PORT` in the object `MAIL`.
   */
  fromPrefixedEnv(prefix?: string): boolean;
  /**
   * Reads a file, relative to the application's folder.
   *
   * @param load what makes an object of the file's text: `JSON.parse`.
   */
  fromFile(path: string, load: (text: string) => unknown, options?: FromFileOptions): boolean;
  /** `fromFile` for JSON, with the path in a variable of the environment. */
  fromEnvvar(variable: string, options?: FromFileOptions & { readonly load?: (text: string) => unknown }): boolean;
  /** Settings that begin alike: `getNamespace("MAIL_")` is `{ server: …, port: … }`. */
  getNamespace(
    prefix: string,
    options?: { readonly lowercase?: boolean; readonly trimNamespace?: boolean },
  ): Record<string, unknown>;
}

/** Makes the methods of one application's settings. */
export function configMethods(config: () => Values, rootPath: string): ConfigMethods {
  const copy = (values: Settings): void => {
    for (const [name, value] of Object.entries(values)) if (name === name.toUpperCase()) config()[name] = value;
  };
  const fromFile: ConfigMethods["fromFile"] = (path, load, { silent = false } = {}) => {
    checkText("app.config.fromFile(path)", path);
    let text: string;
    try {
      text = readFileSync(resolve(rootPath, path), "utf8");
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (silent && ["ENOENT", "EISDIR", "ENOTDIR"].includes(code)) return false;
      throw new InvalidOptionError(
        `app.config.fromFile cannot read the file "${path}" in the application's folder (${code}). Fix: correct the path, or add { silent: true }.`,
        { cause: error },
      );
    }
    const values = load(text);
    if (typeof values !== "object" || values === null || Array.isArray(values))
      throw new InvalidOptionError(
        `The file "${path}" of app.config.fromFile is not an object. It got ${kindOf(values)}. Fix: { "TESTING": true }.`,
      );
    copy(values as Settings);
    return true;
  };
  return {
    get: (name, defaultValue) => (Object.hasOwn(config(), name) ? (config()[name] ?? defaultValue) : defaultValue),
    update: (values) => void Object.assign(config(), values),
    setdefault: (name, value) => (config()[name] ??= value),
    fromMapping(values) {
      copy(values);
      return true;
    },
    fromObject(object) {
      if ((typeof object !== "object" && typeof object !== "function") || object === null)
        throw new InvalidOptionError(
          `app.config.fromObject(object) takes an object, a class or an imported module. It got ${kindOf(object)}. Fix: app.config.fromObject(await import("./settings.ts")).`,
        );
      const values: Values = {};
      // A subclass has the settings of its parent, as in Python.
      for (let each: object | null = object; each !== null && each !== Object.prototype && each !== Function.prototype;)
        each = inherit(each, values);
      copy(values);
    },
    fromPrefixedEnv(prefix = "FLASK") {
      checkText("app.config.fromPrefixedEnv(prefix)", prefix);
      readPrefixedEnvironment(prefixedEnvironment(`${prefix}_`), prefix, config());
      return true;
    },
    fromFile,
    fromEnvvar(variable, { load = JSON.parse, silent = false } = {}) {
      checkText("app.config.fromEnvvar(variable)", variable);
      const path = prefixedEnvironment(variable)[variable];
      if (path !== undefined && path !== "") return fromFile(path, load, { silent });
      if (silent) return false;
      throw new InvalidOptionError(
        `The environment variable ${variable} of app.config.fromEnvvar is not set. Fix: set it to the path of a file with settings, or add { silent: true }.`,
      );
    },
    getNamespace(prefix, { lowercase = true, trimNamespace = true } = {}) {
      return Object.fromEntries(
        Object.entries(config())
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, value]) => {
            const short = trimNamespace ? name.slice(prefix.length) : name;
            return [lowercase ? short.toLowerCase() : short, value];
          }),
      );
    },
  };
}

function inherit(object: object, values: Values): object | null {
  for (const name of Object.getOwnPropertyNames(object))
    if (/^[A-Z]/.test(name) && !Object.hasOwn(values, name)) values[name] = Reflect.get(object, name);
  return Object.getPrototypeOf(object) as object | null;
}
