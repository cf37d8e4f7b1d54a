import { request } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { form, get } from "../requests.ts";
import { show } from "../show.ts";

/** What a request says of itself. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const facts = (): string =>
      show({
        method: request.method,
        path: request.path,
        full_path: request.fullPath,
        url: request.url,
        base_url: request.baseUrl,
        url_root: request.urlRoot,
        root_url: request.rootUrl,
        host: request.host,
        host_url: request.hostUrl,
        scheme: request.scheme,
        is_secure: request.isSecure,
        script_root: request.scriptRoot,
        endpoint: request.endpoint,
        blueprint: request.blueprint,
        view_args: request.viewArgs,
        remote_addr: request.remoteAddr,
        referrer: request.referrer,
        user_agent: request.userAgent.string,
        mimetype: request.mimetype,
        content_length: request.contentLength,
        query: Buffer.from(request.queryString).toString("latin1"),
        url_rule: request.urlRule?.rule,
        access_route: request.accessRoute,
      });
    app.route("/facts/<path:rest>", { endpoint: "facts", methods: ["GET", "POST"] }, facts);
    app.route("/facts", { endpoint: "facts", methods: ["GET", "POST"], defaults: { rest: null } }, facts);
    app.route("/headers", { endpoint: "headers" }, () =>
      show([request.headers.get("X-One"), request.headers.get("x-one"), request.headers.get("X-None") ?? "none"]),
    );
    app.route("/auth", { endpoint: "auth" }, () => {
      const given = request.authorization;
      return show(given ? [given.type, given.username, given.password, given.token] : null);
    });
    return app;
  },
  requests: [
    get("/facts"),
    get("/facts?a=1&b=%20%C3%A9"),
    get("/facts/a/b"),
    get("/facts/a%20b?x"),
    get("/facts/caf%C3%A9?q=caf%C3%A9"),
    get("/facts/a%2Fb%3Fc"),
    get("/facts", "Host: example.com"),
    get("/facts", "Host: example.com:8080"),
    get("/facts", "Host: example.com:80"),
    get("/facts", "Host: EXAMPLE.com"),
    get("/facts", "Host: [::1]:5000"),
    get("/facts", "Host: b\u00fccher.example"),
    get("/facts", "Host: bad host"),
    get("/facts", "Host: a/b"),
    get("/facts", "Host:"),
    get("/facts", "Referer: http://example.com/x", "User-Agent: Agent/1.0"),
    get(
      "/facts",
      "X-Forwarded-For: 1.2.3.4",
      "X-Forwarded-Proto: https",
      "X-Forwarded-Host: other.test",
      "X-Forwarded-Prefix: /p",
    ),
    form("/facts?a=1", "b=2"),
    "GET http://example.com/facts?x=1",
    get("/headers", "X-One: 1"),
    get("/headers", "X-One: 1", "X-One: 2"),
    get("/headers", "x-ONE:  padded"),
    get("/headers", "X-One: é"),
    get("/headers"),
    get("/headers", "X_One: 1"),
    get("/auth"),
    get("/auth", `Authorization: Basic ${Buffer.from("ada:love:lace").toString("base64")}`),
    get("/auth", `Authorization: Basic ${Buffer.from("ädä:pä").toString("base64")}`),
    get("/auth", "Authorization: basic !!!"),
    get("/auth", "Authorization: Bearer abc.def"),
    get("/auth", "Authorization: nothing"),
  ],
};
