import type { Deferred } from "./blueprint-state.ts";
import type {
  AfterRequest,
  BeforeRequest,
  ContextProcessor,
  ErrorClass,
  ErrorHandler,
  Teardown,
  UrlDefaults,
  UrlValuePreprocessor,
} from "./hooks.ts";
import { Scaffold } from "./scaffold.ts";

/** What a blueprint does for the whole application, once it is registered. */
export abstract class AppWideScaffold extends Scaffold {
  protected readonly deferred: Deferred[] = [];

  /** Runs a function each time that the blueprint is registered. */
  record(run: Deferred): this {
    this.mustBeOpen("A function");
    this.deferred.push(run);
    return this;
  }

  /** Runs a function when the blueprint is registered on an application for the first time. */
  recordOnce(run: Deferred): this {
    return this.record((state) => {
      if (state.isFirst) run(state);
    });
  }

  /** `beforeRequest` for the whole application. */
  beforeAppRequest(run: BeforeRequest): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").before.push(run));
  }
  /** `afterRequest` for the whole application. */
  afterAppRequest(run: AfterRequest): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").after.push(run));
  }
  /** `teardownRequest` for the whole application. */
  teardownAppRequest(run: Teardown): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").teardown.push(run));
  }
  /** `contextProcessor` for the whole application. */
  appContextProcessor(run: ContextProcessor): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").contextProcessors.push(run));
  }
  /** `urlDefaults` for the whole application. */
  appUrlDefaults(run: UrlDefaults): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").urlDefaults.push(run));
  }
  /** `urlValuePreprocessor` for the whole application. */
  appUrlValuePreprocessor(run: UrlValuePreprocessor): this {
    return this.recordOnce(({ app }) => void app.hooksOf("").urlValuePreprocessors.push(run));
  }
  /** `errorHandler` for the whole application. */
  appErrorHandler(status: number, handler: ErrorHandler): this;
  appErrorHandler<Failure>(failure: ErrorClass<Failure>, handler: ErrorHandler<Failure>): this;
  appErrorHandler(what: unknown, handler: ErrorHandler<never>): this {
    return this.recordOnce(({ app }) => app.hooksOf("").addErrorHandler(what, handler));
  }
  /** A filter for all templates of the application: `{{ value|name }}`. */
  appTemplateFilter(name: string, filter: (...args: never[]) => unknown): this {
    return this.recordOnce(({ app }) => void app.templates.addFilter(name, filter));
  }
  /** A test for all templates of the application: `{% if value is name %}`. */
  appTemplateTest(name: string, test: (...args: never[]) => boolean): this {
    return this.recordOnce(({ app }) => void app.templates.addTest(name, test));
  }
  /** A variable or a function for all templates of the application. */
  appTemplateGlobal(name: string, value: unknown): this {
    return this.recordOnce(({ app }) => void app.templates.addGlobal(name, value));
  }
}
