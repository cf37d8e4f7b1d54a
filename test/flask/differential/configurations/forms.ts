import { request } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { form, multipart } from "../requests.ts";
import { show } from "../show.ts";

/** Forms and queries. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/form", { endpoint: "form", methods: ["GET", "POST", "PUT"] }, () =>
      show(request.form.toDict({ flat: false })),
    );
    app.route("/args", { endpoint: "args", methods: ["GET", "POST"] }, () =>
      show(request.args.toDict({ flat: false })),
    );
    app.post("/values", { endpoint: "values" }, () =>
      show([request.values.get("a"), request.values.getlist("a"), request.values.get("b")]),
    );
    app.get("/values", { endpoint: "get_values" }, () => show(request.values.toDict()));
    app.post("/key", { endpoint: "key" }, () => request.form["name"]!);
    app.get("/argkey", { endpoint: "argkey" }, () => request.args["name"]!);
    app.get("/get", { endpoint: "get" }, () =>
      show([
        request.args.get("a"),
        request.args.get("a", "none"),
        request.args.get("n", null, { type: Number }),
        request.args.get("n", 1, { type: Number }),
        request.args.getlist("a"),
        request.args.getlist("n", { type: Number }),
        "a" in request.args,
        Object.keys(request.args).length,
      ]),
    );
    app.post("/get", { endpoint: "post" }, () =>
      show([
        request.form.get("x", 0, { type: Number }),
        request.form.get("t", null, { type: Boolean }),
        request.form.getlist("x"),
        [...request.form.keys()].sort(),
        [...request.form.items()].sort(([one], [other]) => one.localeCompare(other)),
      ]),
    );
    app.post("/raw", { endpoint: "raw" }, () => show([request.getData({ asText: true }), request.form.toDict()]));
    app.post("/rawafter", { endpoint: "raw_after" }, () =>
      show([request.form.toDict(), request.getData({ asText: true })]),
    );
    app.route("/query", { endpoint: "query" }, () =>
      show([Buffer.from(request.queryString).toString(), request.fullPath]),
    );
    return app;
  },
  requests: [
    form("/form", "a=1&b=2"),
    form("/form", "a=1&a=2"),
    form("/form", ""),
    form("/form", "a"),
    form("/form", "a="),
    form("/form", "=1"),
    form("/form", "a=1&&b=2&"),
    form("/form", "a=1;b=2"),
    form("/form", "a+b=c+d"),
    form("/form", "a%20b=%C3%A9"),
    form("/form", "a=%E9"),
    form("/form", "a=%zz&b=%"),
    form("/form", "a=é"),
    form("/form", "a=1=2"),
    form("/form", "toString=1&__proto__=2"),
    "POST /form\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\n\na=1",
    "POST /form\nContent-Type: APPLICATION/X-WWW-FORM-URLENCODED\n\na=1",
    "POST /form\nContent-Type: text/plain\n\na=1",
    "POST /form\n\na=1",
    "PUT /form\nContent-Type: application/x-www-form-urlencoded\n\na=1",
    "GET /form\nContent-Type: application/x-www-form-urlencoded\n\na=1",
    "GET /form",
    multipart("/form", [
      { name: "a", content: "1" },
      { name: "a", content: "2" },
      { name: "é", content: "é" },
    ]),
    "GET /args?a=1&b=2&a=3",
    "GET /args?a",
    "GET /args?a=%20+",
    "GET /args?a=%E9",
    "GET /args?a=é",
    "GET /args?a=1;b=2",
    "GET /args?",
    "GET /args?&&",
    "GET /args?a=b=c",
    "GET /args?a%5B%5D=1",
    "GET /args?a=#x",
    form("/values?a=q&b=q", "a=f"),
    form("/values", "a=f"),
    "GET /values?a=1",
    form("/key", "name=ada"),
    form("/key", "x=1"),
    form("/key", "name="),
    "GET /argkey?name=ada",
    "GET /argkey",
    "GET /get?a=1&a=2&n=7",
    "GET /get?n=x",
    "GET /get?n=7&n=x&n=8",
    "GET /get?n=",
    "GET /get",
    form("/get", "x=1.5&t=yes"),
    form("/get", "x=abc&t="),
    form("/raw", "a=1"),
    form("/rawafter", "a=1"),
    "GET /query?a=1&b=%20",
    "GET /query",
    "GET /query?",
  ],
};
