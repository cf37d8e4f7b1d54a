import { abort, afterThisRequest, g, request } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

/** The functions around a view: their order, and what happens if one of them answers or fails. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const log: string[] = [];
    const note = (word: string): void => {
      g["trail"] = [...((g["trail"] as string[] | undefined) ?? []), word];
    };
    const textOf = (error: unknown): string => (error instanceof Error ? error.message : "None");

    app.beforeRequest(() => {
      log.push(`start ${request.path}`);
      note("before1");
    });
    app.beforeRequest(() => {
      note("before2");
      if (request.path === "/early") return ["early", 202];
      if (request.path === "/abort") abort(403, "stopped by a hook");
      if (request.path === "/crash") throw new Error("a hook failed");
      return undefined;
    });
    app.beforeRequest(() => note("before3"));
    app.afterRequest((response) => {
      note("after1");
      response.headers.set("X-Trail", (g["trail"] as string[]).join(","));
      return response;
    });
    app.afterRequest((response) => {
      note("after2");
      if (request.path === "/replaced") return app.makeResponse("another answer");
      if (request.path === "/status") return app.makeResponse([response, 203]);
      return response;
    });
    app.teardownRequest((error) => void log.push(`teardown1 ${textOf(error)}`));
    app.teardownRequest((error) => void log.push(`teardown2 ${textOf(error)}`));
    app.teardownAppcontext((error) => void log.push(`appcontext ${textOf(error)}`));
    app.urlValuePreprocessor((endpoint, values) => void log.push(`values ${endpoint ?? "None"} ${show(values)}`));

    const view = (): string => {
      note("view");
      return show(g["trail"]);
    };
    app.route("/", { endpoint: "view" }, view);
    for (const name of ["early", "abort", "crash", "replaced", "status"])
      app.route(`/${name}`, { endpoint: name }, view);
    app.route("/user/<name>", function user({ name }) {
      return name;
    });
    app.route("/boom", function boom() {
      note("view");
      throw new Error("boom");
    });
    app.route("/once", function once() {
      afterThisRequest((response) => {
        note("this");
        response.headers.set("X-Once", "1");
        return response;
      });
      return "once";
    });
    app.route("/log", function read() {
      return show(log.splice(0));
    });
    return app;
  },
  requests: [
    "GET /",
    "GET /log",
    "GET /early",
    "GET /log",
    "GET /abort",
    "GET /log",
    "GET /crash",
    "GET /log",
    "GET /boom",
    "GET /log",
    "GET /replaced",
    "GET /status",
    "GET /log",
    "GET /once",
    "GET /user/ada",
    "GET /log",
    "GET /nowhere",
    "GET /log",
    "POST /",
    "OPTIONS /",
    "HEAD /",
    "GET /static/style.css",
    "GET /log",
  ],
};
