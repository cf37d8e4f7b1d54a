"""What clients of tests see, and the command that lists the rules."""

from flask import Blueprint, flash, redirect, request, session, url_for

from flask.cli import routes_command

from common import new_app, show


def create():
    app = new_app()

    @app.route("/echo", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
    def echo():
        return show([
            request.method, request.path, request.query_string.decode(), list(request.form.items(multi=True)),
            request.mimetype, request.get_json(silent=True), "" if request.form or request.is_json else request.get_data(as_text=True),
            request.headers.get("X-A"), request.host, request.scheme, request.remote_addr,
        ])

    @app.route("/hop/<int:n>")
    def hop(n):
        if n == 0:
            return "landed"
        return redirect(url_for("hop", n=n - 1))

    @app.route("/hop307", methods=["GET", "POST"])
    def hop307():
        return redirect("/echo?x=1", 307)

    @app.route("/hop303", methods=["POST"])
    def hop303():
        return redirect("/echo", 303)

    @app.route("/hop301", methods=["POST", "PUT"])
    def hop301():
        return redirect("/echo", 301)

    @app.route("/cookie/<value>")
    def cookie(value):
        response = app.make_response("set")
        response.set_cookie("c", value, path="/", httponly=True, max_age=100)
        return response

    @app.route("/cookies")
    def cookies():
        return show(request.cookies.to_dict())

    @app.route("/forget")
    def forget():
        response = app.make_response("gone")
        response.delete_cookie("c")
        return response

    @app.route("/count")
    def count():
        session["n"] = session.get("n", 0) + 1
        return str(session["n"])

    @app.route("/fail")
    def fail():
        raise LookupError("failed")

    @app.route("/slash/")
    def slash():
        return "slash"

    def told(response):
        return [response.status_code, response.get_data(as_text=True), response.headers.get("Location"), response.mimetype]

    def run(name):
        client = app.test_client()
        calls = {
            "get": lambda: told(client.get("/echo")),
            "query": lambda: told(client.get("/echo", query_string={"a": "b c", "l": ["1", "2"]})),
            "querytext": lambda: told(client.get("/echo", query_string="a=1&b=%20")),
            "pathquery": lambda: told(client.get("/echo?a=1")),
            "post": lambda: told(client.post("/echo", data={"a": "1", "b": "é"})),
            "postlist": lambda: told(client.post("/echo", data={"a": ["1", "2"]})),
            "posttext": lambda: told(client.post("/echo", data="raw text")),
            "posttype": lambda: told(client.post("/echo", data="<a/>", content_type="text/xml")),
            "json": lambda: told(client.post("/echo", json={"a": [1, None]})),
            "jsonlist": lambda: told(client.put("/echo", json=[1])),
            "headers": lambda: told(client.get("/echo", headers={"X-A": "1"})),
            "base": lambda: told(client.get("/echo", base_url="https://example.com:8443")),
            "delete": lambda: told(client.delete("/echo")),
            "patch": lambda: told(client.patch("/echo", data="x")),
            "head": lambda: told(client.head("/echo")),
            "options": lambda: sorted(client.options("/echo").headers["Allow"].split(", ")),
            "missing": lambda: client.get("/nothing").status_code,
            "wrong": lambda: client.post("/cookies").status_code,
            "hop": lambda: told(client.get("/hop/1"))[0::2],
            "follow": lambda: told(client.get("/hop/3", follow_redirects=True)),
            "history": lambda: [[r.status_code, r.headers.get("Location")] for r in client.get("/hop/3", follow_redirects=True).history],
            "followpath": lambda: client.get("/hop/2", follow_redirects=True).request.path,
            "follow307": lambda: told(client.post("/hop307", data={"a": "1"}, follow_redirects=True)),
            "follow303": lambda: told(client.post("/hop303", data={"a": "1"}, follow_redirects=True)),
            "follow301": lambda: told(client.post("/hop301", data={"a": "1"}, follow_redirects=True)),
            "followput": lambda: told(client.put("/hop301", data={"a": "1"}, follow_redirects=True)),
            "followslash": lambda: told(client.get("/slash?x=1", follow_redirects=True)),
            "cookies": lambda: [client.get("/cookie/1").status_code, told(client.get("/cookies"))[1], client.get("/forget").status_code, told(client.get("/cookies"))[1]],
            "setcookie": lambda: [client.set_cookie("k", "v"), told(client.get("/cookies"))[1], client.delete_cookie("k"), told(client.get("/cookies"))[1]],
            "getcookie": lambda: [client.get("/cookie/abc").status_code, client.get_cookie("c").value, client.get_cookie("none")],
            "count": lambda: [told(client.get("/count"))[1], told(client.get("/count"))[1], told(app.test_client().get("/count"))[1]],
            "nojar": lambda: (lambda c: [told(c.get("/count"))[1], told(c.get("/count"))[1]])(app.test_client(use_cookies=False)),
            "fail": lambda: client.get("/fail").status_code,
        }
        return show(calls[name]())

    app.add_url_rule("/run/<name>", "run", run)

    @app.route("/transaction")
    def transaction():
        client = app.test_client()
        with client.session_transaction() as change:
            change["n"] = 41
        first = told(client.get("/count"))[1]
        with client.session_transaction() as change:
            seen = change["n"]
            change.clear()
        return show([first, seen, told(client.get("/count"))[1]])

    @app.route("/context")
    def context():
        with app.test_request_context("/echo?q=1", method="POST", data={"a": "1"}, headers={"X-A": "2"}):
            inside = [request.path, request.args["q"], request.form["a"], request.headers["X-A"], request.endpoint, url_for("hop", n=1)]
        with app.test_request_context("/nothing", base_url="https://example.com/"):
            inside += [request.endpoint, request.url_rule, url_for("hop", n=2, _external=True), request.routing_exception.code]
        return show(inside)

    @app.route("/testing")
    def testing():
        app.testing = True
        try:
            app.test_client().get("/fail")
            return "no error"
        except LookupError as error:
            return "thrown " + str(error.args[0])
        finally:
            app.testing = False

    def command(args):
        runner = app.test_cli_runner()
        result = runner.invoke(routes_command, args[1:]) if args[0] == "routes" else runner.invoke(args=args)
        return show([result.exit_code, result.output])

    @app.route("/routes")
    def routes():
        return command(["routes", *request.args.getlist("a")])

    @app.cli.command("hello")
    def hello():
        print("hello from a command")

    @app.route("/hello")
    def run_hello():
        return command(["hello"])

    bp = Blueprint("bp", __name__, url_prefix="/bp")
    bp.add_url_rule("/x/<int:id>", "x", lambda id: "", methods=["POST", "DELETE"])
    app.register_blueprint(bp)
    return app
