import { Blueprint, makeResponse, redirect, request, session, urlFor, type TestResponse } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

class LookupFailure extends Error {}

const told = (response: TestResponse): unknown[] => [
  response.statusCode,
  response.text,
  response.location ?? null,
  response.mimetype,
];

/** What clients of tests see, and the command that lists the rules. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/echo", { endpoint: "echo", methods: ["GET", "POST", "PUT", "DELETE", "PATCH"] }, () => {
      const fields = request.form.items({ multi: true });
      return show([
        request.method,
        request.path,
        request.queryString,
        fields,
        request.mimetype,
        request.getJson({ silent: true }),
        fields.length > 0 || request.isJson ? "" : request.getData({ asText: true }),
        request.headers.get("X-A"),
        request.host,
        request.scheme,
        request.remoteAddr,
      ]);
    });
    app.route("/hop/<int:n>", { endpoint: "hop" }, ({ n }) =>
      n === 0 ? "landed" : redirect(urlFor("hop", { n: n - 1 })),
    );
    app.route("/hop307", { endpoint: "hop307", methods: ["GET", "POST"] }, () => redirect("/echo?x=1", 307));
    app.route("/hop303", { endpoint: "hop303", methods: ["POST"] }, () => redirect("/echo", 303));
    app.route("/hop301", { endpoint: "hop301", methods: ["POST", "PUT"] }, () => redirect("/echo", 301));
    app.route("/cookie/<value>", { endpoint: "cookie" }, ({ value }) => {
      const response = makeResponse("set");
      response.setCookie("c", value, { path: "/", httpOnly: true, maxAge: 100 });
      return response;
    });
    app.route("/cookies", { endpoint: "cookies" }, () => show(request.cookies.toDict()));
    app.route("/forget", { endpoint: "forget" }, () => {
      const response = makeResponse("gone");
      response.deleteCookie("c");
      return response;
    });
    app.route("/count", { endpoint: "count" }, () => {
      session["n"] = ((session["n"] as number | undefined) ?? 0) + 1;
      return String(session["n"]);
    });
    app.route("/fail", { endpoint: "fail" }, () => {
      throw new LookupFailure("failed");
    });
    app.route("/slash/", { endpoint: "slash" }, () => "slash");
    app.route("/run/<name>", { endpoint: "run" }, async ({ name }) => {
      const client = app.testClient();
      const body = async (path: string, other = client): Promise<string> => (await other.get(path)).text;
      const status = async (path: string): Promise<number> => (await client.get(path)).statusCode;
      const a = { a: "1" };
      const calls: Readonly<Record<string, () => unknown>> = {
        get: async () => told(await client.get("/echo")),
        query: async () => told(await client.get("/echo", { queryString: { a: "b c", l: ["1", "2"] } })),
        querytext: async () => told(await client.get("/echo", { queryString: "a=1&b=%20" })),
        pathquery: async () => told(await client.get("/echo?a=1")),
        post: async () => told(await client.post("/echo", { data: { a: "1", b: "é" } })),
        postlist: async () => told(await client.post("/echo", { data: { a: ["1", "2"] } })),
        posttext: async () => told(await client.post("/echo", { data: "raw text" })),
        posttype: async () => told(await client.post("/echo", { data: "<a/>", contentType: "text/xml" })),
        json: async () => told(await client.post("/echo", { json: { a: [1, null] } })),
        jsonlist: async () => told(await client.put("/echo", { json: [1] })),
        headers: async () => told(await client.get("/echo", { headers: { "X-A": "1" } })),
        base: async () => told(await client.get("/echo", { baseUrl: "https://example.com:8443" })),
        delete: async () => told(await client.delete("/echo")),
        patch: async () => told(await client.patch("/echo", { data: "x" })),
        head: async () => told(await client.head("/echo")),
        options: async () => (await client.options("/echo")).headers.get("Allow")!.split(", ").sort(),
        missing: async () => await status("/nothing"),
        wrong: async () => (await client.post("/cookies")).statusCode,
        hop: async () => {
          const [code, , location] = told(await client.get("/hop/1"));
          return [code, location];
        },
        follow: async () => told(await client.get("/hop/3", { followRedirects: true })),
        history: async () =>
          (await client.get("/hop/3", { followRedirects: true })).history.map((each) => [
            each.statusCode,
            each.location,
          ]),
        followpath: async () => new URL((await client.get("/hop/2", { followRedirects: true })).request.url).pathname,
        follow307: async () => told(await client.post("/hop307", { data: a, followRedirects: true })),
        follow303: async () => told(await client.post("/hop303", { data: a, followRedirects: true })),
        follow301: async () => told(await client.post("/hop301", { data: a, followRedirects: true })),
        followput: async () => told(await client.put("/hop301", { data: a, followRedirects: true })),
        followslash: async () => told(await client.get("/slash?x=1", { followRedirects: true })),
        cookies: async () => [
          await status("/cookie/1"),
          await body("/cookies"),
          await status("/forget"),
          await body("/cookies"),
        ],
        setcookie: async () => {
          client.setCookie("k", "v");
          const first = await body("/cookies");
          client.deleteCookie("k");
          return [null, first, null, await body("/cookies")];
        },
        getcookie: async () => [await status("/cookie/abc"), client.getCookie("c")?.value, client.getCookie("none")],
        count: async () => [await body("/count"), await body("/count"), await body("/count", app.testClient())],
        nojar: async () => {
          const other = app.testClient({ useCookies: false });
          return [await body("/count", other), await body("/count", other)];
        },
        fail: async () => await status("/fail"),
      };
      return show(await calls[name]!());
    });
    app.route("/transaction", { endpoint: "transaction" }, async () => {
      const client = app.testClient();
      await client.sessionTransaction((change) => {
        change["n"] = 41;
      });
      const first = (await client.get("/count")).text;
      const seen = await client.sessionTransaction((change) => {
        const { n } = change;
        change.clear();
        return n;
      });
      return show([first, seen, (await client.get("/count")).text]);
    });
    app.route("/context", { endpoint: "context" }, async () => {
      const inside: unknown[] = await app
        .testRequestContext("/echo?q=1", { method: "POST", data: { a: "1" }, headers: { "X-A": "2" } })
        .run(() => [
          request.path,
          request.args["q"],
          request.form["a"],
          request.headers.get("X-A"),
          request.endpoint,
          urlFor("hop", { n: 1 }),
        ]);
      const more = await app
        .testRequestContext("/nothing", { baseUrl: "https://example.com/" })
        .run(() => [
          request.endpoint,
          request.urlRule,
          urlFor("hop", { n: 2, _external: true }),
          (request.routingException as { readonly code?: number } | undefined)?.code,
        ]);
      return show([...inside, ...more]);
    });
    app.route("/testing", { endpoint: "testing" }, async () => {
      app.testing = true;
      try {
        await app.testClient().get("/fail");
        return "no error";
      } catch (error) {
        return `thrown ${(error as Error).message}`;
      } finally {
        app.testing = false;
      }
    });
    const command = async (args: readonly string[]): Promise<string> => {
      const { exitCode, output } = await app.testCliRunner().invoke(args);
      return show([exitCode, output]);
    };
    app.route("/routes", { endpoint: "routes" }, async () => await command(["routes", ...request.args.getlist("a")]));
    app.cli.command("hello", () => void process.stdout.write("hello from a command\n"));
    app.route("/hello", { endpoint: "run_hello" }, async () => await command(["hello"]));
    const bp = new Blueprint("bp", FOLDER, { urlPrefix: "/bp" });
    bp.addUrlRule("/x/<int:id>", { endpoint: "x", viewFunc: () => "", methods: ["POST", "DELETE"] });
    app.registerBlueprint(bp);
    return app;
  },
  requests: [
    ..."get query querytext pathquery post postlist posttext posttype json jsonlist headers base delete patch head options missing wrong hop follow history followpath follow307 follow303 follow301 followput followslash cookies setcookie getcookie count nojar fail"
      .split(" ")
      .map((name) => get(`/run/${name}`)),
    get("/transaction"),
    get("/context"),
    get("/testing"),
    get("/routes"),
    get("/routes?a=--sort&a=rule"),
    get("/routes?a=--sort&a=methods"),
    get("/routes?a=--sort&a=match"),
    get("/routes?a=-s&a=endpoint"),
    get("/routes?a=--all-methods"),
    get("/hello"),
  ],
};
