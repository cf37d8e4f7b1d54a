import { basename, join } from "node:path";
import { InvalidOptionError, type KeyRing } from "../index.ts";
import { checkOptions, kindOf } from "../options.ts";
import { ApplicationKeys } from "./config/application-keys.ts";
import { createConfig, type Config } from "./config/config.ts";
import { FLASK_OPTIONS, rootPathOf, type FlaskOptions } from "./flask-options.ts";
import { JSONProvider } from "./json/json-provider.ts";
import { Logger } from "./logger.ts";
import { Scaffold } from "./scaffold/scaffold.ts";

/** An application with its folders, its settings and its keys, and without a rule yet. */
export abstract class ConfiguredApp extends Scaffold {
  /** The settings, by Flask's names. */
  readonly config: Config;
  /**
   * The folder of the file that made the application. It contains the folders `templates` and
   * `static`.
   */
  readonly rootPath: string;
  /** A folder for files that are not deployed: a database, settings of this machine. */
  readonly instancePath: string;
  readonly name: string;
  readonly logger: Logger;
  protected readonly word = "app";
  #json = new JSONProvider();
  readonly #keys = new ApplicationKeys();

  constructor(importName: string, options: FlaskOptions) {
    super();
    if (typeof importName !== "string" || importName === "")
      throw new InvalidOptionError(
        "Flask(importName) is the address of the application's file: its templates are in the same folder. Fix: new Flask(import.meta.url).",
      );
    checkOptions("Flask", options, FLASK_OPTIONS);
    this.rootPath = options.rootPath ?? rootPathOf(importName);
    this.name = basename(this.rootPath);
    this.instancePath = options.instancePath ?? join(this.rootPath, "instance");
    this.config = createConfig(options.instanceRelativeConfig === true ? this.instancePath : this.rootPath);
    this.logger = new Logger(this.name, () => this.debug);
  }

  /**
   * The same as `config["DEBUG"]`. It takes effect only in development: where NODE_ENV (or
   * LATCHKEY_ENV) or the key ring says so, and none of them says production. Elsewhere errors show
   * no stack trace and pages no toolbar, so the line may stay in code for production.
   */
  get debug(): boolean {
    return this.config.DEBUG;
  }
  set debug(value: boolean) {
    this.config.DEBUG = value;
  }

  /** How `jsonify`, views and `request.json` write and read JSON; see `JSONProvider`. */
  get json(): JSONProvider {
    return this.#json;
  }
  set json(provider: JSONProvider) {
    const { dumps, loads } = Object(provider) as Partial<JSONProvider>;
    if (typeof dumps !== "function" || typeof loads !== "function")
      throw new InvalidOptionError(
        `app.json is a JSONProvider. It got ${kindOf(provider)}. Fix: app.json = new MyProvider(), with class MyProvider extends JSONProvider.`,
      );
    this.#json = provider;
  }

  /** The same as `config["TESTING"]`: errors are thrown to the tests' client. */
  get testing(): boolean {
    return this.config.TESTING;
  }
  set testing(value: boolean) {
    this.config.TESTING = value;
  }

  /** The same as `config["SECRET_KEY"]`. */
  get secretKey(): Config["SECRET_KEY"] {
    return this.config.SECRET_KEY;
  }
  set secretKey(value: Config["SECRET_KEY"]) {
    this.config.SECRET_KEY = value;
  }

  /**
   * The keys that `SECRET_KEY` and `SECRET_KEY_FALLBACKS` hold; undefined without a key.
   *
   * A key in text is graded here: one that can be guessed or was published is refused, unless
   * `debug` is on and NODE_ENV says development.
   *
   * @throws SecretKeyError `key_refused`, `key_invalid`.
   */
  get keys(): KeyRing | undefined {
    return this.#keys.ringOf(this.config);
  }
}
