import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { checkOptions, checkText } from "../options.ts";
import { BaseApp } from "./base-app.ts";
import { runAppCommand } from "./cli/run-app-command.ts";
import { contextOrNone, isOfRequest, type ContextApplication, type UrlForOptions } from "./context/context.ts";
import { inAppContext } from "./dispatch/answer.ts";
import { createApplication, propagated, type BuiltApplication } from "./dispatch/application.ts";
import { buildUrl } from "./dispatch/build-url.ts";
import type { ApplicationParts } from "./dispatch/parts.ts";
import {
  isStartedByCommand,
  notStarted,
  runServer,
  type RunningServer,
  type RunOptions,
} from "./dispatch/run-server.ts";
import type { TemplateContext } from "./rendering.ts";
import { makeResponse } from "./response/make-response.ts";
import { CliRunner } from "./testing/cli-runner.ts";
import { FlaskClient, type TestClientOptions } from "./testing/flask-client.ts";
import { TestRequestContext } from "./testing/test-request-context.ts";
import type { TestRequestOptions } from "./testing/test-request.ts";

/**
 * A web application with Flask's interface, built on Hono.
 *
 * @example
 * ```ts
 * const app = new Flask(import.meta.url);
 * app.debug = true; // takes effect with NODE_ENV=development
 * app.config["SECRET_KEY"] = generateSecretKey();
 * app.route("/", () => renderTemplate("index.html"));
 * await app.run();
 * ```
 */
export class Flask extends BaseApp implements ContextApplication {
  #built: BuiltApplication | undefined;

  /**
   * The address of a view; see the function `urlFor`. Outside of a request it has scheme and host.
   *
   * @throws Error outside of a request without SERVER_NAME.
   */
  urlFor(endpoint: string, values: UrlForOptions = {}): string {
    checkText("app.urlFor(endpoint)", endpoint);
    return buildUrl(this.parts(), endpoint, values);
  }

  /** Makes a response; see the function `makeResponse`. */
  readonly makeResponse: typeof makeResponse = makeResponse;

  /**
   * A context in which `currentApp` and `g` can be used outside of a request.
   *
   * @example
   * ```ts
   * await app.appContext().run(() => currentApp.config["DATABASE"]);
   * ```
   */
  appContext(): { run<Result>(run: () => Result): Promise<Awaited<Result>> } {
    const g = {};
    return { run: (run) => inAppContext(this.parts(), g, run) };
  }

  /** Reads a file of the application's folder, as bytes or as text of an encoding. */
  openResource(path: string): Buffer;
  openResource(path: string, encoding: BufferEncoding): string;
  openResource(path: string, encoding?: BufferEncoding): Buffer | string {
    checkText("app.openResource(path)", path);
    const bytes = readFileSync(resolve(this.rootPath, path));
    return encoding === undefined ? bytes : bytes.toString(encoding);
  }

  /** The same for the instance folder. */
  openInstanceResource(path: string): Buffer;
  openInstanceResource(path: string, encoding: BufferEncoding): string;
  openInstanceResource(path: string, encoding?: BufferEncoding): Buffer | string {
    checkText("app.openInstanceResource(path)", path);
    const bytes = readFileSync(resolve(this.instancePath, path));
    return encoding === undefined ? bytes : bytes.toString(encoding);
  }

  /** The variables of the context processors, for the template of the present request. */
  templateContext(): TemplateContext {
    const context = contextOrNone();
    const blueprints = isOfRequest(context) ? context.request.blueprints : [];
    return Object.assign(
      {},
      ...this.allHooks.inwards(blueprints).flatMap(({ contextProcessors }) => contextProcessors.map((run) => run())),
    ) as TemplateContext;
  }

  /** A client for tests, which has a cookie jar. */
  testClient(options: TestClientOptions = {}): FlaskClient {
    return new FlaskClient(this.#tested(), options);
  }

  /** A request for tests, in which functions can be tried without a view. */
  testRequestContext(path = "/", options: TestRequestOptions = {}): TestRequestContext {
    return new TestRequestContext(this.#tested(), path, options);
  }

  /** Runs commands in tests. */
  testCliRunner(): CliRunner {
    return new CliRunner((argv, output) => this.runCommand(argv, output));
  }

  /**
   * Runs a command line of the application: `run`, `routes`, or one of `app.cli`. `npx latchkey
   * flask` does it.
   *
   * @returns the exit code.
   */
  async runCommand(
    argv: readonly string[],
    output: { out(text: string): void; error(text: string): void },
  ): Promise<number> {
    return await runAppCommand(this, argv, output);
  }

  /**
   * Answers a request without a server: for tests, and for any runtime with the fetch interface.
   */
  fetch: (request: Request, env?: unknown) => Response | Promise<Response> = async (request, env) => {
    const response = await this.#application().hono.fetch(request, env);
    const thrown = propagated.get(request);
    if (thrown !== undefined) throw thrown.error;
    return response;
  };

  /**
   * Serves the application until Ctrl-C, and prints the address. Started by `npx latchkey flask`,
   * it does nothing: the command serves the application itself.
   *
   * @returns a promise that resolves when the server listens; `close()` stops it.
   */
  async run(options: RunOptions & { readonly debug?: boolean } = {}): Promise<RunningServer> {
    checkOptions("app.run", options, ["host", "port", "debug"]);
    if (options.debug !== undefined) this.debug = options.debug;
    if (isStartedByCommand()) return notStarted();
    return await this.serve(options);
  }

  /** Serves the application, as `run` does, for commands as well. */
  async serve({ host, port }: RunOptions = {}): Promise<RunningServer> {
    const [name, known] = /^([^:]*)(?::(\d+))?$/.exec(this.config.SERVER_NAME ?? "")?.slice(1) ?? [];
    this.#application();
    return await runServer(this.fetch, {
      host: host ?? (name === "" || name === undefined ? "127.0.0.1" : name),
      port: port ?? (known === undefined ? 5000 : Number(known)),
    });
  }

  protected isBuilt(): boolean {
    return this.#built !== undefined;
  }

  protected asContext(): ApplicationParts["app"] {
    return this;
  }

  #tested(): { readonly app: Flask; readonly parts: ApplicationParts; readonly built: () => BuiltApplication } {
    return { app: this, parts: this.parts(), built: () => this.#application() };
  }

  /**
   * Built at the first request, so that settings, routes and extensions may be set in any order.
   */
  #application(): BuiltApplication {
    return (this.#built ??= createApplication(this.parts()));
  }
}
