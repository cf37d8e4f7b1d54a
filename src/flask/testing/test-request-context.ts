import { withContext } from "../context/context.ts";
import { tearDownRequest } from "../dispatch/answer.ts";
import { contextOf } from "../dispatch/application.ts";
import { routeTo } from "../dispatch/route-to.ts";
import { makeTestRequest, type TestRequestOptions } from "./test-request.ts";
import type { Tested } from "./tested.ts";

/** A request of a test, in which functions are tried without a view. */
export class TestRequestContext {
  readonly #tested: Tested;
  readonly #path: string;
  readonly #options: TestRequestOptions;

  constructor(tested: Tested, path: string, options: TestRequestOptions) {
    this.#tested = tested;
    this.#path = path;
    this.#options = options;
  }

  /**
   * Runs a function with `request`, `session` and `g`. No hook of `beforeRequest` or `afterRequest`
   * runs, and the session is not saved.
   */
  async run<Result>(run: () => Result): Promise<Awaited<Result>> {
    const { app, parts, built } = this.#tested;
    const request = makeTestRequest(app, this.#path, this.#options);
    const url = new URL(request.url);
    const { manager } = built();
    const session = await manager?.load(request.headers.get("cookie") ?? undefined, {
      secure: url.protocol === "https:",
      host: url.host,
      path: url.pathname,
      peer: "127.0.0.1",
      httpVersion: "1.1",
      headers: request.headers,
    });
    const context = await contextOf(parts, request, { session, remoteAddr: "127.0.0.1" });
    return await withContext(context, async () => {
      let problem: unknown = null;
      try {
        // Only to note the rule: what it leads to does not run.
        routeTo(parts, context.request);
        return await run();
      } catch (error) {
        problem = error;
        throw error;
      } finally {
        await tearDownRequest(parts, context, problem);
      }
    });
  }
}
